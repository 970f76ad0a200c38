// Where a tensor is not zero.
#include "ir/ops/indexing.h"
#include "ir/ops/lowering.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  if (Status status = op.require_rank(0, 1, kMostRank); !status) return status;
  const std::string name = op.graph().values[op.op().results[0]].name + ".count";
  const Expr count = op.opaque_count(name, element_count(op.shape(0), op.pool()));
  op.set_result(0, ElementType::kI64, {op.pool().integer(op.rank(0)), count});
  return {};
}

void lower(Lowering& op) {
  Compact compact;
  compact.origin.push_back(op.op().origin);
  std::vector<Expr> index;
  for (const Expr extent : op.shape(0)) {
    const VariableId axis =
        op.pool().declare({"i" + std::to_string(index.size()), kIndex, INT64_MIN, INT64_MAX, extent});
    compact.axes.push_back({axis, AxisKind::kSequential});
    index.push_back(op.pool().variable(axis));
  }
  const Expr count = op.result_shape(0)[1];
  compact.count = variable_of(count);
  compact.position =
      op.pool().declare({"position", kIndex, INT64_MIN, INT64_MAX, element_count(op.shape(0), op.pool())});
  const Expr position = op.pool().variable(compact.position);
  compact.where = not_equal(op.at(0, index), zero(op.pool(), op.element(0)));
  for (size_t d = 0; d < index.size(); ++d) {
    compact.writes.push_back({op.result(0), {op.pool().integer(static_cast<int64_t>(d)), position}, index[d], {}});
  }
  op.program.body.push_back({std::move(compact)});
}

}  // namespace

constinit const OpInfo kNonzero{
    .name = "nonzero",
    .doc =
        "The indices of the elements that are not 0, in row-major order, one column each: i64[rank, count]. ONNX "
        "NonZero-13, Compress-11.",
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
