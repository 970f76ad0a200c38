#include "tools/burin/c_example.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "codegen/c_text.h"
#include "tools/burin/c_names.h"

namespace burin::tools {
namespace {

constexpr std::string_view kHelpers = R"(
static void *allocate(size_t bytes) {
  const size_t rounded = (bytes + BURIN_ALIGNMENT) / BURIN_ALIGNMENT * BURIN_ALIGNMENT;
  void *memory = aligned_alloc(BURIN_ALIGNMENT, rounded);
  if (memory == NULL) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  memset(memory, 0, rounded);
  return memory;
}

static void check(burin_status status, const burin_model_api *api, const burin_context *context) {
  if (status == BURIN_OK) return;
  fprintf(stderr, "%s: %s\n", api->status_text(status), context == NULL ? "" : api->last_error(context));
  exit(1);
}
)";

constexpr std::string_view kReader = R"(
// Elements in the input's own type; zeros when there is no such argument.
static void read_raw(const char *path, void *data, size_t bytes) {
  if (path == NULL) return;
  FILE *file = fopen(path, "rb");
  if (file == NULL || fread(data, 1, bytes, file) != bytes) {
    fprintf(stderr, "%s: expected %zu bytes\n", path, bytes);
    exit(1);
  }
  fclose(file);
}
)";

// The command line that builds the program.
std::string build_command(Linking linking, const std::string& code) {
  switch (linking) {
    case Linking::kShared: return fmt::format("cc -std=c17 -O2 example.c ./{} -Wl,-rpath,'$ORIGIN' -o example", code);
    case Linking::kStatic: break;
  }
  if (!code.ends_with(".cpp")) return fmt::format("cc -std=c17 -O2 example.c {} libburin_runtime.a -o example", code);
  const std::string object = code.substr(0, code.size() - 4) + ".o";
  return fmt::format(
      "c++ -std=c++17 -O2 -march=native -ffp-contract=off -fno-exceptions -DBURIN_NAMED_MODEL -c {} && "
      "cc -std=c17 -O2 example.c {} libburin_runtime.a -o example",
      code, object);
}

// "%g" and the like, with the cast that a value of the type needs.
std::string print_value(ir::ElementType element) {
  if (element == ir::ElementType::kF32 || element == ir::ElementType::kF64) return "printf(\" %g\", (double){}[i])";
  if (element == ir::ElementType::kF16 || element == ir::ElementType::kBF16)
    return "printf(\" 0x%04x\", (unsigned){}[i])";
  return ir::is_unsigned(element) ? "printf(\" %llu\", (unsigned long long){}[i])"
                                  : "printf(\" %lld\", (long long){}[i])";
}

std::string allocations(std::string_view side, std::span<const TensorDescription> tensors,
                        const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < tensors.size(); ++i) {
    text += fmt::format("  check(api->{}_bytes(context, {}, &bytes), api, context);\n", side, i);
    text += fmt::format("  {} *{} = allocate(bytes);\n", c_type(tensors[i].element), names[i]);
    if (side == "input")
      text += fmt::format("  read_raw(argc > {} ? argv[{}] : NULL, {}, bytes);\n", i + 1, i + 1, names[i]);
  }
  return text;
}

std::string prints(const ModelDescription& model, const CNames& names) {
  std::string text;
  for (size_t i = 0; i < model.outputs.size(); ++i) {
    const TensorDescription& output = model.outputs[i];
    text += fmt::format("  check(api->output_shape(context, {}, dims, {}), api, context);\n", i,
                        std::max<size_t>(output.dims.size(), 1));
    text += fmt::format("  count = 1;\n  for (int d = 0; d < {}; ++d) count *= dims[d];\n", output.dims.size());
    text += fmt::format("  printf(\"%s:\", \"{}\");\n", codegen::comment_text(names.outputs[i]));
    text += fmt::format("  for (int64_t i = 0; i < count && i < 10; ++i) {};\n",
                        fmt::format(fmt::runtime(print_value(output.element)), names.outputs[i]));
    text += "  printf(count > 10 ? \" ..\\n\" : \"\\n\");\n";
  }
  return text;
}

}  // namespace

std::string c_example(const ModelDescription& model, Linking linking, const std::string& code,
                      const std::string& header) {
  const CNames names = c_names(model);
  std::string arguments;
  for (const TensorDescription& input : model.inputs)
    arguments += fmt::format(" [{}.raw]", codegen::comment_text(input.name));
  std::string text =
      fmt::format("// Runs {} once, on zeros or on files of elements, and prints the first values of each output.\n",
                  codegen::comment_text(model.name));
  text += fmt::format("//   {}\n//   ./example{}\n", build_command(linking, code), arguments);
  text += "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\n";
  text += fmt::format("#include \"{}\"\n", header) + std::string(kHelpers) +
          std::string(model.inputs.empty() ? "" : kReader);
  text += "\nint main(int argc, char **argv) {\n";
  text += model.inputs.empty() ? "  (void)argc;\n  (void)argv;\n" : "";
  for (size_t k = 0; k < names.symbols.size(); ++k) {
    const SymbolDescription& symbol = model.symbols[k];
    text += fmt::format("  const int64_t {} = {};  // {} to {}\n", names.symbols[k],
                        std::clamp<int64_t>(1, symbol.least, symbol.most), symbol.least, symbol.most);
  }
  text +=
      fmt::format("  const burin_model_api *api = {}_api();\n  burin_context *context = NULL;\n  size_t bytes = 0;\n",
                  names.prefix);
  text += "  check(api->context_bytes(api, &bytes), api, NULL);\n";
  text += "  check(api->context_create(api, allocate(bytes), bytes, &context), api, NULL);\n\n";
  std::string symbols;
  for (const std::string& symbol : names.symbols) symbols += symbol + ", ";
  text += fmt::format("  burin_plan_size plan;\n  check({}_prepare(context, 1, {}&plan), api, context);\n",
                      names.prefix, symbols);
  text += "  check(api->bind_arena(context, allocate(plan.arena_bytes), plan.arena_bytes), api, context);\n\n";
  text += allocations("input", model.inputs, names.inputs) + allocations("output", model.outputs, names.outputs);
  std::string tensors;
  for (const std::string& name : names.inputs) tensors += ", " + name;
  for (const std::string& name : names.outputs) tensors += ", " + name;
  text += fmt::format("  check({}_run(context{}), api, context);\n\n", names.prefix, tensors);
  if (!model.outputs.empty()) {
    size_t rank = 1;
    for (const TensorDescription& output : model.outputs) rank = std::max(rank, output.dims.size());
    text += fmt::format("  int64_t dims[{}], count;\n", rank) + prints(model, names);
  }
  return text + "  return 0;  // all memory goes with the process\n}\n";
}

}  // namespace burin::tools
