// JSON that burin writes for machines (--json): indented, in the order in which members are added.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace burin::tools {

using Json = nlohmann::ordered_json;

// Names of models may be any bytes: what is not UTF-8 is replaced.
inline std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace burin::tools
