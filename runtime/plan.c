// Places buffers of known size and life into one arena, greedily, largest first (ties: lowest index first), each at the
// lowest offset where it overlaps no placed buffer that is alive at the same step. Largest first, because small buffers
// fill the gaps that large ones leave (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference",
// 2020, section 5.2). O(n^2) steps for n buffers, and the same plan on every machine.
#include <string.h>

#include "context.h"

int burin_rt_add_aligned(int64_t start, int64_t bytes, int64_t *end) {
  ptrdiff_t padded, sum;
  if (start < 0 || bytes < 0) return 1;
  if (__builtin_add_overflow(bytes, (int64_t)BURIN_ALIGNMENT - 1, &padded)) return 1;
  padded -= padded % (ptrdiff_t)BURIN_ALIGNMENT;
  if (__builtin_add_overflow(start, padded, &sum)) return 1;
  *end = sum;
  return 0;
}

static int lives_meet(burin_interval a, burin_interval b) { return a.first <= b.last && b.first <= a.last; }

// The largest buffer without an offset, -1: all have one.
static int32_t next_buffer(int32_t n, const int64_t *bytes, const int64_t *offsets) {
  int32_t best = -1;
  for (int32_t i = 0; i < n; ++i) {
    if (offsets[i] < 0 && (best < 0 || bytes[i] > bytes[best])) best = i;
  }
  return best;
}

// The lowest offset for `buffer` beside the placed ones, which `order` lists by offset.
static int64_t first_fit(int32_t buffer, const burin_interval *intervals, const int64_t *bytes, const int64_t *offsets,
                         const int32_t *order, int32_t n_placed) {
  int64_t at = 0;
  for (int32_t p = 0; p < n_placed; ++p) {
    int32_t other = order[p];
    if (!lives_meet(intervals[buffer], intervals[other])) continue;
    if (offsets[other] - at >= bytes[buffer]) break;
    int64_t end = 0;
    (void)burin_rt_add_aligned(offsets[other], bytes[other], &end);  // did not overflow when `other` was placed
    if (end > at) at = end;
  }
  return at;
}

burin_status burin_rt_plan(int32_t n, const burin_interval *intervals, const int64_t *bytes, int64_t *offsets,
                           int32_t *order, size_t *arena_bytes) {
  for (int32_t i = 0; i < n; ++i) {
    if (bytes[i] < 0) return BURIN_ARENA_TOO_LARGE;
    offsets[i] = bytes[i] > 0 && intervals[i].first <= intervals[i].last ? -1 : 0;
  }
  int64_t arena = 0;
  int32_t n_placed = 0;
  for (int32_t buffer = next_buffer(n, bytes, offsets); buffer >= 0; buffer = next_buffer(n, bytes, offsets)) {
    int64_t offset = first_fit(buffer, intervals, bytes, offsets, order, n_placed);
    int64_t end;
    if (burin_rt_add_aligned(offset, bytes[buffer], &end)) return BURIN_ARENA_TOO_LARGE;
    if (end > arena) arena = end;
    offsets[buffer] = offset;
    int32_t slot = n_placed;
    while (slot > 0 && offsets[order[slot - 1]] > offset) --slot;
    memmove(order + slot + 1, order + slot, (size_t)(n_placed - slot) * sizeof *order);
    order[slot] = buffer;
    ++n_placed;
  }
  *arena_bytes = (size_t)arena;
  return BURIN_OK;
}
