#include "codegen/cpp/entry.h"

#include <fmt/format.h>

#include <algorithm>

#include "codegen/cpp/statements.h"
#include "codegen/planning.h"
#include "ir/base/result.h"

namespace burin::codegen::cpp {
namespace {

using ir::Place;

// The pointer to a buffer, as an initialized declaration.
std::string declaration_of(const ir::Buffer& buffer, const std::string& name, const VariantTables& tables) {
  const std::string element = memory_name(buffer.element);
  switch (buffer.place) {
    case Place::kInput:
      return fmt::format("const {0} *const {1} = static_cast<const {0} *>(frame->inputs[{2}]);", element, name,
                         buffer.slot);
    case Place::kOutput:
      return fmt::format("{0} *const {1} = static_cast<{0} *>(frame->outputs[{2}]);", element, name, buffer.slot);
    case Place::kConstant: {
      const int64_t offset = weights_offset(tables, buffer.slot);
      return fmt::format("const {0} *const {1} = reinterpret_cast<const {0} *>(frame->weights + {2});", element, name,
                         offset);
    }
    case Place::kArena: {
      const auto slot = static_cast<size_t>(buffer.slot);
      const std::string offset =
          tables.offsets.empty() ? fmt::format("frame->offsets[{}]", slot) : std::to_string(tables.offsets[slot]);
      return fmt::format("{0} *const {1} = reinterpret_cast<{0} *>(frame->arena + {2});", element, name, offset);
    }
    case Place::kSymbols: return fmt::format("int64_t *const {} = frame->symbols;", name);
    case Place::kLocal:
      return fmt::format("alignas({}) {} {}[{}];", std::max<int64_t>(buffer.alignment, 1), element, name,
                         std::max<int64_t>(buffer.elements, 1));
    case Place::kParameter: break;
  }
  BURIN_ASSERT(false, "an entry has no parameters");
  return {};
}

// Input symbols get a name; counts found while running are read again wherever they are used.
void declare_symbols(const ir::Module& module, const UsedNames& used, Function& function) {
  const CppType i64 = type_of(ir::ElementType::kI64, 1);
  for (ir::VariableId symbol : module.symbols) {
    if (!used.variables.contains(symbol)) continue;
    const std::string name = function.name(function.pool[symbol].name);
    function.out.line(fmt::format("const int64_t {} = frame->symbols[{}];", name, *symbol_position(module, symbol)));
    function.variables[symbol.index] = {name, i64, true, false, {}, {}, {}};
  }
  for (ir::VariableId symbol : module.opaque_symbols) {
    const std::string read = fmt::format("frame->symbols[{}]", *symbol_position(module, symbol));
    function.variables[symbol.index] = {read, i64, true, false, {}, {}, {}};
  }
}

}  // namespace

void print_entry(const ir::Module& module, const VariantTables& tables, std::span<const std::string> kernel_names,
                 Helpers& helpers, ir::TextWriter& out) {
  Function function{*module.pool, helpers, out};
  const UsedNames used = used_names(module.entry);
  const bool reads_frame = !used.buffers.empty() || !used.variables.empty();
  const auto braces =
      out.block(fmt::format("extern \"C\" [[gnu::visibility(\"hidden\")]] void {}(const burin_frame *{})",
                            tables.execute, reads_frame ? "frame" : ""));
  function.reserve(kernel_names);
  declare_symbols(module, used, function);
  uint32_t position = 0;
  function.buffers.resize(module.entry.buffers.size());
  for (const ir::Buffer& buffer : module.entry.buffers) {
    const ir::BufferId id{position++};
    if (!used.buffers.contains(id)) continue;
    function.buffers[id.index] = function.name(buffer.name);
    out.line(declaration_of(buffer, function.buffers[id.index], tables));
  }
  Statements(function, used, kernel_names).block(module.entry.body);
}

}  // namespace burin::codegen::cpp
