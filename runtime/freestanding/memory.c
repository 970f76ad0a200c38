// memcpy, memmove and memset for shared libraries, so that they need no other library. Hidden: programs keep their own.
// The runtime copies a few hundred bytes per call; kernels copy with their own loops.
#include <stddef.h>

#pragma GCC visibility push(hidden)
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
#pragma GCC visibility pop

void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
  unsigned char *restrict target = to;
  const unsigned char *restrict source = from;
  for (size_t i = 0; i < bytes; ++i) target[i] = source[i];
  return to;
}

void *memmove(void *to, const void *from, size_t bytes) {
  unsigned char *target = to;
  const unsigned char *source = from;
  if (target <= source) {
    for (size_t i = 0; i < bytes; ++i) target[i] = source[i];
  } else {
    for (size_t i = bytes; i > 0; --i) target[i - 1] = source[i - 1];
  }
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  unsigned char *target = to;
  for (size_t i = 0; i < bytes; ++i) target[i] = (unsigned char)value;
  return to;
}
