// Long short-term memory. Gates are in ONNX's order: input, output, forget, cell; peepholes: input, output, forget.
#include "ir/ops/recurrent.h"

namespace burin::ir {
namespace {

enum Gate { kInput, kOutput, kForget, kCell };

Status infer_lstm(Inference& op) { return infer_recurrent(op, 4, 3, 2); }

// One direction. i, f = f(.. + peephole * c), c = f * c + i * g(..), o = f(.. + peephole * c), h = o * h(c)
void lower_direction(Lowering& op, int direction) {
  const auto& attributes = op.attributes<Recurrent>();
  Recurrence cell(op, direction, 4, 3);
  const TensorId h = cell.carry("h", RecurrentOperand::kInitialH);
  const TensorId c = cell.carry("c", RecurrentOperand::kInitialC);
  const TensorId gates = cell.gates("gates", 0, 4, h, Recurrence::InputProducts::kAdded);
  const auto gate = [&](Gate which, Expr b, Expr j) {
    return read(op.program, gates, std::array{b, j + cell.hidden() * which});
  };
  const auto with_peephole = [&](Gate which, Expr b, Expr j, Expr memory) {
    if (!op.has(position(RecurrentOperand::kPeepholes))) return gate(which, b, j);
    return fma(cell.peephole(which, j), memory, gate(which, b, j));
  };

  const TensorId memory = cell.advance(c, "c_next", [&](Expr b, Expr j) {
    const Expr held = read(op.program, c, std::array{b, j});
    const Expr input = cell.activated_gate(0, with_peephole(kInput, b, j, held));
    const Expr forget = attributes.input_forget ? constant_like(input, 1) - input
                                                : cell.activated_gate(0, with_peephole(kForget, b, j, held));
    return fma(forget, held, input * cell.activated_gate(1, gate(kCell, b, j)));
  });
  cell.advance(h, "h_next", [&](Expr b, Expr j) {
    const Expr held = read(op.program, memory, std::array{b, j});
    return cell.activated_gate(0, with_peephole(kOutput, b, j, held)) * cell.activated(2, held);
  });
  cell.write_step(h);
  cell.emit(1);
}

void lower_lstm(Lowering& op) {
  const int directions = op.attributes<Recurrent>().direction == "bidirectional" ? 2 : 1;
  for (int direction = 0; direction < directions; ++direction) lower_direction(op, direction);
}

}  // namespace

constinit const OpInfo kLstm{
    .name = "lstm",
    .doc = "Long short-term memory over all steps, with peepholes; operands as in ir/ops/recurrent.h. ONNX LSTM.",
    .least_operands = 3,
    .most_operands = 8,
    .results = 3,
    .schema = &schema_of<Recurrent>,
    .infer = infer_lstm,
    .lower = lower_lstm};

}  // namespace burin::ir
