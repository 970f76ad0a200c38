// A copy under another name.
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

void lower(Lowering& op) {
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = nest.parallel(op.result_shape(0));
  nest.write(op.result(0), index, op.at(0, index));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kIdentity{
    .name = "identity",
    .doc = "The operand. Stands where an output of the graph is an input, a constant or another output.",
    .infer = infer_like_operand,
    .lower = lower,
};

}  // namespace burin::ir
