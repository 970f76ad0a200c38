#include "ir/loop/loop.h"

#include <algorithm>

namespace burin::ir {

void add_origins(Kernel& kernel, std::span<const std::string> nodes) {
  for (const std::string& node : nodes) {
    if (std::ranges::find(kernel.origin, node) == kernel.origin.end()) kernel.origin.push_back(node);
  }
}

Expr load(ExprPool& pool, BufferId buffer, Expr index, ValueType type) {
  return pool.make(Opcode::kLoad, {&index, 1}, type, buffer.index);
}

Expr tile_value(ExprPool& pool, VariableId tile, std::span<const Expr> index) {
  if (index.empty()) return pool.variable(tile);
  return pool.make(Opcode::kVariable, index, pool[tile].type, tile.index);
}

}  // namespace burin::ir
