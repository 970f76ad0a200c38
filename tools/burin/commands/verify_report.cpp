#include "tools/burin/commands/verify_report.h"

#include <array>
#include <cctype>
#include <cmath>

#include "tools/burin/base/json_text.h"
#include "tools/burin/base/output_files.h"

namespace burin::tools {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
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
  return write_output(file, json_text(json));
}

}  // namespace burin::tools
