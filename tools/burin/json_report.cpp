#include "tools/burin/json_report.h"

#include <array>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "frontend/onnx/operators/all.h"
#include "frontend/onnx/graph/onnx_operators.h"
#include "ir/graph/op.h"
#include "tools/burin/output_files.h"

namespace burin::tools {
namespace {

using Json = nlohmann::ordered_json;

// Names of models may be any bytes: what is not UTF-8 is replaced.
std::string text_of(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
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

Json output_json(const OutputError& error) {
  const std::optional<double> sqnr = error.sqnr();
  return {{"name", error.name},
          {"elements", error.elements},
          {"max_error", error.largest},
          {"mean_error", error.mean()},
          {"sqnr_db", sqnr ? Json(*sqnr) : Json()}};
}

}  // namespace

std::string result_as_text(const CaseResult& result) {
  Json json = {{"outcome", static_cast<int>(result.outcome)}, {"detail", result.detail}, {"flips", result.flips}};
  json["outputs"] = Json::array();
  for (const OutputError& error : result.errors) {
    json["outputs"].push_back({error.name, error.elements, error.largest, error.sum, error.signal, error.noise});
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<CaseResult> result_from_text(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  CaseResult result;
  try {
    result.outcome = static_cast<Outcome>(json.at("outcome").get<int>());
    result.detail = json.at("detail").get<std::string>();
    result.flips = json.at("flips").get<std::string>();
    for (const Json& each : json.at("outputs")) {
      // A sum that is infinite has become null.
      const auto number = [&](size_t i) { return each.at(i).is_null() ? INFINITY : each.at(i).get<double>(); };
      result.errors.push_back(
          {each.at(0).get<std::string>(), each.at(1).get<int64_t>(), number(2), number(3), number(4), number(5)});
    }
  } catch (const Json::exception&) {
    return std::nullopt;
  }
  return result;
}

ir::Status write_verify_report(std::span<const std::pair<std::string, CaseResult>> results,
                               const std::filesystem::path& file) {
  Json json = {{"cases", Json::array()}};
  std::array<int, 3> counts{};
  for (const auto& [name, result] : results) {
    ++counts[static_cast<size_t>(result.outcome)];
    Json outputs = Json::array();
    for (const OutputError& error : result.errors) outputs.push_back(output_json(error));
    json["cases"].push_back({{"name", name},
                             {"outcome", lower(name_of(result.outcome))},
                             {"detail", result.detail},
                             {"flips", result.flips},
                             {"outputs", std::move(outputs)}});
  }
  json["passed"] = counts[0];
  json["failed"] = counts[1];
  json["unsupported"] = counts[2];
  return write_output(file, text_of(json));
}

ir::Status write_dry_run_report(const frontend::ImportReport& found, const std::filesystem::path& file) {
  Json json = {{"nodes", found.nodes}, {"unsupported", Json::array()}, {"faults", Json::array()}};
  for (const frontend::Unsupported& feature : found.unsupported) {
    json["unsupported"].push_back({{"what", feature.what}, {"count", feature.count}, {"nodes", feature.nodes}});
  }
  for (const ir::Diagnostic& fault : found.faults) {
    json["faults"].push_back({{"where", fault.where}, {"kind", fault.kind}, {"message", fault.message}});
  }
  return write_output(file, text_of(json));
}

ir::Status write_bench_report(const BenchReport& found, const std::filesystem::path& file) {
  const Timing& timing = found.timing;
  const Json json = {{"name", found.name},       {"target", found.target},
                     {"threads", found.threads}, {"iterations", timing.iterations},
                     {"min_ms", timing.min},     {"median_ms", timing.median},
                     {"p95_ms", timing.p95},     {"p99_ms", timing.p99},
                     {"mean_ms", timing.mean},   {"arena_bytes", found.arena_bytes}};
  return write_output(file, text_of(json));
}

// One model is an object, several are an array.
ir::Status write_inspect_report(std::span<const Inspection> found, const std::filesystem::path& file) {
  Json json = Json::array();
  for (const Inspection& each : found) json.push_back(inspection_json(each));
  return write_output(file, text_of(found.size() == 1 ? json[0] : json));
}

ir::Status write_ops_report(std::span<const ImportedOperator> operators, const std::filesystem::path& file) {
  Json json = {
      {"opset", frontend::kNewestOpset}, {"onnx", Json::array()}, {"schemas", Json::array()}, {"graph", Json::array()}};
  for (const ImportedOperator& each : operators) {
    json["onnx"].push_back({{"operator", each.name}, {"since", each.since}, {"operands", each.operands}});
  }
  for (const frontend::OnnxOperator& row : frontend::onnx_operators()) {
    json["schemas"].push_back({{"operator", row.name},
                               {"since", row.since},
                               {"operands", {row.least_operands, row.most_operands}},
                               {"results", {row.least_results, row.most_results}},
                               {"attributes", row.attributes}});
  }
  for (const ir::OpInfo* op : ir::all_ops()) json["graph"].push_back({{"op", op->name}, {"doc", op->doc}});
  return write_output(file, text_of(json));
}

ir::Status write_compile_report(const CompileReport& made, const std::filesystem::path& file) {
  const Json json = {{"name", made.name}, {"digest", made.digest}, {"files", made.files}, {"seconds", made.seconds}};
  return write_output(file, text_of(json));
}

}  // namespace burin::tools
