#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "passes/hoist.h"

namespace burin::passes {
namespace {

using ir::Block;
using ir::BufferId;
using ir::Expr;
using ir::ExprNode;
using ir::Opcode;
using ir::VariableId;

// A value at a moment: `version` is 0 for what depends on variables alone, else it grows with every store or assignment that
// may change what the node reads.
struct Moment {
  const ExprNode* node;
  int version;
  bool operator==(const Moment&) const = default;
};
struct MomentHash {
  size_t operator()(const Moment& moment) const {
    return std::hash<const void*>()(moment.node) * 31 + static_cast<size_t>(moment.version);
  }
};
template <class T>
using ByMoment = std::unordered_map<Moment, T, MomentHash>;

// What a walk along a block has passed so far.
class Versions {
 public:
  int of(Expr e) {
    if (auto found = known_.find(e.node()); found != known_.end()) return found->second;
    int version = 0;
    for (Expr operand : e->operands) version = std::max(version, of(operand));
    if (e->opcode == Opcode::kLoad) version = std::max(version, last(buffers_, ir::buffer_of(e)));
    if (ir::is_variable(e) && is_tile(ir::variable_of(e)))
      version = std::max(version, last(tiles_, ir::variable_of(e)));
    known_.emplace(e.node(), version);
    return version;
  }

  void passed(const Block& block) {
    for (const ir::LoopStatement& statement : block) passed(statement);
  }
  void passed(const ir::LoopStatement& statement) {
    known_.clear();
    ++now_;
    if (const auto* loop = std::get_if<ir::Loop>(&statement.form)) {
      passed(loop->body);
    } else if (const auto* repeat = std::get_if<ir::WhileLoop>(&statement.form)) {
      passed(repeat->body);
    } else if (const auto* branch = std::get_if<ir::Branch>(&statement.form)) {
      passed(branch->then_body);
      passed(branch->else_body);
    } else if (const auto* tile = std::get_if<ir::Tile>(&statement.form)) {
      tiles_[tile->variable] = now_;
    } else if (const auto* assign = std::get_if<ir::Assign>(&statement.form)) {
      tiles_[assign->tile] = now_;
    } else if (const auto* store = std::get_if<ir::StoreTo>(&statement.form)) {
      buffers_[store->buffer] = now_;
    } else if (const auto* call = std::get_if<ir::Call>(&statement.form)) {
      for (BufferId buffer : call->buffers) buffers_[buffer] = now_;
    }
  }

 private:
  bool is_tile(VariableId variable) const { return tiles_.contains(variable); }
  template <class Id>
  static int last(const std::map<Id, int>& changes, Id id) {
    const auto found = changes.find(id);
    return found == changes.end() ? 1 : found->second;
  }

  int now_ = 1;
  std::map<BufferId, int> buffers_;
  std::map<VariableId, int> tiles_;
  std::unordered_map<const ExprNode*, int> known_;
};

// The expressions that a statement computes at its place in the block, before anything else of it happens.
template <class Visit>
void for_each_root(ir::LoopStatement& statement, Visit visit) {
  if (auto* loop = std::get_if<ir::Loop>(&statement.form)) {
    visit(loop->begin);
    visit(loop->end);
  } else if (auto* branch = std::get_if<ir::Branch>(&statement.form)) {
    visit(branch->condition);
  } else if (auto* let = std::get_if<ir::Let>(&statement.form)) {
    visit(let->value);
  } else if (auto* assign = std::get_if<ir::Assign>(&statement.form)) {
    for (Expr& index : assign->index) visit(index);
    visit(assign->value);
  } else if (auto* store = std::get_if<ir::StoreTo>(&statement.form)) {
    visit(store->index);
    visit(store->value);
  } else if (auto* prefetch = std::get_if<ir::Prefetch>(&statement.form)) {
    visit(prefetch->index);
  } else if (auto* call = std::get_if<ir::Call>(&statement.form)) {
    for (Expr& scalar : call->scalars) visit(scalar);
  }
}

// Names the shared values of one block; blocks inside of it see the names of those that depend on variables alone.
class Sharer {
 public:
  Sharer(ir::Kernel& kernel, ir::ExprPool& pool, const Sharer* outer, const Versions& versions)
      : kernel_(kernel), pool_(pool), outer_(outer), start_(versions) {}

  void run(Block& block) {
    count(block);
    Block out;
    Versions versions = start_;
    for (ir::LoopStatement& statement : block) {
      versions_ = &versions;
      out_ = &out;
      rewrite(statement);
      inner_blocks(statement, versions);
      versions.passed(statement);
      rewritten_.clear();
      out.push_back(std::move(statement));
    }
    block = std::move(out);
  }

 private:
  void count(Block& block) {
    Versions versions = start_;
    versions_ = &versions;
    for (ir::LoopStatement& statement : block) {
      for_each_root(statement, [&](Expr root) { count_use(root); });
      versions.passed(statement);
    }
  }

  void count_use(Expr e) {
    if (is_cheap(e)) return;
    if (++uses_[{e.node(), versions_->of(e)}] > 1) return;
    for (Expr operand : e->operands) count_use(operand);
  }

  void rewrite(ir::LoopStatement& statement) {
    auto* let = std::get_if<ir::Let>(&statement.form);
    if (let == nullptr) return for_each_root(statement, [&](Expr& root) { root = shared(root); });
    const Expr value = let->value;
    if (is_cheap(value)) return;
    const Moment moment{value.node(), versions_->of(value)};
    const Expr before = name_of(moment);
    let->value = before.valid() ? before : rebuilt(value);
    if (!before.valid()) names_.emplace(moment, pool_.variable(let->variable));
  }

  void inner_blocks(ir::LoopStatement& statement, const Versions& versions) {
    if (auto* loop = std::get_if<ir::Loop>(&statement.form)) {
      Versions inside = versions;
      inside.passed(loop->body);  // a later iteration sees what an earlier one stored
      Sharer(kernel_, pool_, this, inside).run(loop->body);
    } else if (auto* repeat = std::get_if<ir::WhileLoop>(&statement.form)) {
      Versions inside = versions;
      inside.passed(repeat->body);
      Sharer(kernel_, pool_, this, inside).run(repeat->body);
    } else if (auto* branch = std::get_if<ir::Branch>(&statement.form)) {
      Sharer(kernel_, pool_, this, versions).run(branch->then_body);
      Sharer(kernel_, pool_, this, versions).run(branch->else_body);
    }
  }

  // The name that holds this value; invalid when there is none. Versions count the same events in inner blocks, so a name for
  // the same version is as good there.
  Expr name_of(const Moment& moment) const {
    if (auto found = names_.find(moment); found != names_.end()) return found->second;
    return outer_ == nullptr ? Expr() : outer_->name_of(moment);
  }

  Expr shared(Expr e) {
    if (is_cheap(e)) return e;
    if (auto found = rewritten_.find(e.node()); found != rewritten_.end()) return found->second;
    const Moment moment{e.node(), versions_->of(e)};
    Expr result = name_of(moment);
    if (!result.valid()) {
      result = rebuilt(e);
      const auto found = uses_.find(moment);
      if (found != uses_.end() && found->second > 1 && !is_cheap(result)) {
        const VariableId variable = name_value(result, kernel_, pool_);
        out_->push_back({ir::Let{variable, result}});
        result = pool_.variable(variable);
        names_.emplace(moment, result);
      }
    }
    rewritten_.emplace(e.node(), result);
    return result;
  }

  Expr rebuilt(Expr e) {
    std::vector<Expr> operands;
    for (Expr operand : e->operands) operands.push_back(shared(operand));
    return operands.empty() ? e : pool_.make(e->opcode, operands, e->type, e->payload);
  }

  ir::Kernel& kernel_;
  ir::ExprPool& pool_;
  const Sharer* outer_;
  const Versions start_;
  Versions* versions_ = nullptr;  // at the statement at hand
  Block* out_ = nullptr;
  ByMoment<int> uses_;
  ByMoment<Expr> names_;
  std::unordered_map<const ExprNode*, Expr> rewritten_;  // of the statement at hand
};

}  // namespace

void share_values(ir::Kernel& kernel, ir::ExprPool& pool) {
  Sharer(kernel, pool, nullptr, Versions()).run(kernel.body);
}

}  // namespace burin::passes
