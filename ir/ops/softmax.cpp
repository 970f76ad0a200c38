// Softmax and its logarithm, over one axis or (as ONNX had it before opset 13) over all axes from one on.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

Status infer_softmax(Inference& op) {
  if (Status status = require_axes(op, op.attributes<OverAxes>().axes, op.rank(0)); !status) return status;
  return infer_float(op);
}

// m[] = max over k of x[k]
void add_maximum(Lowering& op, GroupBuilder& group, const Rows& rows, TensorId m) {
  NestBuilder nest = op.nest();
  const std::vector<Expr> k = rows.reduce(nest);
  const Expr init = lowest(op.pool(), op.program.tensors[m].element);
  nest.write(m, {}, nest.accumulate(init, [&](Expr acc) { return max(acc, widen(op.at(0, k))); }));
  group.add(nest);
}

// e[k] = exp(x[k] - m[]);  s[] = sum over k of e[k];  y[k] = e[k] / s[]
void lower_softmax(Lowering& op) {
  const ElementType type = compute_type(op.element(0));
  GroupBuilder group(op);
  const Rows rows(group, op.shape(0), op.attributes<OverAxes>().axes, op.pool());
  const TensorId m = op.temporary("max", type, {});
  const TensorId e = op.temporary("exp", type, rows.row_shape());
  const TensorId s = op.temporary("sum", type, {});
  add_maximum(op, group, rows, m);

  NestBuilder exponentials = op.nest();
  const std::vector<Expr> i = rows.walk(exponentials);
  exponentials.write(e, rows.within(i), unary(Opcode::kExp, widen(op.at(0, i)) - read(op.program, m, {})));
  group.add(exponentials);

  NestBuilder total = op.nest();
  const std::vector<Expr> k = rows.reduce(total);
  const Expr term = read(op.program, e, rows.within(k));
  total.write(s, {}, total.accumulate(zero(op.pool(), type), [&](Expr acc) { return acc + term; }));
  group.add(total);

  NestBuilder quotient = op.nest();
  const std::vector<Expr> j = rows.walk(quotient);
  const Expr value = div(read(op.program, e, rows.within(j)), read(op.program, s, {}));
  quotient.write(op.result(0), j, narrow(value, op.result_element(0)));
  group.add(quotient);
  group.emit();
}

// s[] = sum over k of exp(x[k] - m[]);  y[k] = x[k] - m[] - log(s[])
void lower_log_softmax(Lowering& op) {
  const ElementType type = compute_type(op.element(0));
  GroupBuilder group(op);
  const Rows rows(group, op.shape(0), op.attributes<OverAxes>().axes, op.pool());
  const TensorId m = op.temporary("max", type, {});
  const TensorId s = op.temporary("sum", type, {});
  add_maximum(op, group, rows, m);

  NestBuilder total = op.nest();
  const std::vector<Expr> k = rows.reduce(total);
  const Expr term = unary(Opcode::kExp, widen(op.at(0, k)) - read(op.program, m, {}));
  const Expr sum = total.accumulate(zero(op.pool(), type), [&](Expr acc) { return acc + term; });
  total.write(s, {}, unary(Opcode::kLog, sum));
  group.add(total);

  NestBuilder difference = op.nest();
  const std::vector<Expr> j = rows.walk(difference);
  const Expr value = widen(op.at(0, j)) - read(op.program, m, {}) - read(op.program, s, {});
  difference.write(op.result(0), j, narrow(value, op.result_element(0)));
  group.add(difference);
  group.emit();
}

}  // namespace

constinit const OpInfo kSoftmax{.name = "softmax",
                                .doc = "exp(x - max(x)) / sum(exp(x - max(x))), over `axes` together. ONNX Softmax.",
                                .schema = &schema_of<OverAxes>,
                                .infer = infer_softmax,
                                .lower = lower_softmax};
constinit const OpInfo kLogSoftmax{.name = "log_softmax",
                                   .doc = "The logarithm of softmax. ONNX LogSoftmax.",
                                   .schema = &schema_of<OverAxes>,
                                   .infer = infer_softmax,
                                   .lower = lower_log_softmax};

}  // namespace burin::ir
