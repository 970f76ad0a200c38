// Which tensors the statements of a program touch: what kernels take as parameters, how long buffers live, and which
// tensors belong to one group or one body alone.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "ir/nest/nest.h"

namespace burin::passes {

struct TensorUses {
  std::vector<ir::TensorId> read;  // in order of first use, each once
  std::vector<ir::TensorId> written;
};

// Of the statement and everything inside it, carried tensors and conditions included.
TensorUses uses_of(const ir::Statement& statement);
// Tensors read or written, each once, in order of first use.
std::vector<ir::TensorId> touched_by(const ir::Statement& statement);

// --- The program's bodies: its own and those of loops and branches, each a list of statements that passes may change.
// Tensors that something outside of a body touches, or the interface has: a body must leave them as they are.
class SharedTensors {
 public:
  explicit SharedTensors(std::vector<bool> shared) : shared_(std::move(shared)) {}
  // False for tensors added since.
  bool contains(ir::TensorId id) const { return id.index < shared_.size() && shared_[id.index]; }

 private:
  std::vector<bool> shared_;
};
using BodyVisitor = std::function<void(std::vector<ir::Statement>& body, const SharedTensors& shared)>;
// Visits a body before the bodies inside of it.
void for_each_program_body(ir::Program& program, const BodyVisitor& visit);

// Where the statements of a body set symbols. What is computed with a symbol must not move past that.
class SymbolChanges {
 public:
  SymbolChanges(const ir::Program& program, const std::vector<ir::Statement>& body);
  // Whether a statement behind `first` and not behind `last` sets a symbol that the nest's axes, indices or tensors use.
  bool disturb(const ir::Nest& nest, size_t first, size_t last) const;

 private:
  bool uses(const ir::Nest& nest, ir::VariableId symbol) const;

  const ir::Program& program_;
  std::vector<std::pair<size_t, ir::VariableId>> changes_;  // statement, symbol
};

}  // namespace burin::passes
