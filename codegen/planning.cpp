#include "codegen/planning.h"

#include <algorithm>
#include <set>

#include "codegen/check_text.h"
#include "ir/base/result.h"
#include "ir/expr/walk.h"

namespace burin::codegen {
namespace {

using ir::Expr;
using ir::Opcode;

bool is_bounded(Expr e) { return e->low != INT64_MIN && e->high != INT64_MAX; }

bool may_overflow(Expr e) {
  const bool grows = e->opcode == Opcode::kAdd || e->opcode == Opcode::kSub || e->opcode == Opcode::kMul;
  return grows && e->type == ir::kIndex && !is_bounded(e);
}

// Where no node of `e` wraps: each sum and product whose bounds are not known is computed in f64 as well, whose relative
// error is far below the distance between the limit and the first integer that does not fit.
Expr fits(Expr e) {
  constexpr double kLimit = 0x1p62;
  Expr all = e->pool->boolean(true);
  ir::for_each_node(e, [&](Expr node) {
    if (!may_overflow(node)) return;
    const Expr a = ir::cast(node->operands[0], ir::ElementType::kF64);
    const Expr b = ir::cast(node->operands[1], ir::ElementType::kF64);
    const Expr approximate = ir::binary(node->opcode, a, b);
    all = ir::logical_and(all, ir::less(ir::unary(Opcode::kAbs, approximate), ir::constant_like(a, kLimit)));
  });
  return all;
}

Expr value_or(Expr e, int64_t otherwise) { return ir::select(fits(e), e, e->pool->integer(otherwise)); }

// A kernel with parameters (symbols, `filled`) or, when `filled` is empty, (symbols), which is then written.
class PlanningKernel {
 public:
  PlanningKernel(const ir::Module& module, std::string name, std::string filled) : module_(module) {
    kernel_.name = std::move(name);
    symbols_ = add_buffer("symbols", filled.empty());
    filled_ = filled.empty() ? symbols_ : add_buffer(std::move(filled), true);
  }

  void store(int64_t position, Expr value) {
    name_symbols(value);
    kernel_.body.push_back({ir::StoreTo{filled_, module_.pool->integer(position), value}});
  }
  ir::Kernel take() { return std::move(kernel_); }

 private:
  ir::BufferId add_buffer(std::string name, bool written) {
    ir::Buffer buffer{.name = std::move(name), .element = ir::ElementType::kI64, .place = ir::Place::kParameter};
    buffer.slot = static_cast<int64_t>(kernel_.buffers.size());
    buffer.written = written;
    buffer.alignment = 8;
    return kernel_.buffers.add(std::move(buffer));
  }

  // Loads the symbols that `value` needs and that no statement has named yet.
  void name_symbols(Expr value) {
    ir::for_each_node(value, [&](Expr node) {
      if (!ir::is_variable(node) || !named_.insert(ir::variable_of(node)).second) return;
      const std::optional<int> position = symbol_position(module_, ir::variable_of(node));
      BURIN_ASSERT(position.has_value(), "sizes, shapes and checks are expressions over the module's symbols");
      ir::ExprPool& pool = *module_.pool;
      const Expr loaded = ir::load(pool, symbols_, pool.integer(*position), ir::kIndex);
      kernel_.body.push_back({ir::Let{ir::variable_of(node), loaded}});
    });
  }

  const ir::Module& module_;
  ir::Kernel kernel_;
  ir::BufferId symbols_, filled_;
  std::set<ir::VariableId> named_;
};

bool is_number_or_symbol(const ir::Module& module, Expr dimension) {
  if (ir::is_constant(dimension)) return true;
  return ir::is_variable(dimension) && symbol_position(module, ir::variable_of(dimension)).has_value();
}

}  // namespace

std::optional<int> symbol_position(const ir::Module& module, ir::VariableId variable) {
  int position = 0;
  for (const std::vector<ir::VariableId>* list : {&module.symbols, &module.opaque_symbols}) {
    for (ir::VariableId symbol : *list) {
      if (symbol == variable) return position;
      ++position;
    }
  }
  return std::nullopt;
}

std::optional<ir::Kernel> make_sizes_function(const ir::Module& module, std::string name) {
  if (std::ranges::all_of(module.arena, [](const ir::ArenaBuffer& buffer) { return buffer.offset >= 0; })) return {};
  PlanningKernel kernel(module, std::move(name), "bytes");
  int64_t position = 0;
  for (const ir::ArenaBuffer& buffer : module.arena) kernel.store(position++, value_or(buffer.bytes, -1));
  return kernel.take();
}

std::optional<ir::Kernel> make_bounds_function(const ir::Module& module, std::string name) {
  PlanningKernel kernel(module, std::move(name), {});
  bool depends = false;
  auto position = static_cast<int64_t>(module.symbols.size());
  for (ir::VariableId symbol : module.opaque_symbols) {
    const Expr extent = (*module.pool)[symbol].extent;
    if (extent.valid() && !ir::is_constant(extent)) {
      kernel.store(position, value_or(extent - 1, -1));
      depends = true;
    }
    ++position;
  }
  if (!depends) return {};
  return kernel.take();
}

std::optional<ir::Kernel> make_shapes_function(const ir::Module& module, std::string name) {
  PlanningKernel kernel(module, std::move(name), "dims");
  bool computed = false;
  int64_t position = 0;
  for (const ir::Interface& output : module.outputs) {
    for (Expr dimension : output.shape) {
      computed |= !is_number_or_symbol(module, dimension);
      kernel.store(position++, value_or(dimension, -1));
    }
  }
  if (!computed) return {};
  return kernel.take();
}

std::optional<ir::Kernel> make_checks_function(const ir::Module& module, std::string name) {
  if (module.checks.empty()) return {};
  PlanningKernel kernel(module, std::move(name), "pairs");
  int64_t position = 0;
  for (const ir::DimensionCheck& check : module.checks) {
    // Different numbers, so that two sides that do not fit count as different.
    const ir::RelatedDimensions pair = as_reported(module, check.dimensions);
    kernel.store(position++, value_or(pair.left, -1));
    kernel.store(position++, value_or(pair.right, -2));
  }
  return kernel.take();
}

}  // namespace burin::codegen
