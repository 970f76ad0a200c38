// How the code of a large variant is spread over LLVM modules. They are made, compiled and freed one after the other, so that
// memory grows with the largest of them and not with the model; and no function is so long that LLVM's time for it grows faster
// than its length. What is not large is one module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ir/loop/loop.h"

namespace burin::codegen {

// Kernels `begin` to `end` - 1, by KernelId::index.
struct KernelRange {
  uint32_t begin, end;
};

// Statements `begin` to `end` - 1 of the entry's body.
struct StatementRange {
  size_t begin, end;
};

// In order; together they are all kernels and all statements. A range of statements uses no variable that another one defines.
struct Division {
  std::vector<KernelRange> kernels;
  std::vector<StatementRange> parts;

  bool is_whole() const { return kernels.size() <= 1 && parts.size() <= 1; }
};

struct DivisionLimits {
  int64_t expression_nodes = 100'000;  // of a module's kernels, those of their last kernel aside
  size_t statements = 4096;            // of a part of the entry, where one can end
};

Division divide(const ir::Module& module, const DivisionLimits& limits = {});

}  // namespace burin::codegen
