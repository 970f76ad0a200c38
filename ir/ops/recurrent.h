// What rnn, gru and lstm share: operand shapes, activations, the product of the inputs for all steps at once, and the loop
// over steps with its carried state.
//
// Operands: x [T, B, I], w [D, G*H, I], r [D, G*H, H], bias [D, 2*G*H] (of w, then of r), lengths [B], initial h [D, B, H],
// then (lstm) initial c [D, B, H] and peepholes [D, 3*H]; D is 1 or 2 directions, G the number of gates. All but the first
// three are optional. Results: h of every step [T, D, B, H], the last h [D, B, H], and (lstm) the last c.
#pragma once

#include <array>
#include <vector>

#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {

enum class RecurrentOperand { kX, kW, kR, kBias, kLengths, kInitialH, kInitialC, kPeepholes };
inline int position(RecurrentOperand operand) { return static_cast<int>(operand); }

// Checks the operands of a cell with `gates` gates and `functions` activations, and sets the results: y, h and, with `states`
// of 2, c.
Status infer_recurrent(Inference& op, int gates, int functions, int states);

// One direction of a recurrence under construction. The cell's lowering adds nests to the body of its loop.
class Recurrence {
 public:
  Recurrence(Lowering& op, int direction, int gates, int functions);

  Expr batch() const { return batch_; }
  Expr hidden() const { return hidden_; }
  ElementType type() const { return type_; }

  // A tensor of the loop's body, and the nest that computes it.
  TensorId temporary(std::string_view name, Shape shape);
  NestBuilder nest() { return op_.nest(); }
  void add(NestBuilder& nest) { loop_.body.push_back({nest.take()}); }

  // A [B, H] state that starts from an operand, or from zeros; the tensor holds it in each step.
  TensorId carry(std::string_view name, RecurrentOperand initial);
  // Gates `first` and following, `count` of them, before activation: the products of x and of `state` with the weights, and
  // their biases: [B, count * H].
  enum class InputProducts { kAdded, kLeftOut };
  TensorId gates(std::string_view name, int first, int count, TensorId state, InputProducts products);
  // A bias of x or of the state, for row j of all gates.
  Expr input_bias(Expr j) const;
  Expr state_bias(Expr j) const;
  // x's product with gate rows j at the current step, for batch b.
  Expr input_product(Expr b, Expr j) const;
  // Activation `function` of `value`; that of a gate clips it first (the memory of an lstm is not clipped, as in ONNX Runtime).
  Expr activated(int function, Expr value) const;
  Expr activated_gate(int function, Expr value) const { return activated(function, clipped(value)); }
  Expr peephole(int gate, Expr j) const;  // 0 when there are none

  // A nest over [B, H] whose `value(b, j)` is the next value of `state`, and its tensor. Steps past a sequence's end keep the
  // old value.
  template <class Value>
  TensorId advance(TensorId state, std::string_view name, Value&& value);
  // The nest that writes the next value of state `h` to result 0, or 0 past a sequence's end.
  void write_step(TensorId h);
  // Ends the loop: the carried states become results `first_result`, ...
  void emit(int first_result);

 private:
  Expr clipped(Expr value) const;
  Expr length(Expr b) const;
  Expr step_of(Expr b) const;  // the position in x and y of the current step
  Expr is_active(Expr b) const;
  void set_next(TensorId state, TensorId next);
  void emit_input_products();

  Lowering& op_;
  const Recurrent& attributes_;
  int direction_;
  bool reversed_;
  int gates_;
  int functions_;
  ElementType type_;
  Expr steps_, batch_, hidden_, counter_;
  For loop_;
  TensorId products_;  // [T, B, gates * H]
};

template <class Value>
TensorId Recurrence::advance(TensorId state, std::string_view name, Value&& value) {
  const TensorId next = temporary(name, {batch_, hidden_});
  NestBuilder nest = op_.nest();
  const std::vector<Expr> i = nest.parallel({batch_, hidden_});
  Expr updated = value(i[0], i[1]);
  if (op_.has(position(RecurrentOperand::kLengths)))
    updated = select(is_active(i[0]), updated, read(op_.program, state, i));
  nest.write(next, i, updated);
  add(nest);
  set_next(state, next);
  return next;
}

}  // namespace burin::ir
