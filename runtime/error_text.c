// The words of last_error: patterns with `%` for names and numbers, written into the context.
#include <string.h>

#include "context.h"

typedef struct text_writer {
  char *at;
  char *end;  // the last byte, kept for the 0
} text_writer;

static void put_text(text_writer *out, const char *text) {
  while (*text != '\0' && out->at < out->end) *out->at++ = *text++;
}

static void put_number(text_writer *out, int64_t number) {
  char digits[24];
  char *at = digits + sizeof digits - 1;
  uint64_t rest = number < 0 ? 0u - (uint64_t)number : (uint64_t)number;
  *at = '\0';
  do {
    *--at = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (number < 0) *--at = '-';
  put_text(out, at);
}

burin_status burin_rt_fail_more(burin_context *context, burin_status status, const char *pattern,
                                const burin_word *words) {
  text_writer out = {context->error, context->error + sizeof context->error - 1};
  while (*out.at != '\0') ++out.at;
  for (; *pattern != '\0'; ++pattern) {
    if (*pattern != '%') {
      if (out.at < out.end) *out.at++ = *pattern;
    } else if (words->text != NULL) {
      put_text(&out, words++->text);
    } else {
      put_number(&out, words++->number);
    }
  }
  if (out.at == out.end) memcpy(out.end - 3, "...", 3);
  *out.at = '\0';
  return status;
}

burin_status burin_rt_fail(burin_context *context, burin_status status, const char *pattern, const burin_word *words) {
  context->error[0] = '\0';
  return burin_rt_fail_more(context, status, pattern, words);
}

int burin_rt_same_text(const char *a, const char *b) {
  while (*a != '\0' && *a == *b) {
    ++a;
    ++b;
  }
  return *a == *b;
}

const char *burin_rt_status_text(burin_status status) {
  switch ((enum burin_status_code)status) {
    case BURIN_OK: return "ok";
    case BURIN_NULL_ARGUMENT: return "an argument is null";
    case BURIN_WRONG_STRUCT_SIZE: return "a struct_size is too small, or asks for what this library does not know";
    case BURIN_WRONG_ABI: return "not a context, or model and runtime are of different versions";
    case BURIN_WRONG_NAME: return "nothing has this name";
    case BURIN_WRONG_INDEX: return "nothing has this index";
    case BURIN_WRONG_RANK: return "a shape has the wrong number of dimensions";
    case BURIN_WRONG_DIMENSION: return "a dimension differs from what the model needs";
    case BURIN_OUT_OF_BOUNDS: return "a dimension is outside its bounds";
    case BURIN_BUFFER_TOO_SMALL: return "a buffer is too small";
    case BURIN_MISALIGNED: return "a buffer is not aligned";
    case BURIN_NOT_PREPARED: return "the context is not prepared";
    case BURIN_NOT_BOUND: return "a buffer is not bound";
    case BURIN_CPU_LACKS_FEATURE: return "this CPU lacks a feature that the library needs";
    case BURIN_ARENA_TOO_LARGE: return "more memory is needed than can be addressed";
    case BURIN_CHECK_FAILED: return "dimensions that must be equal differ";
    case BURIN_NOT_BUILT_IN: return "the library was built without this";
    case BURIN_WRONG_ARGUMENT: return "an argument has a wrong value";
    case BURIN_WRONG_INTERFACE: return "the library has other inputs, outputs or symbols than its caller expects";
    case BURIN_WRONG_DIGEST:
      return "the library has another model, other weights or other flags than its caller expects";
  }
  return "unknown status";
}

const char *burin_rt_last_error(const burin_context *context) {
  burin_status status = burin_rt_check_context(context);
  return status == BURIN_OK ? context->error : burin_rt_status_text(status);
}
