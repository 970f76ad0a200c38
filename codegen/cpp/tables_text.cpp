#include "codegen/cpp/tables_text.h"

#include <fmt/format.h>

#include <bit>

#include "codegen/c_text.h"
#include "codegen/cpp/identifiers.h"
#include "codegen/cpp/statements.h"
#include "codegen/model_note.h"

namespace burin::codegen::cpp {
namespace {

std::string number(int64_t value) { return value == INT64_MIN ? "INT64_MIN" : std::to_string(value); }

// "BURIN_F32".
std::string element_type_name(int32_t code) {
  for (int i = 0; i < ir::kElementTypes; ++i) {
    const auto element = static_cast<ir::ElementType>(i);
    if (element_type_code(element) != code) continue;
    return "BURIN_" + upper_case(info(element).name);
  }
  return std::to_string(code);
}

// `text` as an operand of .ascii.
std::string assembly_text(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    const bool is_plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
    quoted += is_plain ? std::string(1, c) : fmt::format("\\{:03o}", static_cast<unsigned char>(c));
  }
  return quoted + '"';
}

class Tables {
 public:
  Tables(const ModelTables& tables, ir::TextWriter& out) : tables_(tables), out_(out) {}

  void weights(const std::string& macro) {
    if (tables_.weights.empty()) return;
    out_.line("#if !defined(BURIN_LINKED_WEIGHTS)");
    out_.line(fmt::format("#if !defined({})", macro));
    out_.line(fmt::format("#define {} __FILE__ \".bin\"", macro));
    out_.line("#endif");
    out_.line("__asm__(");
    const std::string& name = tables_.weights;
    for (const std::string& text : {std::string(".pushsection .rodata"), ".globl " + name, ".hidden " + name,
                                    ".type " + name + ", STT_OBJECT", std::string(".balign 64"), name + ":"}) {
      out_.line(fmt::format("    \"{}\\n\"", text));
    }
    out_.line(fmt::format("    \".incbin \\\"\" {} \"\\\"\\n\"", macro));
    out_.line(fmt::format("    \".size {}, {}\\n\"", name, tables_.weights_bytes));
    out_.line("    \".popsection\\n\");");
    out_.line("#endif");
    out_.line(fmt::format("extern \"C\" [[gnu::visibility(\"hidden\")]] const unsigned char {}[];", name));
    out_.line("");
  }

  // What programs read that do not load the file. `macros`: a variant's target is listed where its macro is defined.
  void note(std::span<const std::string> macros) {
    const auto assembly = [&](const std::string& line) { out_.line("    " + string_literal(line + "\n")); };
    const auto text = [&](const std::string& value) {
      assembly(fmt::format(".long {}", value.size()));
      assembly(fmt::format(".ascii {}", assembly_text(value)));
      assembly(".balign 4");
    };
    out_.line("// Name, compiler, digests, sizes, inputs, outputs, symbols and targets, for `burin inspect`.");
    out_.line("__asm__(");
    assembly(fmt::format(".pushsection {},\"a\",%note", kNoteSection));
    for (const char* line : {".balign 4", ".long 6", ".long 2f - 1f"}) assembly(line);
    assembly(fmt::format(".long {}", kNoteType));
    for (const char* line : {".ascii \"burin\\000\\000\\000\"", "1:"}) assembly(line);
    for (const NoteItem& item : note_items(tables_, 0)) {
      if (const int64_t* number = std::get_if<int64_t>(&item)) assembly(fmt::format(".quad {}", *number));
      if (const std::string* value = std::get_if<std::string>(&item)) text(*value);
    }
    for (size_t i = 0; i < macros.size(); ++i) {
      out_.line(fmt::format("#if defined({})", macros[i]));
      text(tables_.variants[i].target);
      out_.line("#endif");
    }
    assembly("2:");
    out_.line("    \".popsection\\n\");");
    out_.line("");
  }

  void tensors(const char* name, const std::vector<TensorRow>& rows) {
    if (rows.empty()) return;
    for (size_t i = 0; i < rows.size(); ++i) numbers(fmt::format("{}_{}_dims", name, i), "int64_t", rows[i].dims);
    const auto braces = table("burin_tensor_data", name);
    for (size_t i = 0; i < rows.size(); ++i) {
      const TensorRow& row = rows[i];
      const std::string dims = row.dims.empty() ? "nullptr" : fmt::format("{}_{}_dims", name, i);
      const std::string scale =
          literal_text(ir::ElementType::kF32, std::bit_cast<int64_t>(static_cast<double>(row.scale)));
      out_.line(fmt::format("  {{{}, {}, {}, {}, {}, {}, {}}},", string_literal(row.name), string_literal(row.layout),
                            dims, element_type_name(row.element_type), row.dims.size(), scale, row.zero_point));
    }
  }

  void symbols() {
    if (tables_.symbols.empty()) return;
    const auto braces = table("burin_symbol_data", "symbols");
    for (const SymbolRow& row : tables_.symbols) {
      out_.line(fmt::format("  {{{}, {}, {}}},", string_literal(row.name), number(row.min), number(row.max)));
    }
  }

  void checks() {
    if (tables_.checks.empty()) return;
    const auto braces = table("burin_check_data", "checks");
    for (const CheckRow& row : tables_.checks) {
      out_.line(fmt::format("  {{{}, {}, {}, 0}},", string_literal(row.found), string_literal(row.expected),
                            static_cast<int>(row.relation)));
    }
  }

  // The arrays of variant `i`, and the row that points to them.
  void variant_arrays(size_t i) {
    const VariantTables& row = tables_.variants[i];
    numbers(fmt::format("offsets_{}", i), "int64_t", row.offsets);
    if (row.intervals.empty()) return;
    const auto braces = table("burin_interval", fmt::format("intervals_{}", i));
    for (const Interval& interval : row.intervals)
      out_.line(fmt::format("  {{{}, {}}},", interval.first, interval.last));
  }

  void variant_row(size_t i) {
    const VariantTables& row = tables_.variants[i];
    const auto pointer = [](bool present, const std::string& name) { return present ? name : "nullptr"; };
    const auto function = [](const std::optional<ir::Kernel>& kernel) {
      return kernel ? identifier(kernel->name) : "nullptr";
    };
    out_.line(fmt::format("  {{{}, {}u, {}, {}, {},", string_literal(row.target), row.cpu_features,
                          pointer(!row.intervals.empty(), fmt::format("intervals_{}", i)),
                          pointer(!row.offsets.empty(), fmt::format("offsets_{}", i)), row.arena_bytes));
    out_.line(fmt::format("   {}, {}, {}, {}, {}, {}, 0, {}}},", function(row.sizes), function(tables_.bounds_function),
                          function(tables_.shapes_function), function(tables_.checks_function), row.execute,
                          row.buffers, row.arena_lower_bound));
  }

  void model() {
    const auto pointer = [](bool present, const char* name) { return present ? name : "nullptr"; };
    const auto braces = structure("const burin_model_data model =");
    out_.line("  BURIN_MODEL_VERSION, static_cast<int32_t>(sizeof(burin_model_data)),");
    out_.line(fmt::format("  {}, {}, {}, {},", string_literal(tables_.name), string_literal(tables_.digest),
                          string_literal(tables_.interface_digest), string_literal(tables_.compiler)));
    out_.line(fmt::format("  {}, {}, {}, {},", pointer(!tables_.inputs.empty(), "inputs"),
                          pointer(!tables_.outputs.empty(), "outputs"), pointer(!tables_.symbols.empty(), "symbols"),
                          pointer(!tables_.checks.empty(), "checks")));
    out_.line(fmt::format("  variants, {}, {}, 0,", tables_.weights.empty() ? "nullptr" : tables_.weights,
                          tables_.weights_bytes));
    out_.line(fmt::format("  {}, {}, {}, {}, {},", tables_.inputs.size(), tables_.outputs.size(),
                          tables_.symbols.size(), tables_.input_symbols, tables_.checks.size()));
    out_.line("  static_cast<int32_t>(sizeof variants / sizeof *variants),");
  }

  // Opens an initializer in braces; the guard closes it with a semicolon.
  class Braces {
   public:
    explicit Braces(ir::TextWriter& out) : out_(out) {}
    Braces(const Braces&) = delete;
    Braces& operator=(const Braces&) = delete;
    ~Braces() { out_.line("};"); }

   private:
    ir::TextWriter& out_;
  };
  Braces structure(const std::string& head) {
    out_.line(head + " {");
    return Braces(out_);
  }
  Braces table(const std::string& element, const std::string& name) {
    return structure(fmt::format("const {} {}[] =", element, name));
  }

 private:
  void numbers(const std::string& name, const char* element, const std::vector<int64_t>& values) {
    if (values.empty()) return;
    std::string list;
    for (size_t i = 0; i < values.size(); ++i) list += (i == 0 ? "" : i % 12 == 0 ? ",\n  " : ", ") + number(values[i]);
    out_.line(fmt::format("const {} {}[] = {{{}}};", element, name, list));
  }

  const ModelTables& tables_;
  ir::TextWriter& out_;
};

// Planning functions run anywhere the tables do: they use nothing of a machine.
void print_planning(const std::optional<ir::Kernel>& kernel, ir::ExprPool& pool, Helpers& helpers,
                    ir::TextWriter& out) {
  if (!kernel) return;
  out.line("");
  print_kernel(*kernel, identifier(kernel->name), {}, pool, helpers, {Overflow::kWraps, {}}, out);
}

}  // namespace

void print_tables(std::span<const Variant> variants, const ModelTables& tables,
                  std::span<const std::string> variant_macros, const std::string& weights_macro, ir::TextWriter& out) {
  Tables printer(tables, out);
  printer.weights(weights_macro);
  printer.note(variant_macros);
  for (size_t i = 0; i < variants.size(); ++i) {
    out.line(fmt::format("#if defined({})", variant_macros[i]));
    out.line(fmt::format("extern \"C\" [[gnu::visibility(\"hidden\")]] void {}(const burin_frame *frame);",
                         tables.variants[i].execute));
    out.line("#endif");
  }
  out.line("");
  out.line(fmt::format("namespace {}_tables {{", tables.symbol_prefix));
  out.line("namespace {");
  Helpers helpers({variants[0].target.architecture, kLeastIntrinsicBytes, false});
  ir::TextWriter functions;
  ir::ExprPool& pool = *variants[0].module->pool;
  print_planning(tables.bounds_function, pool, helpers, functions);
  print_planning(tables.shapes_function, pool, helpers, functions);
  print_planning(tables.checks_function, pool, helpers, functions);
  for (size_t i = 0; i < variants.size(); ++i) {
    if (!tables.variants[i].sizes) continue;
    functions.line(fmt::format("#if defined({})", variant_macros[i]));
    print_planning(tables.variants[i].sizes, *variants[i].module->pool, helpers, functions);
    functions.line("#endif");
  }
  out.raw(helpers.text());
  out.raw(functions.take());
  out.line("");
  printer.tensors("inputs", tables.inputs);
  printer.tensors("outputs", tables.outputs);
  printer.symbols();
  printer.checks();
  for (size_t i = 0; i < variants.size(); ++i) {
    out.line(fmt::format("#if defined({})", variant_macros[i]));
    printer.variant_arrays(i);
    out.line("#endif");
  }
  {
    const auto braces = printer.table("burin_variant", "variants");
    for (size_t i = 0; i < variants.size(); ++i) {
      out.line(fmt::format("#if defined({})", variant_macros[i]));
      printer.variant_row(i);
      out.line("#endif");
    }
  }
  printer.model();
  out.line("const burin_model_api api = BURIN_MODEL_API(model);");
  out.line("");
  out.line("}  // namespace");
  out.line(fmt::format("}}  // namespace {}_tables", tables.symbol_prefix));
  out.line("");
  const auto define = [&](std::string_view function, std::string_view visible) {
    out.line(fmt::format("BURIN_DEFINE_MODEL({}, {}_tables::api, \"{}\")", function, tables.symbol_prefix, visible));
  };
  out.line("#if defined(BURIN_SHARED_LIBRARY)");
  define(tables.function, "default");
  define("burin_model", "default");
  out.line("#else");
  define(tables.function, "hidden");
  out.line("#endif");
}

}  // namespace burin::codegen::cpp
