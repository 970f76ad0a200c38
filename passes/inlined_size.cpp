#include "passes/inlined_size.h"

#include <algorithm>
#include <climits>
#include <unordered_map>

#include "ir/expr/walk.h"

namespace burin::passes {

using namespace ir;

namespace {

int64_t size_when_inlined(Expr root, TensorId tensor, Expr value) {
  std::unordered_map<const ExprNode*, int64_t> sizes;
  for_each_node(root, [&](Expr node) {
    int64_t size = node->opcode == Opcode::kRead && tensor_of(node) == tensor ? value->size : 1;
    for (Expr operand : node->operands) size += sizes.at(operand.node());
    sizes.emplace(node.node(), std::min<int64_t>(size, INT_MAX));  // never too large to add
  });
  return sizes.at(root.node());
}

}  // namespace

bool stays_small(const Nest& nest, TensorId tensor, Expr value) {
  bool small = true;
  for_each_expr(nest, [&](Expr root) {
    // What is large by itself, as an op was lowered, is no reason against what does not make it larger.
    const int64_t most = std::max(root->size, kMostInlinedSize);
    small = small && size_when_inlined(root, tensor, value) <= most;
  });
  return small;
}

}  // namespace burin::passes
