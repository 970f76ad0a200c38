// How much of a model file burin is willing to take in. Everything here is checked before protobuf allocates anything.
#pragma once

#include <cstdint>

namespace burin::frontend {

struct Limits {
  int64_t max_nodes = 1'000'000;    // of all graphs, subgraphs and functions together
  int64_t max_tensors = 1'000'000;  // initializers, attribute values, both halves of a sparse tensor
  int64_t max_depth = 200;          // messages inside messages; a subgraph costs three. Recursion is bounded by it
  int64_t max_constant_bytes = int64_t{4}
                               << 30;  // of all tensors as declared by shape and type, external data included

  // Reading a model takes at most `base + per_file_byte * file size + per_node * nodes` of memory above the mapped file
  // (its touched pages are one file size more). A file that needs more is refused.
  int64_t base_memory = int64_t{48} << 20;
  int64_t memory_per_file_byte = 3;
  int64_t memory_per_node = 1024;
};

}  // namespace burin::frontend
