// The first elements of every sequence of a batch in reverse order.
#include "ir/ops/indexing.h"
#include "ir/ops/lowering.h"
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  const ReverseSequence& attributes = op.attributes<ReverseSequence>();
  if (Status status = op.require_rank(0, 2, kMostRank); !status) return status;
  if (Status status = op.require_rank(1, 1, 1); !status) return status;
  if (Status status = require_indices(op, 1); !status) return status;
  if (attributes.batch_axis == attributes.time_axis) {
    return op.fault("attribute-range", "attribute \"time_axis\": expected an axis other than batch_axis, found {}",
                    attributes.time_axis);
  }
  const auto batch = static_cast<size_t>(attributes.batch_axis);
  if (Status status = op.require_same_dimension(0, batch, 1, 0); !status) return status;
  return infer_like_operand(op);
}

void lower(Lowering& op) {
  const auto batch = static_cast<size_t>(op.attributes<ReverseSequence>().batch_axis);
  const auto time = static_cast<size_t>(op.attributes<ReverseSequence>().time_axis);
  lower_map(op, [&](std::span<const Expr> i) {
    const Expr steps = op.shape(0)[time];
    const Expr length = min(cast(op.at(1, i.subspan(batch, 1)), ElementType::kI64), steps);
    std::vector<Expr> from(i.begin(), i.end());
    from[time] = select(less(i[time], length), length - 1 - i[time], i[time]);
    return op.at(0, from);
  });
}

}  // namespace

constinit const OpInfo kReverseSequence{
    .name = "reverse_sequence",
    .doc =
        "The first lengths[b] steps of sequence b backwards, the others as they are. Operands x, lengths. ONNX "
        "ReverseSequence-10.",
    .outside = "a length beyond the last step is taken as the number of steps",
    .least_operands = 2,
    .most_operands = 2,
    .schema = &schema_of<ReverseSequence>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
