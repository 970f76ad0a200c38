#include "ir/nest/scatter.h"

#include "ir/expr/walk.h"

namespace burin::ir {

bool is_scattered(const Nest& nest, const Write& write) {
  bool scattered = false;
  for (Expr index : write.index) {
    for_each_node(index, [&](Expr e) {
      scattered |= e->opcode == Opcode::kRead;
      for (const Accumulator& accumulator : nest.accumulators)
        scattered |= is_variable(e) && variable_of(e) == accumulator.variable;
    });
  }
  return scattered;
}

}  // namespace burin::ir
