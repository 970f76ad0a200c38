#include "passes/fuse_epilogues.h"

#include <algorithm>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "ir/expr/containment.h"
#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "passes/inlined_size.h"
#include "passes/tensor_uses.h"

namespace burin::passes {

using namespace ir;

namespace {

bool reduces(const Nest& nest) {
  return !nest.accumulators.empty() &&
         std::ranges::none_of(nest.axes, [](const Axis& axis) { return axis.kind == AxisKind::kSequential; });
}

bool is_map(const Nest& nest) {
  return nest.accumulators.empty() && nest.schedule.empty() &&
         std::ranges::all_of(nest.axes, [](const Axis& axis) { return axis.kind == AxisKind::kParallel; });
}

class EpilogueFusion {
 public:
  EpilogueFusion(Program& program, std::vector<Statement>& body, const SharedTensors& shared,
                 const PassContext& context)
      : program_(program), body_(body), shared_(shared), context_(context) {}

  void run() {
    for (bool changed = true; changed;) {
      changed = false;
      index();
      for (size_t i = 0; i < body_.size(); ++i) changed |= try_fuse(i);
      std::erase_if(body_, [](const Statement& statement) {
        const auto* nest = std::get_if<Nest>(&statement.form);
        return nest != nullptr && nest->writes.empty();
      });
    }
  }

 private:
  void index() {
    readers_.assign(program_.tensors.size(), {});
    writers_.assign(program_.tensors.size(), {});
    changes_.emplace(program_, body_);
    for (size_t i = 0; i < body_.size(); ++i) {
      const TensorUses uses = uses_of(body_[i]);
      for (TensorId tensor : uses.read) readers_[tensor.index].push_back(i);
      for (TensorId tensor : uses.written) writers_[tensor.index].push_back(i);
    }
  }

  bool decline(TensorId tensor, std::string_view why) const {
    context_.explain(fmt::format("fuse-epilogues: declined \"{}\": {}", program_.tensors[tensor].name, why));
    return false;
  }

  // Fuses statement `at`, a reduction, into its consumer; the reduction's nest is left empty.
  bool try_fuse(size_t at) {
    auto* producer = std::get_if<Nest>(&body_[at].form);
    if (producer == nullptr || producer->writes.size() != 1 || producer->writes[0].where.valid() || !reduces(*producer))
      return false;
    const TensorId tensor = producer->writes[0].tensor;
    const std::vector<size_t>& readers = readers_[tensor.index];
    if (shared_.contains(tensor)) return decline(tensor, "it is an output, or of use elsewhere");
    if (readers.size() != 1 || writers_[tensor.index].size() != 1)
      return decline(tensor, "several statements read or write it");
    auto* consumer = std::get_if<Nest>(&body_[readers[0]].form);
    if (consumer == nullptr || consumer->writes.empty() || !is_map(*consumer))
      return decline(tensor, "what reads it is no map");
    if (!stays_small(*consumer, tensor, producer->writes[0].value))
      return decline(tensor, "the expression would become too long");
    if (!undisturbed(*producer, at, readers[0]))
      return decline(tensor, "what it reads is overwritten before its consumer");
    if (changes_->disturb(*producer, at, readers[0]))
      return decline(tensor, "an extent that it uses is set again before its consumer");
    const std::optional<Substitution> axes = matching_axes(*producer, *consumer, tensor);
    if (!axes) return decline(tensor, "its consumer does not read it point by point");
    merge(*producer, *consumer, tensor, *axes);
    // What the producer read is now read at the consumer's place.
    for (Expr read : reads_of(*consumer)) {
      std::vector<size_t>& list = readers_[tensor_of(read).index];
      std::erase(list, at);
      if (std::ranges::find(list, readers[0]) == list.end()) list.push_back(readers[0]);
    }
    producer->writes.clear();
    producer->accumulators.clear();
    return true;
  }

  bool undisturbed(const Nest& producer, size_t at, size_t consumer) const {
    return std::ranges::all_of(reads_of(producer), [&](Expr read) {
      return std::ranges::none_of(writers_[tensor_of(read).index],
                                  [&](size_t writer) { return writer > at && writer <= consumer; });
    });
  }

  // The consumer's axes in terms of the producer's: both run over the same points, and the one read of `tensor` pairs them.
  std::optional<Substitution> matching_axes(const Nest& producer, const Nest& consumer, TensorId tensor) const {
    Expr read;
    for (Expr candidate : reads_of(consumer)) {
      if (tensor_of(candidate) != tensor) continue;
      if (read.valid() || otherwise_of(program_, candidate).valid()) return std::nullopt;
      read = candidate;
    }
    const std::span<const Expr> theirs = index_of(program_, read);
    const std::vector<Expr>& ours = producer.writes[0].index;
    const std::optional<Substitution> axes = solve(consumer, theirs, ours);
    if (!axes) return std::nullopt;
    // The solution is checked, so that solving may guess: the same index at every point, points of the consumer alone, and as
    // many of them.
    for (size_t d = 0; d < ours.size(); ++d) {
      if (!provably_equal(substitute(theirs[d], *axes), ours[d])) return std::nullopt;
    }
    const bool stays_inside = std::ranges::all_of(consumer.axes, [&](const Axis& axis) {
      const Expr extent = (*program_.pool)[axis.variable].extent;
      return contained(axes->at(axis.variable.index), program_.pool->integer(0), extent) == Containment::kProven;
    });
    if (!stays_inside) return std::nullopt;
    const Shape here = extents(consumer);
    const Shape there = extents(producer);
    const bool same_points = is_constant_value(exact_quotient(here, there, *program_.pool), 1) &&
                             is_constant_value(exact_quotient(there, here, *program_.pool), 1);
    return same_points ? axes : std::nullopt;
  }

  Shape extents(const Nest& nest) const {
    Shape shape;
    for (const Axis& axis : nest.axes) {
      if (axis.kind == AxisKind::kParallel) shape.push_back((*program_.pool)[axis.variable].extent);
    }
    return shape;
  }

  // What the consumer's axes are in terms of the producer's, so that theirs[d] = ours[d] for every dimension:
  //   theirs i                              i = ours
  //   theirs i*32 + j                       i = ours floordiv 32, j = ours mod 32
  //   theirs i floordiv 32 and i mod 32     i = ours[d1]*32 + ours[d2]
  std::optional<Substitution> solve(const Nest& consumer, std::span<const Expr> theirs,
                                    std::span<const Expr> ours) const {
    Substitution axes;
    for (size_t d = 0; d < theirs.size(); ++d) {
      if (is_constant(theirs[d])) continue;
      const bool solved = is_part_of_axis(consumer, theirs[d]) ? add_part(theirs[d], ours[d], axes)
                                                               : split_over_axes(consumer, theirs[d], ours[d], axes);
      if (!solved) return std::nullopt;
    }
    for (const Axis& axis : consumer.axes) {
      if (axes.contains(axis.variable.index)) continue;
      if (!is_constant_value((*program_.pool)[axis.variable].extent, 1)) return std::nullopt;
      axes.emplace(axis.variable.index, program_.pool->integer(0));
    }
    return axes;
  }

  // v, v floordiv c, v mod e, (v floordiv c) mod e.
  static bool is_part_of_axis(const Nest& nest, Expr e) {
    if (e->opcode == Opcode::kMod && is_constant(e->operands[1])) e = e->operands[0];
    if (e->opcode == Opcode::kFloorDiv && is_constant(e->operands[1])) e = e->operands[0];
    return axis_of(nest.axes, e).has_value();
  }

  static bool add_part(Expr e, Expr ours, Substitution& axes) {
    int64_t scale = 1;
    if (e->opcode == Opcode::kMod) e = e->operands[0];
    if (e->opcode == Opcode::kFloorDiv) {
      scale = *constant_integer(e->operands[1]);
      e = e->operands[0];
    }
    Expr& whole = axes[variable_of(e).index];
    whole = whole.valid() ? whole + ours * scale : ours * scale;
    return true;
  }

  static bool split_over_axes(const Nest& nest, Expr e, Expr ours, Substitution& axes) {
    std::optional<LinearForm> form = linear_form(e);
    if (!form || form->constant != 0) return false;
    std::ranges::sort(form->terms, std::greater(), [](const auto& term) { return term.second; });
    Expr left = ours;
    for (const auto& [term, coefficient] : form->terms) {
      const std::optional<VariableId> axis = axis_of(nest.axes, term);
      if (!axis || coefficient < 1 || axes.contains(axis->index)) return false;
      axes.emplace(axis->index, floor_div(left, coefficient));
      left = mod(left, coefficient);
    }
    return true;
  }

  void merge(const Nest& producer, Nest& consumer, TensorId tensor, const Substitution& axes) {
    const Expr result = producer.writes[0].value;
    const auto rewrite = [&](Expr root) {
      return rewrite_bottom_up(substitute(root, axes), [&](Expr node) {
        return node->opcode == Opcode::kRead && tensor_of(node) == tensor ? result : node;
      });
    };
    map_exprs(consumer, rewrite);
    consumer.axes = producer.axes;
    consumer.accumulators = producer.accumulators;
    consumer.schedule = producer.schedule;
    consumer.origin.insert(consumer.origin.begin(), producer.origin.begin(), producer.origin.end());
  }

  Program& program_;
  std::vector<Statement>& body_;
  const SharedTensors& shared_;
  const PassContext& context_;
  std::optional<SymbolChanges> changes_;
  std::vector<std::vector<size_t>> readers_, writers_;  // statements, by tensor
};

}  // namespace

Status fuse_epilogues(Program& program, const PassContext& context) {
  for_each_program_body(program, [&](std::vector<Statement>& body, const SharedTensors& shared) {
    EpilogueFusion(program, body, shared, context).run();
  });
  return {};
}

}  // namespace burin::passes
