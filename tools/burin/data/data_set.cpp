#include "tools/burin/data/data_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "frontend/numpy/npz.h"
#include "frontend/onnx/reader/model_reader.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

// N of "PREFIXNsuffix".
std::optional<int> number_in(const std::string& name, std::string_view prefix, std::string_view suffix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size()) return {};
  const char* begin = name.data() + prefix.size();
  const char* end = name.data() + name.size() - suffix.size();
  int number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

// Entries of `folder` called PREFIXNsuffix, by N.
std::vector<fs::path> numbered(const fs::path& folder, std::string_view prefix, std::string_view suffix) {
  std::vector<std::pair<int, fs::path>> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (const auto number = number_in(entry->path().filename().string(), prefix, suffix)) {
      found.emplace_back(*number, entry->path());
    }
  }
  std::sort(found.begin(), found.end());
  std::vector<fs::path> paths;
  for (auto& [number, path] : found) paths.push_back(std::move(path));
  return paths;
}

ir::Diagnostics located_at(const fs::path& file, ir::Diagnostics faults) {
  for (ir::Diagnostic& fault : faults) {
    fault.where = fault.where.empty() ? file.filename().string() : file.filename().string() + ": " + fault.where;
  }
  return faults;
}

ir::Result<NamedTensor> read_pb(const fs::path& path) {
  ir::Result<frontend::TensorFile> read = frontend::read_tensor_file(path);
  if (!read) return located_at(path, read.faults());
  auto owner = std::make_shared<frontend::TensorFile>(std::move(*read));
  NamedTensor tensor{owner->name, {}, path.filename().string()};
  tensor.value.element = owner->data.type;
  tensor.value.dims = owner->data.dims;
  tensor.value.bytes = owner->data.bytes();
  tensor.value.owner = std::move(owner);
  return tensor;
}

ir::Result<std::vector<NamedTensor>> read_pbs(const fs::path& folder, std::string_view prefix,
                                              std::string_view suffix) {
  std::vector<NamedTensor> tensors;
  for (const fs::path& path : numbered(folder, prefix, suffix)) {
    ir::Result<NamedTensor> tensor = read_pb(path);
    if (!tensor) return tensor.faults();
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

ir::Result<std::vector<NamedTensor>> read_archive(const fs::path& path) {
  ir::Result<std::vector<frontend::NumpyArray>> arrays = frontend::read_npz(path);
  if (!arrays) return located_at(path, arrays.faults());
  std::vector<NamedTensor> tensors;
  for (frontend::NumpyArray& array : *arrays) {
    tensors.push_back({array.name, ir::make_literal(array.type, std::move(array.dims), std::move(array.bytes)),
                       path.filename().string()});
  }
  return tensors;
}

ir::Result<std::vector<NamedTensor>> read_side(const fs::path& folder, const std::string& side) {
  const fs::path archive = folder / (side + "s.npz");
  if (fs::exists(archive)) return read_archive(archive);
  const bool is_plain = !numbered(folder, side + "_", ".pb").empty();
  return is_plain ? read_pbs(folder, side + "_", ".pb") : read_pbs(folder, "test_data_", "_" + side + ".pb");
}

std::string shape_text(std::span<const int64_t> dims) { return fmt::format("[{}]", fmt::join(dims, ",")); }

ir::Status check_input(const NamedTensor& tensor, const TensorDescription& input) {
  const std::string where = fmt::format("{}: input \"{}\"", tensor.file, input.name);
  const bool is_any_float = ir::is_float(tensor.value.element) && ir::is_float(input.element);
  if (tensor.value.element != input.element && !is_any_float) {
    return ir::input_fault("type-mismatch", where, "expected {}, found {}", ir::info(input.element).name,
                           ir::info(tensor.value.element).name);
  }
  if (tensor.value.dims.size() != input.dims.size()) {
    return ir::input_fault("rank-mismatch", where, "expected {} dimensions, found {}", input.dims.size(),
                           shape_text(tensor.value.dims));
  }
  return {};
}

}  // namespace

std::vector<fs::path> data_sets_in(const fs::path& folder) {
  if (fs::exists(folder / "inputs.npz") || fs::exists(folder / "outputs.npz") ||
      !numbered(folder, "output_", ".pb").empty() || !numbered(folder, "test_data_", "_output.pb").empty()) {
    return {folder};
  }
  return numbered(folder, "test_data_set_", "");
}

ir::Result<DataSet> read_data_set(const fs::path& folder) {
  DataSet set;
  ir::Result<std::vector<NamedTensor>> inputs = read_side(folder, "input");
  if (!inputs) return inputs.faults();
  ir::Result<std::vector<NamedTensor>> outputs = read_side(folder, "output");
  if (!outputs) return outputs.faults();
  if (outputs->empty()) {
    return ir::input_fault("no-data", folder.string(), "expected output_0.pb or outputs.npz, found neither");
  }
  return DataSet{std::move(*inputs), std::move(*outputs)};
}

std::vector<int> match_names(std::span<const NamedTensor> tensors, std::span<const TensorDescription> signatures) {
  std::vector<int> match(signatures.size(), -1);
  size_t matched = 0;
  for (size_t i = 0; i < signatures.size(); ++i) {
    for (size_t k = 0; k < tensors.size(); ++k) {
      if (tensors[k].name == signatures[i].name && match[i] < 0) {
        match[i] = static_cast<int>(k);
        ++matched;
      }
    }
  }
  if (matched == std::min(tensors.size(), signatures.size())) return match;
  for (size_t i = 0; i < signatures.size(); ++i) match[i] = i < tensors.size() ? static_cast<int>(i) : -1;
  return match;
}

ir::Literal as_float_type(const ir::Literal& value, ir::ElementType element) {
  if (value.element == element || !ir::is_float(value.element) || !ir::is_float(element)) return value;
  const int64_t count = value.element_count();
  std::vector<std::byte> bytes(static_cast<size_t>(count * ir::size_of(element)));
  for (int64_t i = 0; i < count; ++i) {
    const ir::Scalar converted = ir::convert(value.at(i), value.element, element);
    ir::store_scalar(bytes.data() + i * ir::size_of(element), element, converted);
  }
  return ir::make_literal(element, value.dims, std::move(bytes));
}

ir::Result<std::vector<ir::Literal>> inputs_for(std::span<const NamedTensor> tensors,
                                                std::span<const TensorDescription> inputs) {
  const std::vector<int> match = match_names(tensors, inputs);
  std::vector<ir::Literal> values;
  ir::Status status;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (match[i] < 0) {
      status.merge(ir::input_fault("missing-input", fmt::format("input \"{}\"", inputs[i].name),
                                   "expected a file for each of {} inputs, found {} files", inputs.size(),
                                   tensors.size()));
      continue;
    }
    const NamedTensor& tensor = tensors[static_cast<size_t>(match[i])];
    status.merge(check_input(tensor, inputs[i]));
    values.push_back(as_float_type(tensor.value, inputs[i].element));
  }
  if (!status) return status.faults();
  return values;
}

}  // namespace burin::tools
