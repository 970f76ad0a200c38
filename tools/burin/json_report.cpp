#include "tools/burin/json_report.h"

#include <array>
#include <cctype>
#include <nlohmann/json.hpp>

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

}  // namespace

ir::Status write_verify_report(std::span<const std::pair<std::string, CaseResult>> results,
                               const std::filesystem::path& file) {
  Json json = {{"cases", Json::array()}};
  std::array<int, 3> counts{};
  for (const auto& [name, result] : results) {
    ++counts[static_cast<size_t>(result.outcome)];
    json["cases"].push_back({{"name", name}, {"outcome", lower(name_of(result.outcome))}, {"detail", result.detail}});
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

}  // namespace burin::tools
