// Arrays as numpy saves them: one in an .npy file, several by name in an .npz file. For inputs and expected outputs of
// models; nothing is written here. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "ir/base/element_type.h"
#include "ir/base/result.h"

namespace burin::frontend {

struct NumpyArray {
  std::string name;  // of the entry, without ".npy"
  ir::ElementType type = ir::ElementType::kF32;
  std::vector<int64_t> dims;
  std::vector<std::byte> bytes;  // row-major, little-endian, as many as type and dims say; booleans are 0 or 1
};

// Of all arrays of one file together.
inline constexpr int64_t kMostNumpyBytes = int64_t{4} << 30;

// In the order of the file; names are distinct. Unsupported: big-endian numbers, strings, objects, records
// and dates. Those that numpy pickles are never looked into.
ir::Result<std::vector<NumpyArray>> read_npz(const std::filesystem::path& path, int64_t max_bytes = kMostNumpyBytes);
ir::Result<std::vector<NumpyArray>> read_npz_bytes(std::span<const std::byte> file,
                                                   int64_t max_bytes = kMostNumpyBytes);

// The array has no name.
ir::Result<NumpyArray> read_npy_bytes(std::span<const std::byte> file);

}  // namespace burin::frontend
