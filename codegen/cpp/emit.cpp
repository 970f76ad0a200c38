#include "codegen/cpp/emit.h"

#include <fmt/format.h>

#include <set>

#include "codegen/aliasing.h"
#include "codegen/c_text.h"
#include "codegen/cpp/entry.h"
#include "codegen/cpp/identifiers.h"
#include "codegen/cpp/statements.h"
#include "codegen/cpp/tables_text.h"
#include "ir/loop/walk.h"
#include "ir/text/expr_text.h"

namespace burin::codegen {
namespace {

using namespace cpp;

std::string variant_macro(const ModelTables& tables, const VariantTables& variant) {
  return upper_case(tables.symbol_prefix + "_has_" + c_identifier(variant.target));
}

// Kernels in an order in which each comes after those it calls, without those that nothing calls.
class CallOrder {
 public:
  explicit CallOrder(const ir::Module& module) : module_(module) { visit(module.entry.body); }

  const std::vector<ir::KernelId>& order() const { return order_; }

 private:
  void visit(const ir::Block& block) {
    for_each_statement(block, [&](const ir::LoopStatement& statement) {
      const auto* call = std::get_if<ir::Call>(&statement.form);
      if (call == nullptr || !seen_.insert(call->kernel).second) return;
      visit(module_.kernels[call->kernel].body);
      order_.push_back(call->kernel);
    });
  }

  const ir::Module& module_;
  std::set<ir::KernelId> seen_;
  std::vector<ir::KernelId> order_;
};

void print_variant(const Variant& variant, const VariantTables& tables, const std::string& prefix,
                   ir::TextWriter& out) {
  const ir::Module& module = *variant.module;
  Helpers helpers(isa_of(variant.target));
  ir::NameGiver names;
  std::vector<std::string> kernel_names;
  for (const ir::Kernel& kernel : module.kernels) kernel_names.push_back(names.give(identifier(kernel.name), "kernel"));
  const DistinctParameters distinct = distinct_parameters(module);
  ir::TextWriter functions;
  const CallOrder calls(module);
  for (ir::KernelId id : calls.order()) {
    functions.line("");
    print_kernel(module.kernels[id], kernel_names[id.index], kernel_names, *module.pool, helpers,
                 {Overflow::kNever, distinct[id.index]}, functions);
  }
  ir::TextWriter entry;
  print_entry(module, tables, kernel_names, helpers, entry);
  if (helpers.uses_intrinsics()) out.line(fmt::format("#include <{}>", intrinsics_header(variant.target.architecture)));
  if (helpers.uses_runtime_fma())
    out.line("extern \"C\" [[gnu::visibility(\"hidden\")]] double burin_rt_fma(double x, double y, double z);");
  if (helpers.uses_wide_vectors()) {
    out.line(
        "// Vectors wider than a register are passed only to functions that are always inlined: no calling convention "
        "matters.");
    out.line("#pragma GCC diagnostic ignored \"-Wpsabi\"");
  }
  const std::string space = prefix + "_" + c_identifier(tables.target);
  out.line("");
  out.line("namespace " + space + " {");
  out.line("namespace {");
  out.line("");
  out.raw(helpers.text());
  out.raw(functions.take());
  out.line("");
  out.line("}  // namespace");
  out.line("");
  out.raw(entry.take());
  out.line("");
  out.line("}  // namespace " + space);
}

// Defines the macros of the variants that this compilation is about: all of the architecture for the tables of a library, the
// best that the compiler may use otherwise.
void print_choice(std::span<const Variant> variants, std::span<const std::string> macros, ir::TextWriter& out) {
  out.line("#if defined(BURIN_TABLES_ONLY)");
  for (size_t i = 0; i < variants.size(); ++i) {
    out.line(fmt::format("#if {}", architecture_macro(variants[i].target.architecture)));
    out.line(fmt::format("#define {}", macros[i]));
    out.line("#endif");
  }
  for (size_t i = 0; i < variants.size(); ++i) {
    out.line(fmt::format("#elif {}", compiles_for(variants[i].target)));
    out.line(fmt::format("#define {}", macros[i]));
  }
  std::string names;
  for (const Variant& variant : variants) names += (names.empty() ? "" : " or ") + std::string(variant.target.name);
  out.line("#else");
  out.line(fmt::format("#error \"compile this file for {}\"", names));
  out.line("#endif");
}

// "//   input "x": f32[N, 8]".
void print_interface(const ir::Module& module, ir::TextWriter& out) {
  const auto print = [&](const char* kind, const ir::Interface& tensor) {
    std::string dims;
    for (ir::Expr dim : tensor.shape) dims += (dims.empty() ? "" : ", ") + ir::text_of(dim);
    out.line(fmt::format("//   {} \"{}\": {}[{}]", kind, comment_text(tensor.name), info(tensor.element).name,
                         comment_text(dims)));
  };
  for (const ir::Interface& input : module.inputs) print("input", input);
  for (const ir::Interface& output : module.outputs) print("output", output);
}

}  // namespace

std::string source_file(const ModelTables& tables) { return tables.stem + ".cpp"; }
std::string weights_file(const ModelTables& tables) { return source_file(tables) + ".bin"; }

std::vector<CompileCommand> compile_commands(std::span<const Variant> variants, const ModelTables& tables) {
  std::vector<CompileCommand> commands;
  const auto add = [&](const targets::Target& target, std::string_view part, const std::string& object) {
    commands.push_back({fmt::format("{} -std=c++17 {}{} -c {} -o {}.o", target.toolchain.gcc,
                                    target.toolchain.gcc_flags, part, source_file(tables), object),
                        object + ".o"});
  };
  if (variants.size() == 1) {
    add(variants[0].target, "", tables.stem);
    return commands;
  }
  for (size_t i = 0; i < variants.size(); ++i) {
    add(variants[i].target, " -DBURIN_KERNELS_ONLY", tables.stem + "_" + c_identifier(tables.variants[i].target));
  }
  // The last variant asks least of a machine.
  add(variants.back().target, " -DBURIN_TABLES_ONLY", tables.stem);
  return commands;
}

std::string weights_macro(const ModelTables& tables) { return upper_case(tables.symbol_prefix) + "_BIN"; }

std::string emit_cpp(std::span<const Variant> variants, const ModelTables& tables) {
  ir::TextWriter out;
  out.line(fmt::format("// Model \"{}\" as C++17, printed by {}.", comment_text(tables.name),
                       comment_text(tables.compiler)));
  out.line("//");
  print_interface(*variants[0].module, out);
  out.line("// To compile, and to link with libburin_runtime.a:");
  for (const CompileCommand& command : compile_commands(variants, tables)) out.line("//   " + command.line);
  out.line("#include <cstdint>");
  out.line("#include <cstring>");
  out.line("");
  out.line("#include \"burin_model.h\"");
  out.line("");
  std::vector<std::string> macros;
  for (const VariantTables& variant : tables.variants) macros.push_back(variant_macro(tables, variant));
  print_choice(variants, macros, out);
  for (size_t i = 0; i < variants.size(); ++i) {
    out.line("");
    out.line(fmt::format("#if defined({}) && !defined(BURIN_TABLES_ONLY)", macros[i]));
    print_variant(variants[i], tables.variants[i], tables.symbol_prefix, out);
    out.line(fmt::format("#endif  // {}", macros[i]));
  }
  out.line("");
  out.line("#if !defined(BURIN_KERNELS_ONLY)");
  print_tables(variants, tables, macros, weights_macro(tables), out);
  out.line("#endif  // !BURIN_KERNELS_ONLY");
  return out.take();
}

}  // namespace burin::codegen
