// Which variables of a kernel its effects depend on: what is printed without the others has no unused names.
#pragma once

#include <set>

#include "ir/loop/loop.h"

namespace burin::codegen::cpp {

struct UsedNames {
  std::set<ir::VariableId> variables;  // that stores, conditions, bounds and calls depend on
  std::set<ir::BufferId> buffers;      // that are loaded from for them, stored to or passed on
  // Register tiles with an index that is not a number once unrolled loops are expanded.
  std::set<ir::VariableId> array_tiles;
};

UsedNames used_names(const ir::Kernel& kernel);

// The register tiles that a block reads or assigns.
std::set<ir::VariableId> tiles_in(const ir::Block& block, const std::set<ir::VariableId>& tiles);

}  // namespace burin::codegen::cpp
