// One triangle of each matrix.
#include "ir/ops/lowering.h"
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  if (Status status = op.require_rank(0, 2, kMostRank); !status) return status;
  if (op.has(1) && (op.element(1) != ElementType::kI64 || static_element_count(op.shape(1)) != 1)) {
    return op.fault("type-mismatch", "operand 1: expected a single i64, found {}[{}]", info(op.element(1)).name,
                    text_of(op.shape(1)));
  }
  return infer_like_operand(op);
}

void lower(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) {
    const std::vector<Expr> first(op.has(1) ? op.shape(1).size() : 0, op.pool().integer(0));
    const Expr diagonal = op.has(1) ? op.at(1, first) : op.pool().integer(0);
    const Expr distance = i[i.size() - 1] - i[i.size() - 2];
    const Expr stays = op.attributes<Trilu>().upper ? less_equal(diagonal, distance) : less_equal(distance, diagonal);
    return select(stays, op.at(0, i), zero(op.pool(), op.element(0)));
  });
}

}  // namespace

constinit const OpInfo kTrilu{
    .name = "trilu",
    .doc =
        "x[.., i, j] where j - i is at least (`upper`) or at most the diagonal of operand 1 (else 0), and 0 elsewhere. "
        "Operands x, diagonal. ONNX Trilu-14.",
    .most_operands = 2,
    .schema = &schema_of<Trilu>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
