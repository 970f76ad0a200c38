#include "passes/pad_reads.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "passes/tensor_uses.h"

namespace burin::passes {

using namespace ir;

namespace {

// The smallest and largest value of an index over the axes' extents; invalid where it is no sum of axes.
struct Range {
  Expr least, most;
};

Range range_of(Expr index) {
  const std::optional<LinearForm> form = linear_form(index);
  if (!form) return {};
  ExprPool& pool = *index->pool;
  Expr least = pool.integer(form->constant);
  Expr most = least;
  for (const auto& [term, coefficient] : form->terms) {
    if (!is_variable(term)) return {};
    const Variable& variable = pool[variable_of(term)];
    if (!variable.extent.valid()) {
      // A symbol: the same at every point.
      least = least + term * coefficient;
      most = most + term * coefficient;
    } else if (coefficient > 0) {
      most = most + (variable.extent - 1) * coefficient;
    } else {
      least = least + (variable.extent - 1) * coefficient;
    }
  }
  return {least, most};
}

// How much border each dimension of a read needs.
struct Border {
  std::vector<Expr> before, after;
  bool any = false;
};

class Padding {
 public:
  Padding(Program& program, const PassContext& context) : program_(program), context_(context) {}

  void run() { run(program_.body); }

 private:
  // A copy made in a body serves the bodies inside of it, and nothing after it.
  void run(std::vector<Statement>& statements) {
    ++depth_;
    std::vector<Statement> body;
    for (Statement& statement : statements) {
      if (auto* nest = std::get_if<Nest>(&statement.form)) pad(*nest, body);
      forget_copies(statement);
      for_each_body(statement, [&](std::vector<Statement>& inner) { run(inner); });
      body.push_back(std::move(statement));
    }
    statements = std::move(body);
    std::erase_if(made_, [&](const Made& made) { return made.depth == depth_; });
    --depth_;
  }

  // A tensor may be written in parts by several statements, or anew by each iteration: its copy is out of date after a write.
  void forget_copies(const Statement& writer) {
    if (made_.empty()) return;
    const std::vector<TensorId> written = uses_of(writer).written;
    std::erase_if(made_, [&](const Made& made) { return std::ranges::find(written, made.source) != written.end(); });
  }

  void pad(Nest& nest, std::vector<Statement>& before) {
    const bool reduces =
        std::ranges::any_of(nest.axes, [](const Axis& axis) { return axis.kind == AxisKind::kReduction; });
    if (!reduces) return;
    for (Expr read : reads_of(nest)) {
      const Expr otherwise = otherwise_of(program_, read);
      if (!otherwise.valid() || program_.tensors[tensor_of(read)].constant) continue;
      const std::optional<Border> border = border_of(read);
      if (!border) {
        decline(read, "its index is no sum of axes");
        continue;
      }
      if (!is_constant(otherwise)) {
        decline(read, "what is read around it is no constant");
        continue;
      }
      const Expr replacement = border->any ? padded_read(read, *border, otherwise, before)
                                           : ir::read(program_, tensor_of(read), index_of(program_, read));
      map_exprs(nest, [&](Expr root) {
        return rewrite_bottom_up(root, [&](Expr node) { return node == read ? replacement : node; });
      });
    }
  }

  void decline(Expr read, std::string_view why) const {
    context_.explain(fmt::format("pad-reads: declined \"{}\": {}", program_.tensors[tensor_of(read)].name, why));
  }

  std::optional<Border> border_of(Expr read) const {
    const Shape& shape = program_.tensors[tensor_of(read)].shape;
    const std::span<const Expr> index = index_of(program_, read);
    ExprPool& pool = *program_.pool;
    Border border;
    for (size_t d = 0; d < shape.size(); ++d) {
      const bool inside = provably_nonnegative(index[d]) && provably_less(index[d], shape[d]);
      Range range = inside ? Range{pool.integer(0), shape[d] - 1} : range_of(index[d]);
      if (!range.least.valid()) return std::nullopt;
      border.before.push_back(max(pool.integer(0) - range.least, pool.integer(0)));
      border.after.push_back(max(range.most - (shape[d] - 1), pool.integer(0)));
      border.any |= !is_constant_value(border.before[d], 0) || !is_constant_value(border.after[d], 0);
    }
    return border;
  }

  Expr padded_read(Expr read, const Border& border, Expr otherwise, std::vector<Statement>& before) {
    const TensorId padded = padded_tensor(tensor_of(read), border, otherwise, before);
    const std::span<const Expr> index = index_of(program_, read);
    std::vector<Expr> shifted;
    for (size_t d = 0; d < index.size(); ++d) shifted.push_back(index[d] + border.before[d]);
    return ir::read(program_, padded, shifted);
  }

  // Several readers of one tensor with the same border share it.
  TensorId padded_tensor(TensorId id, const Border& border, Expr otherwise, std::vector<Statement>& before) {
    for (const Made& made : made_) {
      if (made.source == id && made.otherwise == otherwise && made.border.before == border.before &&
          made.border.after == border.after) {
        return made.padded;
      }
    }
    const Tensor source = program_.tensors[id];
    Shape shape;
    for (size_t d = 0; d < source.shape.size(); ++d)
      shape.push_back(source.shape[d] + border.before[d] + border.after[d]);
    const TensorId padded = program_.add_tensor(source.name + ".padded", source.element, shape);
    for (size_t d = 0; d < shape.size(); ++d) {
      side(padded, d, program_.pool->integer(0), border.before[d], otherwise, before);
      side(padded, d, border.before[d] + source.shape[d], border.after[d], otherwise, before);
    }
    NestBuilder copy(program_, "");
    const std::vector<Expr> at = copy.parallel(source.shape);
    std::vector<Expr> inner;
    for (size_t d = 0; d < at.size(); ++d) inner.push_back(at[d] + border.before[d]);
    copy.write(padded, inner, ir::read(program_, id, at));
    before.push_back({copy.take()});
    // Extents found while running may be others at the next reader.
    const bool may_change = std::ranges::any_of(program_.opaque_symbols, [&](VariableId symbol) {
      return std::ranges::any_of(shape, [&](Expr extent) { return uses_variable(extent, symbol); });
    });
    if (!may_change) made_.push_back({id, border, otherwise, padded, depth_});
    return padded;
  }

  // Fills `count` places of dimension `d` from `first` on.
  void side(TensorId padded, size_t d, Expr first, Expr count, Expr otherwise, std::vector<Statement>& before) {
    if (is_constant_value(count, 0)) return;
    Shape shape = program_.tensors[padded].shape;
    shape[d] = count;
    NestBuilder fill(program_, "");
    std::vector<Expr> at = fill.parallel(shape);
    at[d] = at[d] + first;
    fill.write(padded, at, otherwise);
    before.push_back({fill.take()});
  }

  struct Made {
    TensorId source;
    Border border;
    Expr otherwise;
    TensorId padded;
    int depth;
  };

  Program& program_;
  const PassContext& context_;
  std::vector<Made> made_;
  int depth_ = 0;  // of the body that is being walked
};

}  // namespace

Status pad_reads(Program& program, const PassContext& context) {
  Padding(program, context).run();
  return {};
}

}  // namespace burin::passes
