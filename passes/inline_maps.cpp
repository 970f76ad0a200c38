#include "passes/inline_maps.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "passes/inlined_size.h"
#include "passes/tensor_uses.h"

namespace burin::passes {

using namespace ir;

namespace {

// A nest that only maps: no accumulators, one unconditional write at its own axes.
const Write* map_write(const Program& program, const Nest& nest) {
  if (!nest.accumulators.empty() || nest.writes.size() != 1 || nest.writes[0].where.valid()) return nullptr;
  const Write& write = nest.writes[0];
  std::vector<VariableId> seen;
  for (size_t d = 0; d < write.index.size(); ++d) {
    const Expr index = write.index[d];
    if (is_constant_value(index, 0) && is_constant_value(program.tensors[write.tensor].shape[d], 1)) continue;
    const std::optional<VariableId> axis = axis_of(nest.axes, index);
    if (!axis || std::ranges::find(seen, *axis) != seen.end()) return nullptr;
    if (!provably_equal((*program.pool)[*axis].extent, program.tensors[write.tensor].shape[d])) return nullptr;
    seen.push_back(*axis);
  }
  const bool covers = std::ranges::all_of(nest.axes, [&](const Axis& axis) {
    return axis.kind == AxisKind::kParallel && std::ranges::find(seen, axis.variable) != seen.end();
  });
  return covers ? &write : nullptr;
}

// Operations that cost something: everything but reads, constants, variables and the arithmetic of indices.
int cost_of(Expr value) {
  int cost = 0;
  std::vector<Expr> pending = {value};
  while (!pending.empty()) {
    const Expr e = pending.back();
    pending.pop_back();
    if (e->opcode == Opcode::kRead || e->opcode == Opcode::kConstant || e->opcode == Opcode::kVariable) continue;
    cost += info(e->opcode).kind == OpcodeClass::kTranscendental                                   ? 16
            : e->opcode == Opcode::kDiv || e->opcode == Opcode::kSqrt || e->opcode == Opcode::kPow ? 8
                                                                                                   : 1;
    pending.insert(pending.end(), e->operands.begin(), e->operands.end());
  }
  return cost;
}

bool is_plain_sum(Expr index) {
  const std::optional<LinearForm> form = linear_form(index);
  return form && std::ranges::all_of(form->terms, [](const auto& term) { return is_variable(term.first); });
}

// Where a consumer reads the tensor: how often over all its expressions, and whether inside of a reduction.
struct Sites {
  std::vector<Expr> reads;  // distinct
  bool in_reduction = false;
  bool has_else = false;
};

Sites sites_in(const Program& program, const Nest& nest, TensorId tensor) {
  Sites sites;
  const auto scan = [&](Expr root, bool reduction) {
    for_each_node(root, [&](Expr node) {
      if (node->opcode != Opcode::kRead || tensor_of(node) != tensor) return;
      if (std::ranges::find(sites.reads, node) == sites.reads.end()) sites.reads.push_back(node);
      sites.in_reduction |= reduction;
      sites.has_else |= otherwise_of(program, node).valid();
    });
  };
  for (const Accumulator& accumulator : nest.accumulators) {
    scan(accumulator.init, false);
    scan(accumulator.combine, true);
  }
  for (const Write& write : nest.writes) {
    for (Expr index : write.index) scan(index, false);
    scan(write.value, false);
    if (write.where.valid()) scan(write.where, false);
  }
  return sites;
}

class Inliner {
 public:
  Inliner(Program& program, std::vector<Statement>& body, const SharedTensors& shared, const PassContext& context)
      : program_(program), body_(body), shared_(shared), context_(context) {}

  void run() {
    bool changed = true;
    while (changed) {
      changed = false;
      index();
      for (size_t i = 0; i < body_.size(); ++i) {
        const Nest* nest = std::get_if<Nest>(&body_[i].form);
        if (nest == nullptr || removed_[i]) continue;
        changed |= try_inline(i, *nest);
      }
      sweep();
    }
  }

 private:
  void index() {
    readers_.assign(program_.tensors.size(), {});
    writers_.assign(program_.tensors.size(), {});
    removed_.assign(body_.size(), false);
    changes_.emplace(program_, body_);
    for (size_t i = 0; i < body_.size(); ++i) {
      const TensorUses uses = uses_of(body_[i]);
      for (TensorId tensor : uses.read) readers_[tensor.index].push_back(i);
      for (TensorId tensor : uses.written) writers_[tensor.index].push_back(i);
    }
  }

  void sweep() {
    std::vector<Statement> kept;
    for (size_t i = 0; i < body_.size(); ++i) {
      if (!removed_[i]) kept.push_back(std::move(body_[i]));
    }
    body_ = std::move(kept);
  }

  bool decline(TensorId tensor, std::string_view why) const {
    context_.explain(fmt::format("inline-maps: declined \"{}\": {}", program_.tensors[tensor].name, why));
    return false;
  }

  // What the producer at `at` reads must still hold the same when the last consumer has run.
  bool stays_the_same(const Nest& producer, size_t at, size_t last) const {
    return std::ranges::all_of(reads_of(producer), [&](Expr read) {
      const std::vector<size_t>& writers = writers_[tensor_of(read).index];
      return writers.size() <= 1 && std::ranges::none_of(writers, [&](size_t w) { return w > at && w <= last; });
    });
  }

  bool try_inline(size_t at, const Nest& nest) {
    const Write* write = map_write(program_, nest);
    if (write == nullptr) return false;
    const TensorId tensor = write->tensor;
    if (shared_.contains(tensor)) return decline(tensor, "it is an output, or of use elsewhere");
    if (!nest.schedule.empty()) return decline(tensor, "its nest has a schedule");
    if (writers_[tensor.index].size() != 1) return decline(tensor, "several statements write it");
    const std::vector<size_t> consumers = readers_[tensor.index];
    if (consumers.empty()) {
      removed_[at] = true;
      update_readers(at, tensor, nest);
      return true;
    }
    const size_t last = *std::ranges::max_element(consumers);
    if (!stays_the_same(nest, at, last)) return decline(tensor, "what it reads is written in place");
    if (changes_->disturb(nest, at, last))
      return decline(tensor, "an extent that it uses is set again before a consumer");
    for (size_t consumer : consumers) {
      if (!accepts(consumer, *write, consumers.size())) return false;
    }
    for (size_t consumer : consumers) compose(body_[consumer], nest, *write);
    removed_[at] = true;
    update_readers(at, tensor, nest);
    return true;
  }

  // The consumers now read what the producer read.
  void update_readers(size_t at, TensorId tensor, const Nest& producer) {
    const std::vector<size_t> consumers = std::move(readers_[tensor.index]);
    readers_[tensor.index].clear();
    for (Expr read : reads_of(producer)) {
      std::vector<size_t>& readers = readers_[tensor_of(read).index];
      std::erase(readers, at);
      for (size_t consumer : consumers) {
        if (std::ranges::find(readers, consumer) == readers.end()) readers.push_back(consumer);
      }
    }
  }

  bool accepts(size_t consumer, const Write& write, size_t consumers) {
    const TensorId tensor = write.tensor;
    const int cost = cost_of(write.value);
    if (removed_[consumer]) return false;
    if (const auto* nest = std::get_if<Nest>(&body_[consumer].form)) {
      return accepts_nest(*nest, write, cost, consumers);
    }
    const auto* group = std::get_if<Group>(&body_[consumer].form);
    if (group == nullptr) return decline(tensor, "a loop or branch reads it");
    if (cost > 0) return decline(tensor, "a group reads it more than once");
    return std::ranges::all_of(group->body, [&](const Statement& inner) {
      const auto* nest = std::get_if<Nest>(&inner.form);
      return nest != nullptr && accepts_nest(*nest, write, cost, consumers);
    });
  }

  bool accepts_nest(const Nest& nest, const Write& write, int cost, size_t consumers) {
    const TensorId tensor = write.tensor;
    const Sites sites = sites_in(program_, nest, tensor);
    if (sites.reads.empty()) return true;
    if (sites.has_else) return decline(tensor, "a consumer reads around it");
    if (!stays_small(nest, tensor, write.value)) return decline(tensor, "the expression would become too long");
    if (sites.in_reduction) {
      if (cost > 0 && consumers == 1 && reads_each_point_once(nest, sites)) return true;
      if (cost > 0) return decline(tensor, "it would be computed at every step of a reduction");
      return moves_plainly(write, sites) || decline(tensor, "its index would not be a plain sum in a reduction");
    }
    constexpr int kCheap = 4;
    const bool once = consumers == 1 && sites.reads.size() == 1;
    if (!once && cost > kCheap) return decline(tensor, "several consumers would each compute it");
    if (!once && cost > 0 && consumers * sites.reads.size() > 3)
      return decline(tensor, "too many consumers would each compute it");
    return true;
  }

  // True when the one read runs over all axes of the nest, each by itself, so that no point of the producer is read twice. An
  // index without axes picks a slice.
  bool reads_each_point_once(const Nest& nest, const Sites& sites) const {
    if (sites.reads.size() != 1) return false;
    std::vector<VariableId> seen;
    for (Expr index : index_of(program_, sites.reads[0])) {
      const bool moves =
          std::ranges::any_of(nest.axes, [&](const Axis& axis) { return uses_variable(index, axis.variable); });
      if (!moves) continue;
      const std::optional<VariableId> axis = axis_of(nest.axes, index);
      if (!axis || std::ranges::find(seen, *axis) != seen.end()) return false;
      seen.push_back(*axis);
    }
    return std::ranges::all_of(nest.axes, [&](const Axis& axis) {
      return std::ranges::find(seen, axis.variable) != seen.end() ||
             is_constant_value((*program_.pool)[axis.variable].extent, 1);
    });
  }

  bool moves_plainly(const Write& write, const Sites& sites) const {
    if (write.value->opcode != Opcode::kRead || otherwise_of(program_, write.value).valid()) return false;
    return std::ranges::all_of(sites.reads, [&](Expr read) {
      const Expr moved = value_at(write, index_of(program_, read));
      return std::ranges::all_of(index_of(program_, moved), is_plain_sum);
    });
  }

  // The producer's value at `index` of its tensor. `write` is a map_write: each index is an axis, or 0.
  static Expr value_at(const Write& write, std::span<const Expr> index) {
    Substitution point;
    for (size_t d = 0; d < index.size(); ++d) {
      if (!is_constant(write.index[d])) point[variable_of(write.index[d]).index] = index[d];
    }
    return substitute(write.value, point);
  }

  void compose(Statement& consumer, const Nest& producer, const Write& write) {
    if (auto* group = std::get_if<Group>(&consumer.form)) {
      for (Statement& inner : group->body) compose(inner, producer, write);
      return;
    }
    auto& nest = std::get<Nest>(consumer.form);
    bool used = false;
    map_exprs(nest, [&](Expr root) {
      return rewrite_bottom_up(root, [&](Expr node) {
        if (node->opcode != Opcode::kRead || tensor_of(node) != write.tensor) return node;
        used = true;
        return value_at(write, index_of(program_, node));
      });
    });
    if (used) nest.origin.insert(nest.origin.begin(), producer.origin.begin(), producer.origin.end());
  }

  Program& program_;
  std::vector<Statement>& body_;
  const SharedTensors& shared_;
  const PassContext& context_;
  std::optional<SymbolChanges> changes_;
  std::vector<std::vector<size_t>> readers_, writers_;  // statements, by tensor
  std::vector<bool> removed_;
};

}  // namespace

Status inline_maps(Program& program, const PassContext& context) {
  for_each_program_body(program, [&](std::vector<Statement>& body, const SharedTensors& shared) {
    Inliner(program, body, shared, context).run();
  });
  return {};
}

}  // namespace burin::passes
