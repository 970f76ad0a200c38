#include "frontend/onnx/external_data.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace burin::frontend {
namespace {

namespace fs = std::filesystem;

bool is_below(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

bool is_plain_relative(const std::string& location) {
  if (location.empty() || location.find('\0') != std::string::npos || location.front() == '/') return false;
  const fs::path path(location);
  return std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

}  // namespace

ExternalFiles::ExternalFiles(const fs::path& model) {
  std::error_code error;
  const fs::path named = fs::canonical(model.has_parent_path() ? model.parent_path() : fs::path("."), error);
  if (error) return;
  folders_.push_back(named);
  const fs::path real = fs::canonical(model, error).parent_path();
  if (!error && real != named) folders_.push_back(real);
}

ir::Result<std::span<const std::byte>> ExternalFiles::bytes(const std::string& location, const std::string& where) {
  if (const auto known = files_.find(location); known != files_.end()) return known->second.bytes();
  if (folders_.empty()) {
    return ir::input_fault("external-data", where, "expected a model with its data inside, found data in file \"{}\"",
                           location);
  }
  if (!is_plain_relative(location)) {
    ir::Diagnostic fault =
        ir::input_fault("external-data-outside", where,
                        "expected a relative path without \"..\" for external data, found \"{}\"", location);
    fault.hint = "keep the data in the folder of the model";
    return fault;
  }
  std::error_code error;
  const fs::path real = fs::canonical(folders_.front() / location, error);
  if (error) {
    return ir::input_fault("external-data-missing", where, "expected file \"{}\" beside the model, found none ({})",
                           location, error.message());
  }
  if (std::none_of(folders_.begin(), folders_.end(), [&](const fs::path& folder) { return is_below(real, folder); })) {
    ir::Diagnostic fault = ir::input_fault(
        "external-data-outside", where,
        "expected file \"{}\" to lie in the folder of the model, found a link to \"{}\"", location, real.string());
    fault.hint = "copy the file into the folder of the model";
    return fault;
  }
  ir::Result<MappedFile> mapped = MappedFile::open(real);
  if (!mapped) {
    ir::Diagnostics faults = mapped.faults();
    for (ir::Diagnostic& fault : faults) fault.where = where + ": external data " + fault.where;
    return faults;
  }
  return files_.emplace(location, std::move(*mapped)).first->second.bytes();
}

}  // namespace burin::frontend
