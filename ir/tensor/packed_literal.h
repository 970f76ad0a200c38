// Weights in the order that kernels read them: a literal as the model has it, and the layout in which it is stored. The
// elements are rearranged while they are read, a run at a time, so that a model's weights are in memory once, as the pages
// of its file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ir/tensor/layout.h"
#include "ir/tensor/literal.h"

namespace burin::ir {

struct PackedLiteral {
  Literal logical;
  Layout layout = {};

  std::vector<int64_t> dims() const;  // the physical ones
  int64_t byte_count() const;         // places that pad a dimension included
};

// All elements in their order; places that pad a dimension hold zero. A splat stays a splat, and where the layout is empty
// the bytes are shared.
Literal repacked(const PackedLiteral& literal);

// Reads what `repacked` gives from first to last. For literals that are no splats and have a layout; it refers to `literal`.
class PackedReader {
 public:
  explicit PackedReader(const PackedLiteral& literal);

  // Writes the next elements to `to`, as many as fit and are left, and returns their bytes; 0 at the end.
  size_t read(std::span<std::byte> to);

 private:
  // One physical dimension: its extent, and what a step of it adds to the logical index it is part of.
  struct Dimension {
    int64_t extent;
    size_t logical;
    int64_t scale;  // the factor for a quotient, 1 otherwise
  };

  int64_t inside_of_row(int64_t most) const;
  void next_row();

  const Literal& logical_;
  std::vector<Dimension> outer_;
  Dimension row_{};               // the innermost one
  std::vector<int64_t> strides_;  // of logical dimensions, in elements
  std::vector<int64_t> at_;       // by outer dimension
  int64_t at_in_row_ = 0;
  std::vector<int64_t> index_;  // by logical dimension, of the row's first place
  bool is_at_end_ = false;
};

}  // namespace burin::ir
