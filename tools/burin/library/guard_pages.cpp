#include "tools/burin/library/guard_pages.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace burin::tools {
namespace {

// Inaccessible bytes between two buffers: a multiple of every page size, and more than the rows that a stray access skips.
constexpr size_t kGap = size_t{4} << 20;
constexpr std::byte kCanary{0xc5};

size_t page_size() {
  static const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

ir::Diagnostic no_memory(size_t bytes) {
  return ir::environment_fault("memory", "--guard_pages", "expected {} bytes of memory between guard pages, found: {}",
                               bytes, std::strerror(errno));
}

}  // namespace

void GuardPages::Unmap::operator()(std::byte* region) const { munmap(region, bytes); }

ir::Result<GuardPages> GuardPages::allocate(std::vector<GuardedBuffer> buffers, Flush flush, std::byte poison) {
  const size_t page = page_size();
  std::vector<size_t> rounded;
  size_t total = kGap;
  for (const GuardedBuffer& buffer : buffers) {
    if (buffer.bytes > PTRDIFF_MAX / 2 || total > PTRDIFF_MAX / 2) return no_memory(buffer.bytes);
    rounded.push_back((buffer.bytes + page - 1) / page * page);
    total += rounded.back() + kGap;
  }
  void* const region = mmap(nullptr, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) return no_memory(total);
  GuardPages made;
  made.region_ = {static_cast<std::byte*>(region), Unmap{total}};
  std::byte* at = made.region_.get() + kGap;
  for (size_t i = 0; i < buffers.size(); ++i) {
    if (rounded[i] > 0 && mprotect(at, rounded[i], PROT_READ | PROT_WRITE) != 0) return no_memory(rounded[i]);
    const size_t slack = rounded[i] - buffers[i].bytes;
    const size_t before = flush == Flush::kStart ? 0 : slack / buffers[i].alignment * buffers[i].alignment;
    made.places_.push_back({at, rounded[i], at + before});
    std::fill_n(at, rounded[i], kCanary);
    std::fill_n(at + before, buffers[i].bytes, poison);
    at += rounded[i] + kGap;
  }
  made.buffers_ = std::move(buffers);
  return made;
}

void GuardPages::make_read_only(size_t i) const {
  const Place& place = places_[i];
  if (place.page_bytes > 0) mprotect(place.pages, place.page_bytes, PROT_READ);
}

std::string GuardPages::describe(size_t i, const std::byte* address) const {
  return fmt::format("byte {} of {}, which has {} bytes", address - places_[i].data, buffers_[i].name,
                     buffers_[i].bytes);
}

std::string GuardPages::place_of(const void* address) const {
  const auto* byte = static_cast<const std::byte*>(address);
  if (places_.empty() || byte < base() || byte >= base() + region_.get_deleter().bytes) return {};
  // The gap before a buffer and the gap after it are each split in the middle.
  for (size_t i = 0; i + 1 < places_.size(); ++i) {
    if (byte < places_[i].pages + places_[i].page_bytes + kGap / 2) return describe(i, byte);
  }
  return describe(places_.size() - 1, byte);
}

std::string GuardPages::overwritten() const {
  for (size_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    const std::byte* const end = place.pages + place.page_bytes;
    const auto is_changed = [](std::byte byte) { return byte != kCanary; };
    const std::byte* const data_end = place.data + buffers_[i].bytes;
    if (const std::byte* found = std::find_if(data_end, end, is_changed); found != end) return describe(i, found);
    const std::byte* const front = place.pages;
    const std::byte* const data = place.data;
    if (const std::byte* found = std::find_if(front, data, is_changed); found != data) return describe(i, found);
  }
  return {};
}

}  // namespace burin::tools
