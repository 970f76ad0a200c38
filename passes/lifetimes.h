// When each tensor of a program holds something that is still needed, in steps: every statement is one, in the order of the
// text, and a loop or branch is one before and one after its bodies. What plans memory from it lets tensors of a loop's body
// share memory with each other, and those of one branch with those of the other.
#pragma once

#include <map>
#include <vector>

#include "ir/nest/nest.h"

namespace burin::passes {

// The first and the last step, -1 where nothing touches the tensor.
struct Life {
  int first = -1, last = -1;
};

class Lifetimes {
 public:
  // Keeps the addresses of the program's statements.
  explicit Lifetimes(const ir::Program& program);

  Life of(ir::TensorId id) const { return lives_[id.index]; }
  // Whether no other statement touches the tensor.
  bool is_only_in(ir::TensorId id, const ir::Statement& statement) const;
  // A tensor added to the program that is needed when `other` is.
  void add_like(ir::TensorId other) { lives_.push_back(lives_[other.index]); }

 private:
  void walk(const std::vector<ir::Statement>& body);
  void walk_loop(const std::vector<ir::Carried>& carried, const std::vector<ir::Statement>& body);
  void touch(ir::TensorId id, int step);
  void cover_loops();

  std::vector<Life> lives_;
  std::map<const ir::Statement*, int> steps_;
  std::vector<Life> loops_;  // their first and last steps, inner ones before those around them
  int step_ = 0;
};

}  // namespace burin::passes
