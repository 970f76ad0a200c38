// Lists of inputs and the .raw files they name, as the QNN tools have them: a line per inference, `name:=path` separated by
// spaces or paths in the order of the inputs; first lines with `#` or `%` choose outputs. Files are elements without a
// header, row-major, little-endian, float32 unless they are native.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "ir/tensor/literal.h"
#include "tools/burin/data/description.h"

namespace burin::tools {

struct InputFile {
  std::string name;  // empty: by position
  std::string path;  // as written
};

struct Inference {
  int line = 0;  // in the list, from 1
  std::vector<InputFile> files;
};

struct InputList {
  std::filesystem::path file;
  std::vector<std::string> outputs;  // chosen by # and % lines; empty: all
  std::vector<Inference> inferences;
};

ir::Result<InputList> parse_input_list(std::string_view text, std::filesystem::path file);
ir::Result<InputList> read_input_list(const std::filesystem::path& file);

// What elements files hold: float32, or those of the tensor's own type.
enum class RawElements : uint8_t { kFloat32, kNative };

// A value per input for one line. Paths are relative to the current folder, else to the list's; what was found only there
// is said on standard error. A file of any other size than its tensor's is refused.
ir::Result<std::vector<ir::Literal>> load_inputs(const InputList& list, const Inference& inference,
                                                 std::span<const TensorDescription> inputs, const Shapes& shapes,
                                                 RawElements elements);

// Bytes of a file as a tensor. An integer that float32 gives as no whole number, or one out of range, is a fault.
ir::Result<ir::Literal> tensor_of_raw(std::vector<std::byte> bytes, ir::ElementType element, std::vector<int64_t> dims,
                                      RawElements elements, const std::string& where);

// The bytes of an output's file.
std::vector<std::byte> raw_of_tensor(const ir::Literal& tensor, RawElements elements);

}  // namespace burin::tools
