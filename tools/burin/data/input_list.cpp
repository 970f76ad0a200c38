#include "tools/burin/data/input_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <utility>

#include "ir/base/checked.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const size_t end = std::min(line.find_first_of(" \t"), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

InputFile input_file(std::string_view word) {
  const size_t at = word.find(":=");
  if (at == std::string_view::npos) return {"", std::string(word)};
  return {std::string(word.substr(0, at)), std::string(word.substr(at + 2))};
}

ir::Result<std::vector<std::byte>> read_file(const fs::path& path) {
  std::error_code error;
  if (const fs::file_status status = fs::status(path, error); fs::exists(status) && !fs::is_regular_file(status)) {
    // Of these it cannot be said how long they are, and a pipe that nobody writes to would be waited for.
    return ir::input_fault("missing-file", path.string(), "expected a file, found a {}",
                           fs::is_directory(status) ? "folder" : "pipe or device");
  }
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = file ? static_cast<std::streamoff>(file.tellg()) : std::streamoff{-1};
  if (size < 0) return ir::input_fault("missing-file", path.string(), "expected a file: {}", std::strerror(errno));
  std::vector<std::byte> bytes(static_cast<size_t>(size));
  file.seekg(0);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), size)) {
    return ir::environment_fault("unreadable-file", path.string(), "cannot read: {}", std::strerror(errno));
  }
  return bytes;
}

// Where the file is: seen from the current folder, else from the list's.
fs::path resolve(const InputList& list, const std::string& path) {
  std::error_code error;
  fs::path beside = list.file.parent_path() / path;
  if (fs::exists(path, error) || beside == path || !fs::exists(beside, error)) return path;
  fmt::print(stderr, "{}: reading {} from the list's folder\n", list.file.string(), beside.string());
  return beside;
}

// Which file of the line is for which input; -1 for none.
ir::Result<std::vector<int>> assign(const Inference& inference, std::span<const TensorDescription> inputs,
                                    const std::string& where) {
  if (inference.files.size() != inputs.size()) {
    return ir::input_fault("input-list", where, "expected {} files, one per input, found {}", inputs.size(),
                           inference.files.size());
  }
  std::vector<int> file_of(inputs.size(), -1);
  ir::Status status;
  for (size_t i = 0; i < inference.files.size(); ++i) {
    const std::string& name = inference.files[i].name;
    size_t input = i;
    if (!name.empty()) {
      const auto found =
          std::find_if(inputs.begin(), inputs.end(), [&](const auto& each) { return each.name == name; });
      input = static_cast<size_t>(found - inputs.begin());
    }
    if (input == inputs.size()) {
      status.merge(ir::input_fault("input-list", where, "expected the name of an input, found \"{}\"", name));
    } else if (file_of[input] >= 0) {
      status.merge(
          ir::input_fault("input-list", where, "expected one file for input \"{}\", found two", inputs[input].name));
    } else {
      file_of[input] = static_cast<int>(i);
    }
  }
  if (!status) return status.faults();
  return file_of;
}

// `value` as an element of an integer type or bool; absent when it is none.
std::optional<ir::Scalar> whole_number(double value, ir::ElementType element) {
  const int bits = ir::size_of(element) * 8;
  const bool is_bool = element == ir::ElementType::kBool;
  const double least = is_bool || ir::is_unsigned(element) ? 0 : -std::ldexp(1.0, bits - 1);
  const double beyond = is_bool ? 2 : std::ldexp(1.0, ir::is_unsigned(element) ? bits : bits - 1);
  if (!(value >= least && value < beyond) || value != std::trunc(value)) return std::nullopt;
  ir::Scalar scalar;
  scalar.integer = value >= 0x1p63 ? static_cast<int64_t>(static_cast<uint64_t>(value)) : static_cast<int64_t>(value);
  return scalar;
}

}  // namespace

ir::Result<InputList> parse_input_list(std::string_view text, fs::path file) {
  InputList list;
  list.file = std::move(file);
  ir::Status status;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.front() == '#' || line.front() == '%') {
      if (!list.inferences.empty()) {
        status.merge(ir::input_fault("input-list", fmt::format("line {}", number),
                                     "expected lines that choose outputs before all inputs, found \"{}\"", line));
      }
      for (std::string_view name : words_of(line.substr(1))) list.outputs.emplace_back(name);
      continue;
    }
    Inference& inference = list.inferences.emplace_back();
    inference.line = number;
    for (std::string_view word : words_of(line)) inference.files.push_back(input_file(word));
  }
  if (list.inferences.empty()) {
    status.merge(ir::input_fault("input-list", "", "expected a line of files per inference, found none"));
  }
  if (!status) return status.faults();
  return list;
}

ir::Result<InputList> read_input_list(const fs::path& file) {
  const ir::Result<std::vector<std::byte>> bytes = read_file(file);
  if (!bytes) return bytes.faults();
  return parse_input_list({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, file);
}

ir::Result<std::vector<ir::Literal>> load_inputs(const InputList& list, const Inference& inference,
                                                 std::span<const TensorDescription> inputs, const Shapes& shapes,
                                                 RawElements elements) {
  const ir::Result<std::vector<int>> file_of = assign(inference, inputs, fmt::format("line {}", inference.line));
  if (!file_of) return file_of.faults();
  std::vector<ir::Literal> values;
  ir::Status status;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const fs::path path = resolve(list, inference.files[static_cast<size_t>((*file_of)[i])].path);
    ir::Result<std::vector<std::byte>> bytes = read_file(path);
    if (!bytes) {
      status.merge(bytes.faults());
      continue;
    }
    const std::string where = fmt::format("{}: input \"{}\"", path.string(), inputs[i].name);
    ir::Result<ir::Literal> value = tensor_of_raw(std::move(*bytes), inputs[i].element, shapes[i], elements, where);
    if (value) {
      values.push_back(std::move(*value));
    } else {
      status.merge(value.faults());
    }
  }
  if (!status) return status.faults();
  return values;
}

ir::Result<ir::Literal> tensor_of_raw(std::vector<std::byte> bytes, ir::ElementType element, std::vector<int64_t> dims,
                                      RawElements elements, const std::string& where) {
  const ir::ElementType held = elements == RawElements::kNative ? element : ir::ElementType::kF32;
  const std::optional<int64_t> count = ir::checked_product(dims);
  const std::optional<int64_t> size = count ? ir::checked_mul(*count, ir::size_of(held)) : std::nullopt;
  if (!size || *size != static_cast<int64_t>(bytes.size())) {
    return ir::input_fault("input-size", where, "expected {} bytes ({}[{}]), found {}", size.value_or(-1),
                           ir::info(held).name, fmt::join(dims, ","), bytes.size());
  }
  if (held == element) return ir::make_literal(element, std::move(dims), std::move(bytes));
  std::vector<std::byte> converted(static_cast<size_t>(*count) * static_cast<size_t>(ir::size_of(element)));
  for (int64_t i = 0; i < *count; ++i) {
    ir::Scalar value = ir::load_scalar(bytes.data() + i * ir::size_of(held), held);
    if (ir::is_float(element)) {
      value = ir::convert(value, held, element);
    } else if (const std::optional<ir::Scalar> whole = whole_number(value.number, element)) {
      value = *whole;
    } else {
      ir::Diagnostic fault = ir::input_fault("input-value", where, "element {}: expected a number of type {}, found {}",
                                             i, ir::info(element).name, value.number);
      fault.hint = "--use_native_input_files reads files of that type";
      return fault;
    }
    ir::store_scalar(converted.data() + i * ir::size_of(element), element, value);
  }
  return ir::make_literal(element, std::move(dims), std::move(converted));
}

std::vector<std::byte> raw_of_tensor(const ir::Literal& tensor, RawElements elements) {
  if (elements == RawElements::kNative && !tensor.splat) return {tensor.bytes.begin(), tensor.bytes.end()};
  const ir::ElementType held = elements == RawElements::kNative ? tensor.element : ir::ElementType::kF32;
  const int64_t count = tensor.element_count();
  std::vector<std::byte> bytes(static_cast<size_t>(count * ir::size_of(held)));
  for (int64_t i = 0; i < count; ++i) {
    ir::store_scalar(bytes.data() + i * ir::size_of(held), held, ir::convert(tensor.at(i), tensor.element, held));
  }
  return bytes;
}

}  // namespace burin::tools
