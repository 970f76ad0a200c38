// The simple recurrent cell: h = f(x w + h r + biases).
#include "ir/ops/recurrent.h"

namespace burin::ir {
namespace {

Status infer_rnn(Inference& op) { return infer_recurrent(op, 1, 1, 1); }

void lower_rnn(Lowering& op) {
  const int directions = op.attributes<Recurrent>().direction == "bidirectional" ? 2 : 1;
  for (int direction = 0; direction < directions; ++direction) {
    Recurrence cell(op, direction, 1, 1);
    const TensorId h = cell.carry("h", RecurrentOperand::kInitialH);
    const TensorId g = cell.gates("g", 0, 1, h, Recurrence::InputProducts::kAdded);
    cell.advance(h, "h_next",
                 [&](Expr b, Expr j) { return cell.activated_gate(0, read(op.program, g, std::array{b, j})); });
    cell.write_step(h);
    cell.emit(1);
  }
}

}  // namespace

constinit const OpInfo kRnn{
    .name = "rnn",
    .doc = "A recurrent cell, h = f(x w + h r + biases), over all steps; operands as in ir/ops/recurrent.h. ONNX RNN.",
    .least_operands = 3,
    .most_operands = 6,
    .results = 2,
    .schema = &schema_of<Recurrent>,
    .infer = infer_rnn,
    .lower = lower_rnn};

}  // namespace burin::ir
