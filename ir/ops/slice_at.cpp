// A slice that starts where data says.
#include "ir/ops/indexing.h"
#include "ir/ops/lowering.h"
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

enum Operand { kData, kStarts, kAxes, kSteps };

Status infer(Inference& op) {
  const std::vector<Expr>& sizes = op.attributes<SliceAt>().sizes;
  if (sizes.size() != op.shape(kData).size())
    return op.fault("rank-mismatch", "attribute \"sizes\": expected {} numbers, found {}", op.rank(kData),
                    sizes.size());
  for (int i = kStarts; i <= kSteps; ++i) {
    if (!op.has(i)) continue;
    if (Status status = require_indices(op, i); !status) return status;
    if (Status status = op.require_rank(i, 1, 1); !status) return status;
    if (!constant_integer(op.shape(i)[0]))
      return op.not_supported("operand {}: expected a length known at compile time, found a symbolic one", i);
    if (Status status = op.require_same_dimension(kStarts, 0, i, 0); !status) return status;
  }
  if (*constant_integer(op.shape(kStarts)[0]) > op.rank(kData))
    return op.fault("shape-mismatch", "operand 1: expected at most {} starts, found {}", op.rank(kData),
                    *constant_integer(op.shape(kStarts)[0]));
  op.set_result(0, op.element(kData), sizes);
  Status status;
  for (size_t d = 0; d < sizes.size(); ++d) status.merge(require_elements(op, kData, d, sizes));
  return status;
}

void lower(Lowering& op) {
  const int64_t count = *constant_integer(op.shape(kStarts)[0]);
  ExprPool& pool = op.pool();
  lower_map(op, [&](std::span<const Expr> i) {
    std::vector<Expr> from;
    const auto rank = static_cast<int64_t>(i.size());
    for (int64_t d = 0; d < rank; ++d) {
      const Expr extent = op.shape(kData)[static_cast<size_t>(d)];
      Expr place = i[static_cast<size_t>(d)];
      for (int64_t k = 0; k < count; ++k) {
        if (!op.has(kAxes) && k != d) continue;
        const Expr at[] = {pool.integer(k)};
        const Expr step = op.has(kSteps) ? cast(op.at(kSteps, at), ElementType::kI64) : pool.integer(1);
        // A start behind the end begins at the last element when stepping backwards.
        const Expr start = min(max(index_from_front(op.at(kStarts, at), extent), pool.integer(0)), extent - 1);
        const Expr sliced = start + i[static_cast<size_t>(d)] * step;
        const Expr axis = op.has(kAxes) ? index_from_front(op.at(kAxes, at), pool.integer(rank)) : pool.integer(d);
        place = select(equal(axis, pool.integer(d)), sliced, place);
      }
      from.push_back(min(max(place, pool.integer(0)), extent - 1));
    }
    return read_checked(op, kData, from);
  });
}

}  // namespace

constinit const OpInfo kSliceAt{
    .name = "slice_at",
    .doc =
        "x[starts + steps * i] for i below `sizes`, where starts, axes and steps are data. Operands x, starts, axes, "
        "steps. ONNX Slice-13.",
    .outside = "the nearest element is read; where the axis has no elements, refused when compiling or by `prepare`",
    .least_operands = 2,
    .most_operands = 4,
    .schema = &schema_of<SliceAt>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
