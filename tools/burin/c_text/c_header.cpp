#include "tools/burin/c_text/c_header.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "codegen/c_text.h"
#include "tools/burin/c_text/c_names.h"

namespace burin::tools {
namespace {

std::string tensor_lines(std::string_view title, std::span<const TensorDescription> tensors,
                         const ModelDescription& model) {
  std::string text;
  for (const TensorDescription& tensor : tensors) {
    text += fmt::format("//   {:<8} {} {}{}\n", title, codegen::comment_text(tensor.name),
                        ir::info(tensor.element).name, codegen::comment_text(shape_text(tensor, model.symbols)));
  }
  return text;
}

// What the header is about, and what it needs.
std::string top(const ModelDescription& model, const CNames& names) {
  std::string text =
      fmt::format("// {}: typed calls, made by {}. example.c shows a whole program; burin.h has the rest.\n",
                  codegen::comment_text(model.name), model.compiler);
  text += tensor_lines("input", model.inputs, model) + tensor_lines("output", model.outputs, model);
  for (const SymbolDescription& symbol : model.symbols) {
    if (!symbol.from_input) continue;  // a count that burin named
    text +=
        fmt::format("//   symbol   {} from {} to {}\n", codegen::comment_text(symbol.name), symbol.least, symbol.most);
  }
  text += fmt::format("#ifndef {0}_H_\n#define {0}_H_\n\n#include \"burin.h\"\n\n", names.upper);
  return text + "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
}

// How a program gets at the library, and learns that it has found another one. PREFIX, UPPER, .. stand for the model's.
constexpr std::string_view kAccess =
    R"(// Of names, element types, dimensions and symbols in their order: libraries that have the same one are exchangeable.
#define UPPER_INTERFACE_DIGEST "INTERFACE_HEX"
// Of the model, its weights and the flags it was compiled with.
#define UPPER_DIGEST "CONTENTS_HEX"

burin_model_function FUNCTION;

// BURIN_OK where the program runs with a library that this header describes. Where UPPER_REQUIRE_DIGEST is defined
// before this header is included, the library must have the same weights too.
static inline burin_status PREFIX_check(void) {
  const burin_model_api *api = FUNCTION();
  if (api->abi_version != BURIN_ABI_VERSION) return BURIN_WRONG_ABI;
  if (api->struct_size < offsetof(burin_model_api, check_digests) + sizeof api->check_digests) return BURIN_WRONG_ABI;
#ifdef UPPER_REQUIRE_DIGEST
  return api->check_digests(api, UPPER_INTERFACE_DIGEST, UPPER_DIGEST);
#else
  return api->check_digests(api, UPPER_INTERFACE_DIGEST, NULL);
#endif
}

// The functions of burin.h for this model, or NULL where PREFIX_check() fails.
static inline const burin_model_api *PREFIX_api(void) {
  return PREFIX_check() == BURIN_OK ? FUNCTION() : NULL;
}

// Why PREFIX_api() is NULL, for people; "" where it is not.
static inline const char *PREFIX_problem(void) {
  switch (PREFIX_check()) {
    case BURIN_OK: return "";
    case BURIN_WRONG_INTERFACE:
      return "the library has other inputs, outputs or symbols than HEADER: compile with the header made with it";
    case BURIN_WRONG_DIGEST:
      return "the library has another model, other weights or other flags than HEADER, which requires the same";
    default: return "the library was made by another version of burin than HEADER";
  }
}
)";

std::string access(const ModelDescription& model, const CNames& names) {
  const std::pair<std::string_view, std::string> words[] = {
      {"UPPER", names.upper},         {"PREFIX", names.prefix},
      {"FUNCTION", names.function},   {"INTERFACE_HEX", model.interface_digest},
      {"CONTENTS_HEX", model.digest}, {"HEADER", names.header}};
  std::string text;
  for (std::string_view rest = kAccess; !rest.empty();) {
    const auto word = std::ranges::find_if(words, [&](const auto& each) { return rest.starts_with(each.first); });
    text += word == std::end(words) ? std::string(1, rest[0]) : word->second;
    rest.remove_prefix(word == std::end(words) ? 1 : word->first.size());
  }
  return text;
}

// The numbers of inputs and outputs, for the functions of burin.h.
std::string numbers(const CNames& names) {
  std::string text = "\n// Positions of inputs and outputs, for the functions of burin.h.\nenum {\n";
  for (size_t i = 0; i < names.inputs.size(); ++i) {
    text += fmt::format("  {}_{} = {},\n", names.upper, codegen::upper_case(names.inputs[i]), i);
  }
  for (size_t i = 0; i < names.outputs.size(); ++i) {
    text += fmt::format("  {}_{} = {},\n", names.upper, codegen::upper_case(names.outputs[i]), i);
  }
  text += fmt::format("  {}_N_INPUTS = {},\n  {}_N_OUTPUTS = {}\n}};\n", names.upper, names.inputs.size(), names.upper,
                      names.outputs.size());
  return text;
}

std::string prepare_function(const ModelDescription& model, const CNames& names) {
  std::string text =
      "\n// Binds the symbolic dimensions and says how large the arena must be, which the caller binds with "
      "bind_arena.\n";
  std::string parameters;
  for (const std::string& symbol : names.symbols) parameters += fmt::format("int64_t {}, ", symbol);
  text += fmt::format(
      "static inline burin_status {}_prepare(burin_context *context, int32_t threads, {}burin_plan_size *plan) {{\n",
      names.prefix, parameters);
  std::vector<std::string> shapes, ranks;
  for (size_t i = 0; i < model.inputs.size(); ++i) {
    const std::vector<int64_t>& dims = model.inputs[i].dims;
    ranks.push_back(std::to_string(dims.size()));
    if (dims.empty()) {
      shapes.emplace_back("NULL");
      continue;
    }
    std::vector<std::string> words;
    for (int64_t dim : dims) words.push_back(c_dimension(dim, names));
    text += fmt::format("  const int64_t {}[] = {{{}}};\n", names.inputs[i], fmt::join(words, ", "));
    shapes.push_back(names.inputs[i]);
  }
  const bool has_inputs = !shapes.empty();
  if (has_inputs) {
    text += fmt::format("  const int64_t *const shapes[] = {{{}}};\n  const int32_t ranks[] = {{{}}};\n",
                        fmt::join(shapes, ", "), fmt::join(ranks, ", "));
  }
  text +=
      "  burin_prepare_request request;\n  request.struct_size = (uint32_t)sizeof request;\n  request.threads = "
      "threads;\n";
  text +=
      fmt::format("  request.n_shapes = {};\n  request.reserved = 0;\n  request.shapes = {};\n  request.ranks = {};\n",
                  shapes.size(), has_inputs ? "shapes" : "NULL", has_inputs ? "ranks" : "NULL");
  text += "  request.pool = NULL;\n  request.target = NULL;\n  plan->struct_size = (uint32_t)sizeof *plan;\n";
  return text + fmt::format(
                    "  const burin_model_api *api = {0}_api();\n"
                    "  return api == NULL ? {0}_check() : api->prepare(context, &request, plan);\n}}\n",
                    names.prefix);
}

std::string bind_line(std::string_view side, size_t i, std::string_view name) {
  return fmt::format(
      "  if (status == BURIN_OK) status = api->{}_bytes(context, {}, &bytes);\n"
      "  if (status == BURIN_OK) status = api->bind_{}(context, {}, {}, bytes);\n",
      side, i, side, i, name);
}

std::string run_function(const ModelDescription& model, const CNames& names) {
  std::string text =
      "\n// One inference, after prepare and bind_arena. Buffers hold all elements of the prepared shapes, "
      "row-major.\n";
  std::string parameters;
  for (size_t i = 0; i < model.inputs.size(); ++i) {
    parameters += fmt::format(", const {} *{}", c_type(model.inputs[i].element), names.inputs[i]);
  }
  for (size_t i = 0; i < model.outputs.size(); ++i) {
    parameters += fmt::format(", {} *{}", c_type(model.outputs[i].element), names.outputs[i]);
  }
  text += fmt::format("static inline burin_status {}_run(burin_context *context{}) {{\n", names.prefix, parameters);
  text += fmt::format(
      "  const burin_model_api *api = {0}_api();\n  burin_status status = api == NULL ? {0}_check() : BURIN_OK;\n",
      names.prefix);
  if (!model.inputs.empty() || !model.outputs.empty()) text += "  size_t bytes = 0;\n";
  for (size_t i = 0; i < model.inputs.size(); ++i) text += bind_line("input", i, names.inputs[i]);
  for (size_t i = 0; i < model.outputs.size(); ++i) text += bind_line("output", i, names.outputs[i]);
  return text + "  return status == BURIN_OK ? api->execute(context) : status;\n}\n";
}

}  // namespace

std::string c_header(const ModelDescription& model) {
  const CNames names = c_names(model);
  return top(model, names) + access(model, names) + numbers(names) + prepare_function(model, names) +
         run_function(model, names) +
         fmt::format("\n#ifdef __cplusplus\n}}\n#endif\n\n#endif  // {}_H_\n", names.upper);
}

}  // namespace burin::tools
