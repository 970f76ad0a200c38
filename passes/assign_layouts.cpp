#include "passes/assign_layouts.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "passes/contraction.h"
#include "passes/tensor_uses.h"

namespace burin::passes {

using namespace ir;

namespace {

constexpr size_t kChannels = 1;  // the dimension of channels in every convolution's operands

// Sets of tensors that one layout should serve, by union of their ids.
class Regions {
 public:
  explicit Regions(size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), uint32_t{0}); }
  uint32_t find(uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(uint32_t a, uint32_t b) { parent_[find(a)] = find(b); }

 private:
  std::vector<uint32_t> parent_;
};

class LayoutAssignment {
 public:
  LayoutAssignment(Program& program, const PassContext& context)
      : program_(program), context_(context), regions_(program.tensors.size()) {}

  void run() {
    std::vector<TensorId> seeds;
    for_each_statement(program_.body, [&](const Statement& statement) {
      if (const auto* loop = std::get_if<For>(&statement.form)) connect(loop->carried);
      if (const auto* loop = std::get_if<While>(&statement.form)) connect(loop->carried);
      const auto* nest = std::get_if<Nest>(&statement.form);
      if (nest == nullptr) return;
      connect(*nest);
      const std::optional<Expr> data = data_of_convolution(*nest);
      if (data && !has_channels_last(*nest, *data)) seeds.push_back(nest->writes[0].tensor);
    });
    std::vector<bool> wanted(program_.tensors.size());
    for (TensorId seed : seeds) wanted[regions_.find(seed.index)] = true;
    detach_outputs(wanted);
    for (uint32_t i = 0; i < wanted.size(); ++i) {
      if (wanted[regions_.find(i)] && is_temporary(TensorId{i}))
        program_.tensors[TensorId{i}].layout = channels_last(TensorId{i});
    }
    for_each_statement(program_.body, [&](Statement& statement) {
      if (auto* nest = std::get_if<Nest>(&statement.form)) channel_loop_innermost(*nest);
    });
    pack_constants();
  }

 private:
  size_t rank(TensorId id) const { return program_.tensors[id].shape.size(); }

  bool is_temporary(TensorId id) const {
    const auto among = [&](const std::vector<TensorId>& list) { return std::ranges::find(list, id) != list.end(); };
    return !program_.tensors[id].constant && !among(program_.inputs) && !among(program_.outputs);
  }

  Layout channels_last(TensorId id) const {
    Layout layout{{0}};
    for (size_t d = 2; d < rank(id); ++d) layout.push_back({static_cast<int>(d)});
    layout.push_back({static_cast<int>(kChannels)});
    return layout;
  }

  // Tensors of one rank that a nest moves between.
  void connect(const Nest& nest) {
    if (nest.writes.empty()) return;
    const TensorId result = nest.writes[0].tensor;
    if (rank(result) < 3) return;
    for (Expr read : reads_of(nest)) {
      const TensorId operand = tensor_of(read);
      if (rank(operand) == rank(result) && !program_.tensors[operand].constant)
        regions_.join(result.index, operand.index);
    }
  }

  // What a loop carries from one to the other.
  void connect(const std::vector<Carried>& carried) {
    for (const Carried& one : carried) {
      for (TensorId other : {one.initial, one.next}) {
        if (rank(other) >= 3 && !program_.tensors[other].constant) regions_.join(one.tensor.index, other.index);
      }
    }
  }

  // An output that a convolution writes, or a part of it, becomes a temporary with channels last, whoever else writes or reads
  // it. A copy brings it into the model's order once the last statement has written it.
  void detach_outputs(const std::vector<bool>& wanted) {
    std::set<TensorId> detached;
    for_each_statement(program_.body, [&](const Statement& statement) {
      const auto* nest = std::get_if<Nest>(&statement.form);
      if (nest == nullptr || nest->accumulators.empty()) return;
      for (const Write& write : nest->writes) {
        const bool is_output = std::ranges::find(program_.outputs, write.tensor) != program_.outputs.end();
        if (is_output && wanted[regions_.find(write.tensor.index)] && rank(write.tensor) >= 3)
          detached.insert(write.tensor);
      }
    });
    for (TensorId inner : detached) {
      const Tensor original = program_.tensors[inner];
      const TensorId output = program_.add_tensor(original.name, original.element, original.shape);
      program_.tensors[inner].name += ".inner";
      std::ranges::replace(program_.outputs, inner, output);
      NestBuilder copy(program_, "");
      const std::vector<Expr> at = copy.parallel(original.shape);
      copy.write(output, at, ir::read(program_, inner, at));
      const auto writes = [&](const Statement& statement) {
        const std::vector<TensorId> written = uses_of(statement).written;
        return std::ranges::find(written, inner) != written.end();
      };
      const auto last = std::ranges::find_if(program_.body.rbegin(), program_.body.rend(), writes);
      program_.body.insert(last.base(), Statement{copy.take()});
    }
  }

  bool uses_axis(Expr index, const Nest& nest, AxisKind kind) const {
    return std::ranges::any_of(
        nest.axes, [&](const Axis& axis) { return axis.kind == kind && uses_variable(index, axis.variable); });
  }

  // The read of data in a convolution: its channels are summed over, or its window moves over the spatial dimensions.
  bool reads_window(const Nest& nest, Expr read) const {
    const std::span<const Expr> index = index_of(program_, read);
    if (index.size() < 3 || program_.tensors[tensor_of(read)].constant) return false;
    const bool channels = uses_axis(index[kChannels], nest, AxisKind::kReduction);
    const bool spatial =
        std::ranges::any_of(index.subspan(2), [&](Expr e) { return uses_axis(e, nest, AxisKind::kParallel); });
    const bool window =
        std::ranges::any_of(index.subspan(2), [&](Expr e) { return uses_axis(e, nest, AxisKind::kReduction); });
    return (channels && spatial && !uses_axis(index[kChannels], nest, AxisKind::kParallel)) ||
           (spatial && window && index.size() > 3);
  }

  // The result's last dimension as it is given is walked by an axis that the data does not have: a convolution whose channels
  // a transposition has put there.
  bool has_channels_last(const Nest& nest, Expr data) const {
    const Expr last = nest.writes[0].index.back();
    return std::ranges::any_of(nest.axes, [&](const Axis& axis) {
      return axis.kind == AxisKind::kParallel && uses_variable(last, axis.variable) &&
             !uses_variable(data, axis.variable);
    });
  }

  // What a convolution with constant weights reads beside them; absent for other nests.
  std::optional<Expr> data_of_convolution(const Nest& nest) const {
    const std::optional<Contraction> contraction = contraction_of(nest);
    if (!contraction || rank(nest.writes[0].tensor) < 3) return std::nullopt;
    const auto is_constant_read = [&](Expr read) { return program_.tensors[tensor_of(read)].constant.has_value(); };
    if (reads_window(nest, contraction->left) && is_constant_read(contraction->right)) return contraction->left;
    if (reads_window(nest, contraction->right) && is_constant_read(contraction->left)) return contraction->right;
    return std::nullopt;
  }

  // Where the data of a reduction keeps its channels innermost, the loop over them goes innermost too.
  void channel_loop_innermost(Nest& nest) const {
    const std::optional<Contraction> contraction = contraction_of(nest);
    // A schedule counts axes in the order they have.
    if (!contraction || context_.math == Math::kStrict || !nest.schedule.empty()) return;
    for (Expr read : {contraction->left, contraction->right}) {
      if (program_.tensors[tensor_of(read)].constant || index_of(program_, read).size() < 3 ||
          !data_of_convolution(nest))
        continue;
      const Expr channel = index_of(program_, read)[kChannels];
      std::ranges::stable_sort(nest.axes, {}, [&](const Axis& axis) {
        return axis.kind == AxisKind::kReduction && uses_variable(channel, axis.variable);
      });
    }
  }

  void pack_constants() {
    std::vector<std::vector<Layout>> asked(program_.tensors.size());
    std::vector<int> readers(program_.tensors.size());
    for_each_statement(program_.body, [&](const Statement& statement) {
      bool has_bodies = false;
      for_each_body(statement, [&](const std::vector<Statement>&) { has_bodies = true; });
      if (has_bodies) return;  // what it starts from is copied in any layout
      for (TensorId tensor : uses_of(statement).read) ++readers[tensor.index];
      const auto* nest = std::get_if<Nest>(&statement.form);
      const std::optional<Contraction> contraction = nest != nullptr ? contraction_of(*nest) : std::nullopt;
      if (!contraction) return;
      const auto ask = [&](Expr read, Expr other) {
        const std::optional<Layout> layout = panels(*nest, read, other);
        if (layout) asked[tensor_of(read).index].push_back(*layout);
      };
      ask(contraction->left, contraction->right);
      ask(contraction->right, contraction->left);
    });
    for (uint32_t i = 0; i < program_.tensors.size(); ++i) {
      if (asked[i].empty()) continue;
      const bool agree = std::ranges::all_of(asked[i], [&](const Layout& layout) { return layout == asked[i][0]; });
      if (agree && readers[i] == static_cast<int>(asked[i].size())) {
        program_.tensors[TensorId{i}].layout = asked[i][0];
      } else {
        context_.explain(fmt::format("assign-layouts: declined to pack \"{}\": it is read in several orders",
                                     program_.tensors[TensorId{i}].name));
      }
    }
  }

  // The axis that becomes vectors: the result's contiguous one; where `other` alone walks that, and not in steps of one, the
  // innermost axis of `read`.
  std::optional<VariableId> panel_axis(const Nest& nest, Expr read, Expr other) const {
    const std::optional<VariableId> contiguous = contiguous_axis(program_, nest, kPanel);
    const auto walks = [&](Expr e) { return contiguous && uses_variable(e, *contiguous); };
    const std::span<const Expr> index = index_of(program_, read);
    if (!contiguous || std::ranges::any_of(index, walks)) return contiguous;
    const std::span<const Expr> other_index = index_of(program_, other);
    if (other_index.empty() || index.empty() || walks(other_index.back())) return std::nullopt;
    for (const Axis& axis : nest.axes) {
      if (axis.kind != AxisKind::kParallel || uses_variable(other, axis.variable)) continue;
      const std::optional<AxisStride> stride = stride_of(index.back(), axis.variable);
      if (stride && stride->stride == 1) return axis.variable;
    }
    return std::nullopt;
  }

  // `n + whole panels`: a vector of n stays in its panel.
  static bool walks_panels(Expr index, VariableId n) {
    const std::optional<LinearForm> form = linear_form(index);
    return form && form->constant % kPanel == 0 && std::ranges::all_of(form->terms, [&](const auto& term) {
             return is_variable(term.first) && variable_of(term.first) == n ? term.second == 1
                                                                            : term.second % kPanel == 0;
           });
  }

  // [the rest, n floordiv 16, what the reduction walks in its order, n mod 16], where n is the axis of vectors; without panels
  // where n is short.
  std::optional<Layout> panels(const Nest& nest, Expr read, Expr other) const {
    const TensorId id = tensor_of(read);
    if (!program_.tensors[id].constant || otherwise_of(program_, read).valid()) return std::nullopt;
    const std::optional<VariableId> n = panel_axis(nest, read, other);
    if (!n) return std::nullopt;
    const std::span<const Expr> index = index_of(program_, read);
    int panel = -1;
    for (size_t d = 0; d < index.size(); ++d) {
      if (!uses_variable(index[d], *n)) continue;
      if (panel >= 0 || !(is_variable(index[d]) || walks_panels(index[d], *n))) return std::nullopt;
      panel = static_cast<int>(d);
    }
    if (panel < 0) return std::nullopt;
    Layout layout;
    Layout inner;
    std::vector<bool> placed(index.size());
    const bool few = is_too_short_for_vectors(*n);
    placed[static_cast<size_t>(panel)] = !few;
    for (const Axis& axis : nest.axes) {
      if (axis.kind != AxisKind::kReduction) continue;
      for (size_t d = 0; d < index.size(); ++d) {
        if (placed[d] || !uses_variable(index[d], axis.variable)) continue;
        inner.push_back({static_cast<int>(d)});
        placed[d] = true;
      }
    }
    for (size_t d = 0; d < index.size(); ++d) {
      if (!placed[d]) layout.push_back({static_cast<int>(d)});
    }
    if (!few) layout.push_back({panel, LayoutPart::kQuotient, kPanel});
    layout.insert(layout.end(), inner.begin(), inner.end());
    if (!few) layout.push_back({panel, LayoutPart::kRemainder, kPanel});
    return layout;
  }

  // A result of a few channels: the schedule then makes vectors along the reduction.
  bool is_too_short_for_vectors(VariableId axis) const {
    const std::optional<int64_t> extent = constant_integer((*program_.pool)[axis].extent);
    return extent && *extent < kLeastVector;
  }

  Program& program_;
  const PassContext& context_;
  Regions regions_;
};

}  // namespace

Status assign_layouts(Program& program, const PassContext& context) {
  LayoutAssignment(program, context).run();
  return {};
}

}  // namespace burin::passes
