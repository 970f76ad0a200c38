// The gated recurrent unit. Gates are in ONNX's order: update z, reset r, hidden.
#include "ir/ops/recurrent.h"

namespace burin::ir {
namespace {

Status infer_gru(Inference& op) { return infer_recurrent(op, 3, 2, 1); }

// The hidden gate before activation: x w + r * (h r_h + bias), or x w + (r * h) r_h + bias. `reset` is r [B, H].
TensorId hidden_gate(Lowering& op, Recurrence& cell, TensorId h, TensorId reset) {
  const Shape shape{cell.batch(), cell.hidden()};
  if (!op.attributes<Recurrent>().linear_before_reset) {
    const TensorId scaled = cell.temporary("reset_state", shape);
    NestBuilder nest = cell.nest();
    const std::vector<Expr> i = nest.parallel(shape);
    nest.write(scaled, i, read(op.program, reset, i) * read(op.program, h, i));
    cell.add(nest);
    return cell.gates("hidden", 2, 1, scaled, Recurrence::InputProducts::kAdded);
  }
  const TensorId product = cell.gates("state_product", 2, 1, h, Recurrence::InputProducts::kLeftOut);
  const TensorId hidden = cell.temporary("hidden", shape);
  NestBuilder nest = cell.nest();
  const std::vector<Expr> i = nest.parallel(shape);
  const Expr input = cell.input_product(i[0], i[1] + cell.hidden() * 2);
  nest.write(hidden, i, fma(read(op.program, reset, i), read(op.program, product, i), input));
  cell.add(nest);
  return hidden;
}

// z = f(..), r = f(..), n = g(..), h = (1 - z) * n + z * h
void lower_gru(Lowering& op) {
  const int directions = op.attributes<Recurrent>().direction == "bidirectional" ? 2 : 1;
  for (int direction = 0; direction < directions; ++direction) {
    Recurrence cell(op, direction, 3, 2);
    const TensorId h = cell.carry("h", RecurrentOperand::kInitialH);
    const TensorId gates = cell.gates("gates", 0, 2, h, Recurrence::InputProducts::kAdded);
    const Shape shape{cell.batch(), cell.hidden()};
    const TensorId reset = cell.temporary("reset", shape);
    NestBuilder nest = cell.nest();
    const std::vector<Expr> i = nest.parallel(shape);
    nest.write(reset, i, cell.activated_gate(0, read(op.program, gates, std::array{i[0], i[1] + cell.hidden()})));
    cell.add(nest);
    const TensorId hidden = hidden_gate(op, cell, h, reset);
    cell.advance(h, "h_next", [&](Expr b, Expr j) {
      const Expr update = cell.activated_gate(0, read(op.program, gates, std::array{b, j}));
      const Expr candidate = cell.activated_gate(1, read(op.program, hidden, std::array{b, j}));
      const Expr kept = update * read(op.program, h, std::array{b, j});
      return fma(constant_like(update, 1) - update, candidate, kept);
    });
    cell.write_step(h);
    cell.emit(1);
  }
}

}  // namespace

constinit const OpInfo kGru{
    .name = "gru",
    .doc =
        "A gated recurrent unit over all steps, h = (1 - z) * n + z * h; operands as in ir/ops/recurrent.h. ONNX GRU.",
    .least_operands = 3,
    .most_operands = 6,
    .results = 2,
    .schema = &schema_of<Recurrent>,
    .infer = infer_gru,
    .lower = lower_gru};

}  // namespace burin::ir
