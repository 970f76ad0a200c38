#include "tools/burin/library/emulated_model.h"

#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "codegen/cpp/run_program.h"
#include "ir/base/checked.h"
#include "tools/burin/data/input_list.h"

namespace burin::tools {
namespace {

void write_number(std::ofstream& file, int64_t number) {
  file.write(reinterpret_cast<const char*>(&number), sizeof number);
}

ir::Status write_tensors(const std::filesystem::path& path, std::span<const ir::Literal> tensors) {
  std::ofstream file(path, std::ios::binary);
  for (const ir::Literal& tensor : tensors) {
    const std::vector<std::byte> bytes = raw_of_tensor(tensor, RawElements::kNative);
    write_number(file, static_cast<int64_t>(tensor.dims.size()));
    for (int64_t dim : tensor.dims) write_number(file, dim);
    write_number(file, static_cast<int64_t>(bytes.size()));
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  file.close();
  return file ? ir::Status() : ir::environment_fault("output", path.string(), "cannot write");
}

// What is left of a file that is read from the front.
using Rest = std::span<const char>;

std::optional<int64_t> take_number(Rest& rest) {
  int64_t number = 0;
  if (rest.size() < sizeof number) return std::nullopt;
  std::memcpy(&number, rest.data(), sizeof number);
  rest = rest.subspan(sizeof number);
  return number;
}

std::optional<ir::Literal> take_tensor(Rest& rest, ir::ElementType element) {
  const std::optional<int64_t> rank = take_number(rest);
  if (!rank || *rank < 0 || *rank > ir::kMostRank) return std::nullopt;
  std::vector<int64_t> dims;
  for (int64_t axis = 0; axis < *rank; ++axis) {
    const std::optional<int64_t> dim = take_number(rest);
    if (!dim) return std::nullopt;
    dims.push_back(*dim);
  }
  const std::optional<int64_t> bytes = take_number(rest);
  const std::optional<int64_t> count = ir::checked_product(dims);
  const std::optional<int64_t> expected = count ? ir::checked_mul(*count, ir::size_of(element)) : std::nullopt;
  if (!bytes || bytes != expected || *bytes > static_cast<int64_t>(rest.size())) return std::nullopt;
  const std::span<const std::byte> data = std::as_bytes(rest.first(static_cast<size_t>(*bytes)));
  rest = rest.subspan(data.size());
  return ir::make_literal(element, std::move(dims), {data.begin(), data.end()});
}

std::string contents_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

ir::Result<std::vector<ir::Literal>> run_emulated(const EmulatedModel& model,
                                                  std::span<const TensorDescription> outputs,
                                                  std::span<const ir::Literal> inputs) {
  const codegen::ScratchFolder& folder = *model.folder;
  if (ir::Status status = write_tensors(folder.path_of("inputs"), inputs); !status) return status.faults();
  std::vector<std::string> words = model.command;
  for (const char* name : {"model.so", "inputs", "outputs"}) words.push_back(folder.path_of(name));
  const ir::Result<int> code = codegen::run_program(words, folder.path_of("log"));
  if (!code) return code.faults();
  if (*code != 0) {
    return ir::environment_fault("emulator", "--emulator", "expected {} to end with exit code 0, found {}: {}",
                                 words[0], *code, contents_of(folder.path_of("log")));
  }
  const std::string written = contents_of(folder.path_of("outputs"));
  Rest rest(written);
  std::vector<ir::Literal> values;
  for (const TensorDescription& output : outputs) {
    std::optional<ir::Literal> value = take_tensor(rest, output.element);
    if (!value)
      return ir::environment_fault("emulator", "--emulator", "expected all outputs, found a broken \"{}\"",
                                   output.name);
    values.push_back(std::move(*value));
  }
  return values;
}

}  // namespace burin::tools
