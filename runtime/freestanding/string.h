// What the runtime needs of <string.h>, for builds without a C library's headers: objects for every target are compiled on
// machines that have the headers of one.
#ifndef BURIN_FREESTANDING_STRING_H
#define BURIN_FREESTANDING_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);

#endif
