// One blob of weights for all variants of a model: constants that are the same bytes are stored once.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "ir/loop/loop.h"

namespace burin::codegen {

// The places of one module's constants: (offset in the module, offset in the weights), ascending.
using ConstantPlaces = std::vector<std::pair<int64_t, int64_t>>;

struct WeightsLayout {
  std::vector<ir::ConstantPiece> pieces;  // ascending, each 64-byte aligned; literals share the modules' bytes
  int64_t bytes = 0;                      // a multiple of 64
  std::vector<ConstantPlaces> places;     // by module
};

WeightsLayout lay_out_weights(std::span<const ir::Module* const> modules);

// Calls `append(std::span<const std::byte>)` with the bytes of the weights from first to last, padding and splats included,
// in runs of bounded length; the bytes of a literal without a layout are passed as they lie.
template <class Append>
void for_each_run(std::span<const ir::ConstantPiece> pieces, int64_t total_bytes, Append&& append);

// --- Implementation of the template.
namespace detail {
// `count` bytes of `pattern` repeated; runs are multiples of its size, which is a power of two of at most 8.
template <class Append>
void append_repeated(std::span<const std::byte> pattern, int64_t count, Append& append) {
  std::byte run[4096];
  for (size_t i = 0; i < sizeof run; ++i) run[i] = pattern[i % pattern.size()];
  for (int64_t left = count; left > 0; left -= static_cast<int64_t>(sizeof run)) {
    append(
        std::span<const std::byte>(run, static_cast<size_t>(left < int64_t{sizeof run} ? left : int64_t{sizeof run})));
  }
}

template <class Append>
void append_packed(const ir::PackedLiteral& literal, Append& append) {
  std::vector<std::byte> run(size_t{1} << 16);
  ir::PackedReader reader(literal);
  while (const size_t bytes = reader.read(run)) append(std::span<const std::byte>(run.data(), bytes));
}
}  // namespace detail

template <class Append>
void for_each_run(std::span<const ir::ConstantPiece> pieces, int64_t total_bytes, Append&& append) {
  const std::byte zero[1] = {};
  int64_t written = 0;
  for (const ir::ConstantPiece& piece : pieces) {
    detail::append_repeated(zero, piece.offset - written, append);
    const int64_t bytes = piece.literal.byte_count();
    const ir::Literal& logical = piece.literal.logical;
    if (logical.splat) {
      if (bytes > 0) detail::append_repeated(logical.bytes, bytes, append);
    } else if (piece.literal.layout.empty()) {
      append(logical.bytes);
    } else {
      detail::append_packed(piece.literal, append);
    }
    written = piece.offset + bytes;
  }
  detail::append_repeated(zero, total_bytes - written, append);
}

}  // namespace burin::codegen
