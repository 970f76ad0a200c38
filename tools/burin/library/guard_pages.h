// Buffers between pages that cannot be accessed: an access outside of a buffer ends in a signal instead of in a neighbor.
// A buffer fills whole pages only by chance, so it lies flush with one of its two ends: a run with each finds what goes
// beyond either. The rest of its pages holds a canary, which shows stray writes at the other end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ir/base/result.h"

namespace burin::tools {

// Which byte of a buffer is next to an inaccessible page: its last (as far as its alignment allows) or its first.
enum class Flush : uint8_t { kEnd, kStart };

struct GuardedBuffer {
  std::string name;  // for messages: `input "x"`
  size_t bytes = 0;
  size_t alignment = 1;  // of its first byte, a power of two
};

class GuardPages {
 public:
  // Every byte of the buffers is `poison`. An environment fault when there is too little memory.
  static ir::Result<GuardPages> allocate(std::vector<GuardedBuffer> buffers, Flush flush, std::byte poison);

  // Where offsets count from: the lowest address of all.
  std::byte* base() const { return region_.get(); }
  // Of buffer i; a buffer of no bytes has an address, too, that cannot be accessed.
  std::span<std::byte> operator[](size_t i) const { return {places_[i].data, buffers_[i].bytes}; }

  // A write to buffer i ends in a signal from now on.
  void make_read_only(size_t i) const;

  // `byte 24 of input "x", which has 24 bytes`, the buffer being the nearest one; empty for an address far from all of them.
  std::string place_of(const void* address) const;
  // The same for the first byte of the canaries that has changed; empty when none has.
  std::string overwritten() const;

 private:
  // Without an initializer, which would make the deleter default-constructible only where the class is complete.
  struct Unmap {
    size_t bytes;
    void operator()(std::byte* region) const;
  };
  struct Place {
    std::byte* pages;   // accessible from here ..
    size_t page_bytes;  // .. for so many bytes
    std::byte* data;
  };
  std::string describe(size_t i, const std::byte* address) const;

  std::unique_ptr<std::byte, Unmap> region_;
  std::vector<GuardedBuffer> buffers_;
  std::vector<Place> places_;  // ascending
};

}  // namespace burin::tools
