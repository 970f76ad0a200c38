// One at the first greatest element of each row, zero elsewhere.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

Status infer_hardmax(Inference& op) {
  if (Status status = require_axes(op, op.attributes<OverAxes>().axes, op.rank(0)); !status) return status;
  return infer_float(op);
}

// at[] = the first k with the greatest x[k];  y[k] = k == at[]
void lower_hardmax(Lowering& op) {
  GroupBuilder group(op);
  const Rows rows(group, op.shape(0), op.attributes<OverAxes>().axes, op.pool());
  const TensorId at = op.temporary("at", ElementType::kI64, {});

  NestBuilder search = op.nest();
  const std::vector<Expr> k = rows.reduce(search);
  const Expr x = widen(op.at(0, k));
  const Expr value = search.accumulator(lowest(op.pool(), x->type.element));
  const Expr position = search.accumulator(op.pool().integer(0));
  const Expr better = less(value, x);
  search.combine(value, select(better, x, value));
  search.combine(position, select(better, row_major_index(rows.within(k), rows.row_shape(), op.pool()), position));
  search.write(at, {}, position);
  group.add(search);

  NestBuilder result = op.nest();
  const std::vector<Expr> i = rows.walk(result);
  const Expr is_it = equal(row_major_index(rows.within(i), rows.row_shape(), op.pool()), read(op.program, at, {}));
  result.write(op.result(0), i, cast(is_it, op.result_element(0)));
  group.add(result);
  group.emit();
}

}  // namespace

constinit const OpInfo kHardmax{
    .name = "hardmax",
    .doc = "1 at the first greatest element over `axes` together, 0 elsewhere. ONNX Hardmax.",
    .schema = &schema_of<OverAxes>,
    .infer = infer_hardmax,
    .lower = lower_hardmax};

}  // namespace burin::ir
