#include "passes/lifetimes.h"

#include <algorithm>

#include "passes/tensor_uses.h"

namespace burin::passes {

using namespace ir;

Lifetimes::Lifetimes(const Program& program) : lives_(program.tensors.size()) {
  walk(program.body);
  cover_loops();
}

bool Lifetimes::is_only_in(TensorId id, const Statement& statement) const {
  const int step = steps_.at(&statement);
  return lives_[id.index].first == step && lives_[id.index].last == step;
}

void Lifetimes::touch(TensorId id, int step) {
  Life& life = lives_[id.index];
  if (life.first < 0 || step < life.first) life.first = step;
  life.last = std::max(life.last, step);
}

void Lifetimes::walk(const std::vector<Statement>& body) {
  for (const Statement& statement : body) {
    steps_.emplace(&statement, step_);
    if (const auto* loop = std::get_if<For>(&statement.form)) {
      walk_loop(loop->carried, loop->body);
    } else if (const auto* repeat = std::get_if<While>(&statement.form)) {
      walk_loop(repeat->carried, repeat->body);
    } else if (const auto* branch = std::get_if<If>(&statement.form)) {
      touch(branch->condition, step_++);
      walk(branch->then_body);
      walk(branch->else_body);
      ++step_;
    } else {
      for (TensorId tensor : touched_by(statement)) touch(tensor, step_);
      ++step_;
    }
  }
}

// Before the body, what is carried is copied in; after it, what is carried on.
void Lifetimes::walk_loop(const std::vector<Carried>& carried, const std::vector<Statement>& body) {
  const int begin = step_++;
  walk(body);
  const int end = step_++;
  for (const Carried& one : carried) {
    touch(one.initial, begin);
    touch(one.next, end);
    touch(one.tensor, begin);
    touch(one.tensor, end);
  }
  loops_.push_back({begin, end});
}

// A tensor that is needed inside a loop and outside of it is needed all the while: another turn wants it, or must not spoil it.
void Lifetimes::cover_loops() {
  for (const Life& loop : loops_) {
    for (Life& life : lives_) {
      const bool is_inside = life.first > loop.first && life.last <= loop.last;
      if (is_inside || life.last <= loop.first || life.first > loop.last) continue;
      life = {std::min(life.first, loop.first), std::max(life.last, loop.last)};
    }
  }
}

}  // namespace burin::passes
