#include "ir/nest/written_points.h"

#include <algorithm>

#include "ir/base/checked.h"

namespace burin::ir {
namespace {

class Counter {
 public:
  explicit Counter(const Program& program) : program_(program), points_(program.tensors.size()) {}

  // `times` is how often control enters the body.
  void count(const std::vector<Statement>& body, int64_t times) {
    for (const Statement& statement : body) std::visit([&](const auto& form) { count(form, times); }, statement.form);
  }

  std::vector<int64_t> take() { return std::move(points_); }

 private:
  void add(TensorId tensor, int64_t points) {
    if (tensor.index >= points_.size()) return;
    int64_t& total = points_[tensor.index];
    total = checked_add(total, points).value_or(INT64_MAX);
  }

  int64_t times_extent(int64_t times, VariableId variable) const {
    const Expr extent = (*program_.pool)[variable].extent;
    const int64_t most = extent.valid() ? std::max<int64_t>(extent->high, 0) : INT64_MAX;
    return checked_mul(times, most).value_or(INT64_MAX);
  }

  void count(const Nest& nest, int64_t times) {
    for (const Axis& axis : nest.axes) {
      if (axis.kind != AxisKind::kReduction) times = times_extent(times, axis.variable);
    }
    for (const Write& write : nest.writes) add(write.tensor, times);
  }
  void count(const Compact& compact, int64_t times) {
    for (const Axis& axis : compact.axes) times = times_extent(times, axis.variable);
    for (const Write& write : compact.writes) add(write.tensor, times);
  }
  void count(const Group& group, int64_t times) {
    for (const Axis& axis : group.axes) times = times_extent(times, axis.variable);
    count(group.body, times);
  }
  void count(const For& loop, int64_t times) {
    carry(loop.carried);
    count(loop.body, times_extent(times, loop.counter));
  }
  void count(const While& loop, int64_t times) {
    carry(loop.carried);
    count(loop.body, times_extent(times, loop.counter));
  }
  void count(const If& branch, int64_t times) {
    count(branch.then_body, times);
    count(branch.else_body, times);
  }
  void count(const Count&, int64_t) {}
  // A copy writes all of a tensor.
  void carry(const std::vector<Carried>& carried) {
    for (const Carried& one : carried) add(one.tensor, INT64_MAX);
  }

  const Program& program_;
  std::vector<int64_t> points_;
};

}  // namespace

std::vector<int64_t> most_written_points(const Program& program) {
  Counter counter(program);
  counter.count(program.body, 1);
  return counter.take();
}

}  // namespace burin::ir
