#include "passes/point_count.h"

#include <algorithm>

#include "ir/base/checked.h"

namespace burin::passes {

using namespace ir;

namespace {

int64_t saturating_sum(int64_t a, int64_t b) { return checked_add(a, b).value_or(INT64_MAX); }
int64_t saturating_product(int64_t a, int64_t b) { return checked_mul(a, b).value_or(INT64_MAX); }

class PointCount {
 public:
  explicit PointCount(const ExprPool& pool) : pool_(pool) {}

  int64_t of(const std::vector<Statement>& body) const {
    int64_t points = 0;
    for (const Statement& statement : body)
      points = saturating_sum(points, std::visit([this](const auto& form) { return of(form); }, statement.form));
    return points;
  }

 private:
  int64_t of(const Nest& nest) const { return of(nest.axes); }
  int64_t of(const Compact& compact) const { return of(compact.axes); }
  int64_t of(const Count&) const { return 1; }
  int64_t of(const Group& group) const { return saturating_product(of(group.axes), of(group.body)); }
  int64_t of(const For& loop) const { return saturating_product(extent(loop.counter), of(loop.body)); }
  int64_t of(const While& loop) const { return saturating_product(extent(loop.counter), of(loop.body)); }
  int64_t of(const If& branch) const { return saturating_sum(of(branch.then_body), of(branch.else_body)); }
  int64_t of(const std::vector<Axis>& axes) const {
    int64_t points = 1;
    for (const Axis& axis : axes) points = saturating_product(points, extent(axis.variable));
    return points;
  }
  int64_t extent(VariableId variable) const {
    const Expr extent = pool_[variable].extent;
    return extent.valid() ? std::max<int64_t>(extent->high, 0) : INT64_MAX;
  }

  const ExprPool& pool_;
};

}  // namespace

int64_t points_of(const Program& program) { return PointCount(*program.pool).of(program.body); }

}  // namespace burin::passes
