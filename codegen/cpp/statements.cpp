#include "codegen/cpp/statements.h"

#include <fmt/format.h>

#include <algorithm>

#include "codegen/c_text.h"
#include "codegen/cpp/identifiers.h"
#include "ir/base/result.h"
#include "ir/expr/walk.h"

namespace burin::codegen::cpp {

using ir::Block;
using ir::Expr;
using ir::Opcode;
using ir::VariableId;

namespace {

// True when the value is the same whenever it is computed: it reads no memory and no register tile.
bool stays(Expr e, const std::set<VariableId>& tiles) {
  bool constant = true;
  for_each_node(e, [&](Expr node) {
    constant &= node->opcode != Opcode::kLoad && !(ir::is_variable(node) && tiles.contains(ir::variable_of(node)));
  });
  return constant;
}

std::vector<std::string> element_names(const std::string& name, const std::vector<int64_t>& dims) {
  std::vector<std::string> names = {name};
  for (int64_t extent : dims) {
    std::vector<std::string> longer;
    for (const std::string& prefix : names) {
      for (int64_t i = 0; i < extent; ++i) longer.push_back(fmt::format("{}_{}", prefix, i));
    }
    names = std::move(longer);
  }
  return names;
}

}  // namespace

void Statements::block(const Block& block) {
  for (const ir::LoopStatement& statement : block) {
    std::visit([this](const auto& form) { one(form); }, statement.form);
  }
}

// A block between braces.
void Statements::scoped(const Block& body) {
  function_.names.open_scope();
  block(body);
  function_.names.close_scope();
}

Expr Statements::started(Expr e) {
  Expr roots[] = {e};
  expressions_.start(roots);
  return roots[0];
}

// Declares what a block between braces uses of the register tiles around it, and nothing has assigned yet.
void Statements::declare_tiles_of(const Block& block) {
  for (VariableId tile : tiles_in(block, tiles_)) {
    const auto found = function_.variables.find(tile.index);
    if (found == function_.variables.end()) continue;
    Named& named = found->second;
    for (size_t i = 0; i < named.elements.size(); ++i) {
      if (named.declared[i]) continue;
      function_.out.line(fmt::format("{} {};", function_.helpers.type(named.type), named.elements[i]));
      named.declared[i] = true;
    }
  }
}

void Statements::one(const ir::Loop& loop) {
  if (loop.kind == ir::LoopKind::kUnrolled) return unrolled(loop);
  declare_tiles_of(loop.body);
  const std::string begin = expressions_.text(started(loop.begin));
  const Expr end_value = started(loop.end);
  std::string end = expressions_.operand(end_value);
  if (!stays(end_value, tiles_)) {
    const std::string name = function_.name("end");
    function_.out.line(fmt::format("const int64_t {} = {};", name, end));
    end = name;
  }
  function_.names.open_scope();
  const std::string counter = function_.name(function_.pool[loop.counter].name);
  function_.variables[loop.counter.index] = {counter, type_of(ir::ElementType::kI64, 1), true, false, {}, {}, {}};
  const std::string step = loop.step == 1 ? "++" + counter : fmt::format("{} += {}", counter, loop.step);
  {
    const auto braces =
        function_.out.block(fmt::format("for (int64_t {} = {}; {} < {}; {})", counter, begin, counter, end, step));
    block(loop.body);
  }
  function_.names.close_scope();
}

// The body as many times as the loop runs, with a number for the counter.
void Statements::unrolled(const ir::Loop& loop) {
  const std::optional<int64_t> begin = ir::constant_integer(substitute(loop.begin, function_.counters));
  const std::optional<int64_t> end = ir::constant_integer(substitute(loop.end, function_.counters));
  BURIN_ASSERT(begin && end && loop.step > 0, "an unrolled loop has constant bounds");
  for (int64_t i = *begin; i < *end; i += loop.step) {
    function_.counters[loop.counter.index] = function_.pool.integer(i);
    block(loop.body);
  }
  function_.counters.erase(loop.counter.index);
}

void Statements::one(const ir::WhileLoop& loop) {
  declare_tiles_of(loop.body);
  if (Expressions::is_small(loop.condition)) {
    const std::string condition = expressions_.text(started(loop.condition));
    const auto braces = function_.out.block("while (" + condition + ")");
    return scoped(loop.body);
  }
  const auto braces = function_.out.block("for (;;)");
  function_.names.open_scope();
  const std::string condition = expressions_.text(started(loop.condition));
  function_.out.line("if (!(" + condition + ")) break;");
  block(loop.body);
  function_.names.close_scope();
}

void Statements::one(const ir::Branch& branch) {
  const Expr condition = started(branch.condition);
  if (const std::optional<int64_t> known = ir::constant_integer(condition)) {
    return block(*known != 0 ? branch.then_body : branch.else_body);
  }
  declare_tiles_of(branch.then_body);
  declare_tiles_of(branch.else_body);
  const bool only_else = branch.then_body.empty();
  if (only_else && branch.else_body.empty()) return;
  const std::string text = expressions_.text(condition);
  const auto braces = function_.out.block(only_else ? "if (!(" + text + "))" : "if (" + text + ")");
  scoped(only_else ? branch.else_body : branch.then_body);
  if (only_else || branch.else_body.empty()) return;
  function_.out.middle("else");
  scoped(branch.else_body);
}

void Statements::one(const ir::Let& let) {
  if (!used_.variables.contains(let.variable)) return;
  const Expr value = started(let.value);
  // What unrolling leaves of an index may be no more than another name, or a number added to one.
  if (Expressions::is_cheap(value) && !function_.counters.empty() && stays(value, tiles_)) {
    function_.counters[let.variable.index] = value;
    return;
  }
  const std::string text = expressions_.text(value);
  const Named named{function_.name(function_.pool[let.variable].name),
                    expressions_.type(value),
                    expressions_.is_index(value),
                    false,
                    {},
                    {},
                    {}};
  function_.out.line(fmt::format("const {} {} = {};", function_.helpers.type(named.type), named.name, text));
  function_.variables[let.variable.index] = named;
}

void Statements::one(const ir::Tile& tile) {
  if (!used_.variables.contains(tile.variable)) return;
  tiles_.insert(tile.variable);
  const ir::Variable& variable = function_.pool[tile.variable];
  Named named{function_.name(variable.name),
              type_of(variable.type.element, variable.type.lanes),
              false,
              false,
              tile.dims,
              {},
              {}};
  named.is_array = used_.array_tiles.contains(tile.variable);
  if (named.is_array) {
    std::string extents;
    for (int64_t extent : tile.dims) extents += fmt::format("[{}]", extent);
    function_.out.line(fmt::format("{} {}{};", function_.helpers.type(named.type), named.name, extents));
    named.declared = {true};
  } else {
    for (const std::string& element : element_names(named.name, tile.dims)) {
      named.elements.push_back(tile.dims.empty() ? named.name : function_.name(element));
    }
    named.declared.assign(named.elements.size(), false);
  }
  function_.variables[tile.variable.index] = std::move(named);
}

void Statements::one(const ir::Assign& assign) {
  if (!used_.variables.contains(assign.tile)) return;
  std::vector<Expr> roots = assign.index;
  roots.push_back(assign.value);
  expressions_.start(roots);
  const Expr value = roots.back();
  roots.pop_back();
  Named& named = function_.variables.at(assign.tile.index);
  const std::string text =
      named.type.is_mask() ? expressions_.mask(value, named.type.mask_bytes) : expressions_.text(value);
  // The first assignment of an element declares it.
  size_t element = 0;
  for (size_t i = 0; i < roots.size() && !named.is_array; ++i) {
    element =
        element * static_cast<size_t>(named.dims[i]) + static_cast<size_t>(ir::constant_integer(roots[i]).value());
  }
  std::string declared;
  if (!named.is_array && !named.declared[element]) {
    declared = function_.helpers.type(named.type) + " ";
    named.declared[element] = true;
  }
  const std::string target = expressions_.tile_element(assign.tile, roots);
  function_.out.line(fmt::format("{}{} = {};", declared, target, text));
}

void Statements::one(const ir::StoreTo& store) {
  Expr roots[] = {store.index, store.value};
  expressions_.start(roots);
  const auto& [index, value] = roots;
  const std::string& buffer = function_.buffers[store.buffer.index];
  CppType stored = expressions_.type(value);
  if (stored.is_mask()) stored.mask_bytes = 1;
  const std::string text = stored.is_mask() ? expressions_.mask(value, 1) : expressions_.text(value);
  const std::string at = expressions_.text(index);
  if (!stored.is_vector()) return function_.out.line(fmt::format("{}[{}] = {};", buffer, at, text));
  if (index->type.lanes > 1) {
    return function_.out.line(
        fmt::format("{}({}, {}, {});", function_.helpers.function(Helper::kScatter, stored), buffer, at, text));
  }
  function_.out.line(
      fmt::format("{}(&{}[{}], {});", function_.helpers.function(Helper::kStore, stored), buffer, at, text));
}

void Statements::one(const ir::Prefetch& prefetch) {
  Expr roots[] = {prefetch.index};
  expressions_.start(roots);
  function_.out.line(fmt::format("__builtin_prefetch(&{}[{}]);", function_.buffers[prefetch.buffer.index],
                                 expressions_.text(roots[0])));
}

void Statements::one(const ir::Call& call) {
  std::vector<Expr> roots = call.scalars;
  expressions_.start(roots);
  std::string arguments;
  for (ir::BufferId buffer : call.buffers)
    arguments += (arguments.empty() ? "" : ", ") + function_.buffers[buffer.index];
  for (Expr scalar : roots) arguments += (arguments.empty() ? "" : ", ") + expressions_.text(scalar);
  function_.out.line(fmt::format("{}({});", kernel_names_.at(call.kernel.index), arguments));
}

// --- Kernels.
namespace {

std::string parameters_of(const ir::Kernel& kernel, const KernelStyle& style, const UsedNames& used,
                          Function& function) {
  std::string text;
  const auto add = [&](const std::string& parameter) { text += (text.empty() ? "" : ", ") + parameter; };
  uint32_t position = 0;
  for (const ir::Buffer& buffer : kernel.buffers) {
    const ir::BufferId id{position++};
    if (buffer.place != ir::Place::kParameter) continue;
    const bool is_used = used.buffers.contains(id);
    function.buffers[id.index] = is_used ? function.name(buffer.name) : "";
    const bool distinct = id.index < style.distinct.size() && style.distinct[id.index] && is_used;
    add(fmt::format("{}{} *{}{}", buffer.written ? "" : "const ", memory_name(buffer.element),
                    distinct ? "__restrict " : "", function.buffers[id.index]));
  }
  for (VariableId scalar : kernel.scalars) {
    if (!used.variables.contains(scalar)) {
      add("int64_t");
      continue;
    }
    const std::string name = function.name(function.pool[scalar].name);
    function.variables[scalar.index] = {name, type_of(ir::ElementType::kI64, 1), true, false, {}, {}, {}};
    add("int64_t " + name);
  }
  return text;
}

void declare_locals(const ir::Kernel& kernel, const UsedNames& used, Function& function) {
  uint32_t position = 0;
  for (const ir::Buffer& buffer : kernel.buffers) {
    const ir::BufferId id{position++};
    if (buffer.place != ir::Place::kLocal || !used.buffers.contains(id)) continue;
    function.buffers[id.index] = function.name(buffer.name);
    function.out.line(fmt::format("alignas({}) {} {}[{}];", std::max<int64_t>(buffer.alignment, 1),
                                  memory_name(buffer.element), function.buffers[id.index],
                                  std::max<int64_t>(buffer.elements, 1)));
  }
}

}  // namespace

void print_kernel(const ir::Kernel& kernel, const std::string& name, std::span<const std::string> kernel_names,
                  ir::ExprPool& pool, Helpers& helpers, const KernelStyle& style, ir::TextWriter& out) {
  Function function{pool, helpers, out, style.index_overflow};
  function.buffers.resize(kernel.buffers.size());
  function.reserve(kernel_names);
  const UsedNames used = used_names(kernel);
  for (const std::string& origin : kernel.origin) out.line("// " + comment_text(origin));
  if (!kernel.shapes.empty()) out.line("// " + comment_text(kernel.shapes));
  const std::string parameters = parameters_of(kernel, style, used, function);
  {
    const auto braces = out.block(fmt::format("[[gnu::noinline]] void {}({})", name, parameters));
    declare_locals(kernel, used, function);
    Statements(function, used, kernel_names).block(kernel.body);
  }
}

}  // namespace burin::codegen::cpp
