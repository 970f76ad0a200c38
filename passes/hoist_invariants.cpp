#include <algorithm>
#include <climits>
#include <map>
#include <set>
#include <unordered_map>

#include "ir/linear.h"
#include "passes/hoist.h"

namespace burin::passes {
namespace {

using ir::Block;
using ir::BufferId;
using ir::Expr;
using ir::ExprNode;
using ir::LinearForm;
using ir::Opcode;
using ir::VariableId;

void collect_stores(const Block& block, std::set<BufferId>& stored, std::set<VariableId>& tiles) {
  for (const ir::LoopStatement& statement : block) {
    if (const auto* loop = std::get_if<ir::Loop>(&statement.form)) {
      collect_stores(loop->body, stored, tiles);
    } else if (const auto* repeat = std::get_if<ir::WhileLoop>(&statement.form)) {
      collect_stores(repeat->body, stored, tiles);
    } else if (const auto* branch = std::get_if<ir::Branch>(&statement.form)) {
      collect_stores(branch->then_body, stored, tiles);
      collect_stores(branch->else_body, stored, tiles);
    } else if (const auto* tile = std::get_if<ir::Tile>(&statement.form)) {
      tiles.insert(tile->variable);
    } else if (const auto* store = std::get_if<ir::StoreTo>(&statement.form)) {
      stored.insert(store->buffer);
    } else if (const auto* call = std::get_if<ir::Call>(&statement.form)) {
      stored.insert(call->buffers.begin(), call->buffers.end());
    }
  }
}

// Rebuilds a kernel's body. The depth of a value is the number of loops around the place where it could be computed; a value
// used deeper than that is named in front of the first loop it does not depend on.
class InvariantMover {
 public:
  InvariantMover(ir::Kernel& kernel, ir::ExprPool& pool) : kernel_(kernel), pool_(pool) {
    std::set<BufferId> stored;
    collect_stores(kernel.body, stored, tiles_);
  }

  Block block(const Block& statements) {
    Block out;
    for (const ir::LoopStatement& statement : statements) {
      depths_.clear();
      std::visit([&](const auto& form) { one(form, out); }, statement.form);
    }
    return out;
  }

 private:
  // A loop being rebuilt.
  struct Level {
    Block* before;                                    // where what leaves the loop goes
    bool surely_runs;                                 // at least once
    std::set<BufferId> stored;                        // by its body
    std::unordered_map<const ExprNode*, Expr> named;  // what left it
  };

  int here() const { return static_cast<int>(levels_.size()); }

  Block body_of(const Block& body, Block& before, bool surely_runs) {
    Level level{&before, surely_runs, {}, {}};
    std::set<VariableId> tiles;
    collect_stores(body, level.stored, tiles);
    levels_.push_back(std::move(level));
    Block rebuilt = block(body);
    levels_.pop_back();
    return rebuilt;
  }

  void one(const ir::Loop& loop, Block& out) {
    ir::Loop rebuilt{loop.counter, place(loop.begin, here()), place(loop.end, here()), loop.step, loop.kind, {}};
    set_depth(loop.counter, here() + 1);
    const bool surely_runs = ir::is_constant_value(ir::less(loop.begin, loop.end), 1);
    rebuilt.body = body_of(loop.body, out, surely_runs);
    out.push_back({std::move(rebuilt)});
  }
  // The condition is computed inside of the loop, and stays as it is.
  void one(const ir::WhileLoop& loop, Block& out) {
    out.push_back({ir::WhileLoop{loop.condition, body_of(loop.body, out, false)}});
  }
  void one(const ir::Branch& branch, Block& out) {
    const Expr condition = place(branch.condition, here());
    const int outer_guard = std::exchange(guard_, here());
    Block then_body = block(branch.then_body);
    Block else_body = block(branch.else_body);
    guard_ = outer_guard;
    out.push_back({ir::Branch{condition, std::move(then_body), std::move(else_body)}});
  }
  void one(const ir::Let& let, Block& out) {
    const Expr value = place_root(let.value, here());
    set_depth(let.variable, here());
    out.push_back({ir::Let{let.variable, value}});
  }
  void one(const ir::Tile& tile, Block& out) { out.push_back({tile}); }
  void one(const ir::Assign& assign, Block& out) {
    ir::Assign rebuilt{assign.tile, {}, place(assign.value, here())};
    for (Expr index : assign.index) rebuilt.index.push_back(place(index, here()));
    out.push_back({std::move(rebuilt)});
  }
  void one(const ir::StoreTo& store, Block& out) {
    out.push_back({ir::StoreTo{store.buffer, place(store.index, here()), place(store.value, here())}});
  }
  void one(const ir::Prefetch& prefetch, Block& out) {
    out.push_back({ir::Prefetch{prefetch.buffer, place(prefetch.index, here())}});
  }
  void one(const ir::Call& call, Block& out) {
    ir::Call rebuilt{call.kernel, call.buffers, {}};
    for (Expr scalar : call.scalars) rebuilt.scalars.push_back(place(scalar, here()));
    out.push_back({std::move(rebuilt)});
  }

  void set_depth(VariableId variable, int depth) {
    if (variable_depth_.size() <= variable.index) variable_depth_.resize(variable.index + 1, 0);
    variable_depth_[variable.index] = depth;
  }

  // The number of loops that a load of `buffer` made here cannot leave.
  int load_depth(BufferId buffer) const {
    for (int depth = here(); depth > guard_; --depth) {
      const Level& level = levels_[static_cast<size_t>(depth - 1)];
      if (!level.surely_runs || level.stored.contains(buffer)) return depth;
    }
    return guard_;
  }

  int depth_of(Expr e) {
    if (auto found = depths_.find(e.node()); found != depths_.end()) return found->second;
    int depth = 0;
    for (Expr operand : e->operands) depth = std::max(depth, depth_of(operand));
    if (e->opcode == Opcode::kLoad) depth = std::max(depth, load_depth(ir::buffer_of(e)));
    if (ir::is_variable(e)) {
      const VariableId variable = ir::variable_of(e);
      if (variable.index < variable_depth_.size()) depth = std::max(depth, variable_depth_[variable.index]);
      if (tiles_.contains(variable)) depth = INT_MAX;
    }
    depths_.emplace(e.node(), depth);
    return depth;
  }

  // `e` for use inside of `at` loops.
  Expr place(Expr e, int at) {
    if (is_cheap(e)) return e;
    const int depth = depth_of(e);
    return depth < at ? named(e, rebuild(e, depth), depth) : rebuild(e, at);
  }
  // The same for a value that has a name already where it stands.
  Expr place_root(Expr e, int at) { return is_cheap(e) ? e : rebuild(e, at); }

  // A variable that holds `value`, in front of loop number `depth`; `key` finds it again.
  Expr named(Expr key, Expr value, int depth) {
    if (is_cheap(value)) return value;
    Level& level = levels_[static_cast<size_t>(depth)];
    if (auto found = level.named.find(key.node()); found != level.named.end()) return found->second;
    const VariableId variable = name_value(value, kernel_, pool_);
    set_depth(variable, depth);
    level.before->push_back({ir::Let{variable, value}});
    const Expr name = pool_.variable(variable);
    level.named.emplace(key.node(), name);
    return name;
  }

  Expr rebuild(Expr e, int at) {
    const bool sum = e->opcode == Opcode::kAdd || e->opcode == Opcode::kSub;
    if (sum && e->type == ir::kIndex) {
      if (const std::optional<LinearForm> form = ir::linear_form(e)) return regroup(*form, at);
    }
    if (e->operands.empty()) return e;
    std::vector<Expr> operands;
    for (Expr operand : e->operands) operands.push_back(place(operand, at));
    return pool_.make(e->opcode, operands, e->type, e->payload);
  }

  // A sum whose terms are added loop by loop, outermost first: what one loop adds to is named outside of it. The constant
  // comes last, where it costs nothing.
  Expr regroup(const LinearForm& form, int at) {
    std::map<int, LinearForm> by_depth;
    for (const auto& [term, coefficient] : form.terms)
      by_depth[std::min(depth_of(term), at)].terms.emplace_back(term, coefficient);
    Expr outer;
    for (const auto& [depth, group] : by_depth) {
      LinearForm sum;
      if (outer.valid()) sum.terms.emplace_back(outer, 1);
      for (const auto& [term, coefficient] : group.terms) sum.terms.emplace_back(place(term, depth), coefficient);
      if (depth == at) sum.constant = form.constant;
      const Expr value = sum_of(sum, pool_);
      if (depth == at) return value;
      outer = named(value, value, depth);
    }
    return outer.valid() ? outer + form.constant : pool_.integer(form.constant);
  }

  ir::Kernel& kernel_;
  ir::ExprPool& pool_;
  std::set<VariableId> tiles_;
  std::vector<Level> levels_;                        // outermost first
  std::vector<int> variable_depth_;                  // by VariableId::index
  std::unordered_map<const ExprNode*, int> depths_;  // of the statement at hand
  int guard_ = 0;                                    // loops around the innermost branch
};

}  // namespace

void hoist_invariants(ir::Kernel& kernel, ir::ExprPool& pool) {
  Block body = InvariantMover(kernel, pool).block(kernel.body);
  kernel.body = std::move(body);
}

}  // namespace burin::passes
