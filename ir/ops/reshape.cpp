// The same elements in row-major order under another shape.
#include "ir/ops/lowering.h"
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

bool same_count(std::span<const Expr> a, std::span<const Expr> b, ExprPool& pool) {
  const Shape left(a.begin(), a.end());
  const Shape right(b.begin(), b.end());
  // Division rounds down, so that only both ways say equal.
  return is_constant_value(exact_quotient(left, right, pool), 1) &&
         is_constant_value(exact_quotient(right, left, pool), 1);
}

Status infer(Inference& op) {
  const Shape& shape = op.attributes<Reshape>().shape;
  if (!same_count(op.shape(0), shape, op.pool())) {
    const Expr from = element_count(op.shape(0), op.pool());
    const Expr to = element_count(shape, op.pool());
    const std::string what = fmt::format("elements of {} as [{}]", op.described(0), text_of(shape));
    if (Status status = op.require_equal(from, to, what); !status) return status;
  }
  op.set_result(0, op.element(0), shape);
  return {};
}

// Index of the operand. Where a product of leading dimensions is the same in both shapes, what is before and behind it is
// independent: [B,S,768] seen as [B*S,768] divides by S and never by S*768.
std::vector<Expr> operand_index(std::span<const Expr> index, const Shape& from, const Shape& to, ExprPool& pool) {
  std::vector<Expr> result;
  size_t i = 0;  // dimensions of `from` that are done
  size_t j = 0;  // of `to`
  while (i < from.size()) {
    size_t i_end = from.size();
    size_t j_end = to.size();
    for (size_t n = i + 1; n < from.size() && i_end == from.size(); ++n) {
      for (size_t m = j; m <= to.size() && i_end == from.size(); ++m) {
        if (!same_count(std::span(from).subspan(i, n - i), std::span(to).subspan(j, m - j), pool)) continue;
        if (!same_count(std::span(from).subspan(n), std::span(to).subspan(m), pool)) continue;
        i_end = n;
        j_end = m;
      }
    }
    const Shape part(to.begin() + static_cast<std::ptrdiff_t>(j), to.begin() + static_cast<std::ptrdiff_t>(j_end));
    const Shape own(from.begin() + static_cast<std::ptrdiff_t>(i), from.begin() + static_cast<std::ptrdiff_t>(i_end));
    const Expr position = row_major_index(index.subspan(j, j_end - j), part, pool);
    const std::vector<Expr> found = delinearize(position, own, pool);
    result.insert(result.end(), found.begin(), found.end());
    i = i_end;
    j = j_end;
  }
  return result;
}

void lower(Lowering& op) {
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = nest.parallel(op.result_shape(0));
  if (static_element_count(op.shape(0)) == 0) {  // nothing is read, and nothing can be divided by its dimensions
    const std::vector<Expr> first(op.shape(0).size(), op.pool().integer(0));
    nest.write(op.result(0), index, op.at_or(0, first, zero(op.pool(), op.element(0))));
  } else {
    nest.write(op.result(0), index, op.at(0, operand_index(index, op.shape(0), op.result_shape(0), op.pool())));
  }
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kReshape{
    .name = "reshape",
    .doc =
        "The operand's elements, in row-major order, under `shape`. ONNX Reshape-25, Flatten-25, Squeeze-25, "
        "Unsqueeze-25.",
    .schema = &schema_of<Reshape>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
