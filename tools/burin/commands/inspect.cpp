#include "tools/burin/commands/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>
#include <vector>

#include "codegen/model_file.h"
#include "runtime/model.h"
#include "tools/burin/base/json_text.h"
#include "tools/burin/base/output_files.h"
#include "tools/burin/command_line/command_line.h"
#include "tools/burin/commands/subject.h"

namespace burin::tools {
namespace {

// The variant of the generated tables that this machine runs; null when the library is of another version.
const burin_variant* variant_of(const Library& library) {
  const auto* data = static_cast<const burin_model_data*>(library.api().model);
  if (data == nullptr || data->version != BURIN_MODEL_VERSION || data->struct_size != sizeof(burin_model_data))
    return nullptr;
  const burin_variant* end = data->variants + data->n_variants;
  const burin_variant* found = std::find_if(
      data->variants, end, [&](const burin_variant& each) { return each.target == library.description().target; });
  return found == end ? nullptr : found;
}

std::vector<int64_t> symbol_values(const ModelDescription& model, const Shapes& shapes) {
  std::vector<int64_t> values;
  for (const SymbolDescription& symbol : model.symbols) values.push_back(symbol.most);
  for (size_t i = 0; i < shapes.size(); ++i) {
    for (size_t axis = 0; axis < shapes[i].size(); ++axis) {
      const int64_t dim = model.inputs[i].dims[axis];
      if (dim < 0 && dim != BURIN_DIM_COMPUTED) values[static_cast<size_t>(-(dim + 1))] = shapes[i][axis];
    }
  }
  return values;
}

std::optional<uint64_t> lower_bound(const Library& library, const Shapes& shapes) {
  const burin_variant* variant = variant_of(library);
  if (variant == nullptr) return std::nullopt;
  if (variant->sizes == nullptr) return static_cast<uint64_t>(variant->arena_lower_bound);
  std::vector<int64_t> values = symbol_values(library.description(), shapes);
  if (variant->bounds != nullptr) variant->bounds(values.data());
  std::vector<int64_t> bytes(static_cast<size_t>(variant->n_buffers));
  variant->sizes(values.data(), bytes.data());
  uint64_t most = 0;
  for (size_t step = 0; step < bytes.size(); ++step) {
    uint64_t alive = 0;
    const int32_t at = variant->intervals[step].first;  // the most is reached where some buffer starts to live
    for (size_t i = 0; i < bytes.size(); ++i) {
      const burin_interval& life = variant->intervals[i];
      if (life.first <= at && at <= life.last && bytes[i] > 0) alive += static_cast<uint64_t>(bytes[i]);
    }
    most = std::max(most, alive);
  }
  return most;
}

ir::Result<Inspection> inspect_library(const Library& library, const Options& options) {
  Inspection found{library.description(), "", std::nullopt, std::nullopt};
  const ir::Result<Shapes> shapes = shapes_to_run(found.model, options);
  if (!shapes) {
    const bool asked = !options.input_dims.empty() || !options.symbols.empty();
    return asked ? ir::Result<Inspection>(shapes.faults()) : found;
  }
  if (found.model.target.empty()) return found;
  ir::Result<Execution> execution = Execution::create(library);
  if (!execution) return execution.faults();
  const ir::Result<uint64_t> arena = execution->plan(*shapes, 1);
  if (!arena) return arena.faults();
  found.arena_bytes = *arena;
  found.arena_lower_bound = lower_bound(library, *shapes);
  return found;
}

std::string tensors_text(std::string_view title, std::span<const TensorDescription> tensors,
                         std::span<const SymbolDescription> symbols) {
  std::string text = fmt::format("{}\n", title);
  for (const TensorDescription& tensor : tensors) {
    text += fmt::format("  {:<24} {}{}\n", tensor.name, ir::info(tensor.element).name, shape_text(tensor, symbols));
  }
  return text;
}

std::string arena_text(const Inspection& found) {
  if (!found.architecture.empty()) return fmt::format("arena      known where {} code runs\n", found.architecture);
  if (!found.arena_bytes) return "arena      depends on the symbols: give --define_symbol or --input_dim\n";
  std::string text = fmt::format("arena      {} bytes", *found.arena_bytes);
  if (found.arena_lower_bound) text += fmt::format(", lower bound {}", *found.arena_lower_bound);
  return text + "\n";
}

std::string text_of(const Inspection& found) {
  const ModelDescription& model = found.model;
  std::string text = fmt::format("{}, by {}\n", model.name, model.compiler);
  text += tensors_text("inputs", model.inputs, model.symbols);
  text += tensors_text("outputs", model.outputs, model.symbols);
  const auto from_input = [](const SymbolDescription& symbol) { return symbol.from_input; };
  if (std::ranges::any_of(model.symbols, from_input)) text += "symbols\n";
  for (const SymbolDescription& symbol : model.symbols | std::views::filter(from_input))
    text += fmt::format("  {:<24} {} to {}\n", symbol.name, symbol.least, symbol.most);
  text += "targets\n";
  for (const TargetDescription& target : model.targets) {
    const std::string_view here = target.name == model.target ? "used here"
                                  : target.runs_here          ? "runs here"
                                                              : "not here";
    text += fmt::format("  {:<24} {}\n", target.name, here);
  }
  text += fmt::format("weights    {} bytes\n", model.weights_bytes);
  text += model.code_bytes > 0 ? fmt::format("code       {} bytes\n", model.code_bytes) : "code       not recorded\n";
  return text + arena_text(found) + fmt::format("digest     {}\ninterface  {}\n", model.digest, model.interface_digest);
}

ir::Result<std::vector<Inspection>> inspect_loaded(const Options& options) {
  const ir::Result<Library> library = open_library(options);
  if (!library) return library.faults();
  ir::Result<Inspection> found = inspect_library(*library, options);
  if (!found) return found.faults();
  return std::vector<Inspection>{std::move(*found)};
}

ir::Result<std::vector<Inspection>> inspect_data(const Options& options) {
  if (ir::Status status = refuse_flags_of_models(options); !status) return status.faults();
  if (!options.input_dims.empty() || !options.symbols.empty())
    return usage_fault("", "expected no shapes: memory is known only of shared libraries that run here");
  const ir::Result<std::vector<codegen::ModelInFile>> models = codegen::models_in_file(options.subject.string());
  if (!models) return models.faults();
  std::vector<Inspection> found;
  for (const codegen::ModelInFile& each : *models) {
    ir::Result<ModelDescription> model = describe(each);
    if (!model) return model.faults();
    found.push_back({std::move(*model), each.architecture, std::nullopt, std::nullopt});
  }
  return found;
}

Json tensors_json(std::span<const TensorDescription> tensors, std::span<const SymbolDescription> symbols) {
  Json json = Json::array();
  for (const TensorDescription& tensor : tensors) {
    json.push_back(
        {{"name", tensor.name}, {"type", ir::info(tensor.element).name}, {"shape", shape_text(tensor, symbols)}});
  }
  return json;
}

Json number_or_null(const std::optional<uint64_t>& number) { return number ? Json(*number) : Json(); }

Json inspection_json(const Inspection& found) {
  const ModelDescription& model = found.model;
  Json json = {{"name", model.name},
               {"digest", model.digest},
               {"interface_digest", model.interface_digest},
               {"compiler", model.compiler},
               {"target", model.target}};
  json["targets"] = Json::array();
  for (const TargetDescription& target : model.targets) {
    json["targets"].push_back({{"name", target.name}, {"runs_here", target.runs_here}});
  }
  json["inputs"] = tensors_json(model.inputs, model.symbols);
  json["outputs"] = tensors_json(model.outputs, model.symbols);
  json["symbols"] = Json::array();
  for (const SymbolDescription& symbol : model.symbols) {
    json["symbols"].push_back(
        {{"name", symbol.name}, {"min", symbol.least}, {"max", symbol.most}, {"from_input", symbol.from_input}});
  }
  json["weights_bytes"] = model.weights_bytes;
  json["code_bytes"] = model.code_bytes;
  json["arena_bytes"] = number_or_null(found.arena_bytes);
  json["arena_lower_bound"] = number_or_null(found.arena_lower_bound);
  return json;
}

// {"name", "digest", "compiler", "target", "targets", "inputs", "outputs", "symbols", "weights_bytes", "code_bytes",
//  "arena_bytes", "arena_lower_bound"}; the last two are null where symbols have no values, or nothing is recorded
// One model is an object, several are an array.
ir::Status write_inspect_report(std::span<const Inspection> found, const std::filesystem::path& file) {
  Json json = Json::array();
  for (const Inspection& each : found) json.push_back(inspection_json(each));
  return write_output(file, json_text(found.size() == 1 ? json[0] : json));
}

}  // namespace

ExitCode inspect(const Options& options) {
  const std::string subject = options.subject.string();
  const bool is_data = codegen::is_code_file(subject) && !codegen::is_loadable_here(subject);
  const ir::Result<std::vector<Inspection>> found = is_data ? inspect_data(options) : inspect_loaded(options);
  if (!found) return report(subject, found.faults());
  ir::Status status;
  for (const Inspection& each : *found) {
    if (options.json != "-") status.merge(print(text_of(each)));
  }
  if (options.json) status.merge(write_inspect_report(*found, *options.json));
  return status ? kDone : report("burin", status.faults());
}

}  // namespace burin::tools
