#include "tools/burin/c_text/c_example.h"

#include <fmt/format.h>

#include <algorithm>

#include "codegen/c_text.h"
#include "tools/burin/c_text/c_names.h"

namespace burin::tools {
namespace {

using codegen::comment_text;
using codegen::string_literal;

constexpr std::string_view kHelpers = R"(
static void fail(const char *where, const char *what) {
  fprintf(stderr, "example: %s: %s\n", where, what);
  exit(1);
}

static void check(burin_status status, const burin_model_api *api, const burin_context *context) {
  if (status == BURIN_OK) return;
  fail(api->status_text(status), context == NULL ? "" : api->last_error(context));
}

// Zeros, aligned as contexts and arenas need it.
static void *allocate(uint64_t bytes) {
  if (bytes > SIZE_MAX - BURIN_ALIGNMENT) fail("allocate", "more bytes than this machine can address");
  const size_t rounded = ((size_t)bytes / BURIN_ALIGNMENT + 1) * BURIN_ALIGNMENT;
  void *memory = aligned_alloc(BURIN_ALIGNMENT, rounded);
  if (memory == NULL) fail("allocate", "out of memory");
  memset(memory, 0, rounded);
  return memory;
}

static void print_usage(FILE *file) {
  for (size_t i = 0; i < sizeof usage / sizeof *usage; ++i) fprintf(file, "%s\n", usage[i]);
}
)";

constexpr std::string_view kSizeReader = R"(
// Takes `argument` where it is SYMBOL=SIZE; returns 0 where it is not.
static int take_size(const char *argument, const char *symbol, int64_t *size) {
  const size_t length = strlen(symbol);
  if (strncmp(argument, symbol, length) != 0 || argument[length] != '=') return 0;
  char *end = NULL;
  *size = strtoll(argument + length + 1, &end, 10);
  if (end == argument + length + 1 || *end != '\0') fail(argument, "expected a number after '='");
  return 1;
}
)";

constexpr std::string_view kFileReader = R"(
// Fills `data` with the file's elements, in the input's own type; leaves the zeros where `path` is NULL.
static void read_file(const char *path, void *data, size_t bytes) {
  if (path == NULL) return;
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail(path, "cannot be opened");
  if (fread(data, 1, bytes, file) != bytes || fgetc(file) != EOF) {
    fprintf(stderr, "example: %s: expected %zu bytes\n", path, bytes);
    exit(1);
  }
  fclose(file);
}
)";

constexpr std::string_view kOutputPrinter = R"(
// Prints the name and the actual shape of an output, and returns how many elements it has.
static int64_t print_shape(const burin_model_api *api, burin_context *context, int32_t output, const char *name,
                           int32_t rank) {
  int64_t dims[MOST_DIMENSIONS], count = 1;
  check(api->output_shape(context, output, dims, MOST_DIMENSIONS), api, context);
  printf("%s [", name);
  for (int32_t d = 0; d < rank; ++d) {
    printf(d == 0 ? "%lld" : ", %lld", (long long)dims[d]);
    count *= dims[d];
  }
  printf("]:");
  return count;
}
)";

int64_t default_size(const SymbolDescription& symbol) { return std::clamp<int64_t>(1, symbol.least, symbol.most); }

std::string described(const TensorDescription& tensor, const ModelDescription& model) {
  return fmt::format("{} {}{}", tensor.name, ir::info(tensor.element).name, shape_text(tensor, model.symbols));
}

// The lines of `example --help`, as elements of an array: one literal could be longer than C compilers must accept.
std::string usage_array(const ModelDescription& model, const CNames& names) {
  std::string text = "\nstatic const char *const usage[] = {\n";
  const auto line = [&](const std::string& words) { text += fmt::format("    {},\n", string_literal(words)); };
  const bool has_symbols = !names.symbols.empty(), has_inputs = !model.inputs.empty();
  line(fmt::format("usage: example{}{}", has_symbols ? " [SYMBOL=SIZE ..]" : "", has_inputs ? " [FILE ..]" : ""));
  if (has_symbols) line("Sizes that the model leaves open, and what they are where they are not given:");
  for (size_t k = 0; k < names.symbols.size(); ++k) {
    const SymbolDescription& symbol = model.symbols[k];
    line(fmt::format("  {}={}  from {} to {} (set when compiling by --symbol_range)", symbol.name, default_size(symbol),
                     symbol.least, symbol.most));
  }
  if (has_inputs) line("Files hold the elements of the inputs, in this order; an input without a file is zeros:");
  for (const TensorDescription& input : model.inputs) line("  " + described(input, model));
  return text + "};\n";
}

// A statement that prints one element, with the cast that its type needs.
std::string print_element(ir::ElementType element, const std::string& name) {
  if (element == ir::ElementType::kF32 || element == ir::ElementType::kF64)
    return fmt::format("printf(\" %g\", (double){}[i]);", name);
  if (element == ir::ElementType::kF16 || element == ir::ElementType::kBF16)
    return fmt::format("printf(\" 0x%04x\", (unsigned){}[i]);", name);
  return ir::is_unsigned(element) ? fmt::format("printf(\" %llu\", (unsigned long long){}[i]);", name)
                                  : fmt::format("printf(\" %lld\", (long long){}[i]);", name);
}

std::string arguments_code(const ModelDescription& model, const CNames& names) {
  std::string text;
  for (size_t k = 0; k < names.symbols.size(); ++k)
    text += fmt::format("  int64_t {} = {};\n", names.symbols[k], default_size(model.symbols[k]));
  const size_t files = model.inputs.size();
  if (files > 0) text += fmt::format("  const char *files[{}] = {{NULL}};\n  int n_files = 0;\n", files);
  text += "  for (int i = 1; i < argc; ++i) {\n";
  text += "    if (strcmp(argv[i], \"--help\") == 0 || strcmp(argv[i], \"-h\") == 0) {\n";
  text += "      print_usage(stdout);\n      return 0;\n    }\n";
  for (size_t k = 0; k < names.symbols.size(); ++k) {
    text += fmt::format("    if (take_size(argv[i], {}, &{})) continue;\n", string_literal(model.symbols[k].name),
                        names.symbols[k]);
  }
  if (files > 0) {
    text +=
        fmt::format("    if (n_files < {}) {{\n      files[n_files++] = argv[i];\n      continue;\n    }}\n", files);
  }
  return text + "    print_usage(stderr);\n    fail(argv[i], \"unexpected argument\");\n  }\n\n";
}

std::string buffers_code(std::string_view side, std::span<const TensorDescription> tensors,
                         const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const std::string_view type = c_type(tensors[i].element);
    text += fmt::format("  check(api->{}_bytes(context, {}, &bytes), api, context);\n", side, i);
    text += fmt::format("  {} *{} = ({} *)allocate(bytes);\n", type, names[i], type);
    if (side == "input") text += fmt::format("  read_file(files[{}], {}, bytes);\n", i, names[i]);
  }
  return text;
}

std::string prints_code(const ModelDescription& model, const CNames& names) {
  std::string text;
  for (size_t i = 0; i < model.outputs.size(); ++i) {
    const TensorDescription& output = model.outputs[i];
    text += fmt::format("  count = print_shape(api, context, {}, {}, {});\n", i, string_literal(output.name),
                        output.dims.size());
    text += fmt::format("  for (int64_t i = 0; i < count && i < 10; ++i) {}\n",
                        print_element(output.element, names.outputs[i]));
    text += "  printf(count > 10 ? \" ..\\n\" : \"\\n\");\n";
  }
  return text;
}

std::string head(const ModelDescription& model, const CNames& names, std::span<const std::string> build_commands) {
  std::string text =
      fmt::format("// Runs {} once, on files of elements or on zeros, and prints the first values of each output.\n",
                  comment_text(model.name));
  text += "// As C17, or as C++17 with \"c++ -x c++ -std=c++17\"; in this folder:\n";
  for (const std::string& command : build_commands) text += fmt::format("//   {}\n", command);
  std::string arguments;
  for (size_t k = 0; k < names.symbols.size(); ++k)
    arguments += fmt::format(" [{}={}]", comment_text(model.symbols[k].name), default_size(model.symbols[k]));
  for (const TensorDescription& input : model.inputs) arguments += fmt::format(" [{}.raw]", comment_text(input.name));
  text += fmt::format("//   ./example{}\n", arguments);
  text += "#include <stdint.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\n";
  return text + fmt::format("#include \"{}\"\n", names.header);
}

std::string main_function(const ModelDescription& model, const CNames& names) {
  std::string text = "\nint main(int argc, char **argv) {\n" + arguments_code(model, names);
  text += fmt::format("  const burin_model_api *api = {}_api();\n", names.prefix);
  text += fmt::format("  if (api == NULL) fail({}, {}_problem());\n", string_literal(model.name), names.prefix);
  text += "  burin_context *context = NULL;\n  size_t bytes = 0;\n";
  text += "  check(api->context_bytes(api, &bytes), api, NULL);\n";
  text += "  check(api->context_create(api, allocate(bytes), bytes, &context), api, NULL);\n\n";
  std::string symbols;
  for (const std::string& symbol : names.symbols) symbols += symbol + ", ";
  text += fmt::format("  burin_plan_size plan;\n  check({}_prepare(context, 1, {}&plan), api, context);\n",
                      names.prefix, symbols);
  text += "  void *arena = allocate(plan.arena_bytes);\n";
  text += "  check(api->bind_arena(context, arena, (size_t)plan.arena_bytes), api, context);\n\n";
  text += buffers_code("input", model.inputs, names.inputs) + buffers_code("output", model.outputs, names.outputs);
  std::string tensors;
  for (const std::string& name : names.inputs) tensors += ", " + name;
  for (const std::string& name : names.outputs) tensors += ", " + name;
  text += fmt::format("  check({}_run(context{}), api, context);\n\n", names.prefix, tensors);
  if (!model.outputs.empty()) text += "  int64_t count = 0;\n" + prints_code(model, names);
  return text + "  return 0;  // all memory goes with the process\n}\n";
}

}  // namespace

std::string c_example(const ModelDescription& model, std::span<const std::string> build_commands) {
  const CNames names = c_names(model);
  size_t rank = 1;
  for (const TensorDescription& output : model.outputs) rank = std::max(rank, output.dims.size());
  std::string text = head(model, names, build_commands);
  if (!model.outputs.empty()) text += fmt::format("\nenum {{ MOST_DIMENSIONS = {} }};\n", rank);
  text += usage_array(model, names) + std::string(kHelpers);
  if (!names.symbols.empty()) text += kSizeReader;
  if (!model.inputs.empty()) text += kFileReader;
  if (!model.outputs.empty()) text += kOutputPrinter;
  return text + main_function(model, names);
}

}  // namespace burin::tools
