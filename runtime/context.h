// What the runtime's own files share: the context, its error text, structs of other versions, checked arithmetic, the
// planner and the CPU query. Private; burin.h and model.h are the interfaces.
#ifndef BURIN_CONTEXT_H_
#define BURIN_CONTEXT_H_

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BURIN_CONTEXT_MAGIC UINT64_C(0x3174786e69727562)  // "burinxt1": tells a context from other memory

typedef struct burin_symbol_source {  // the input dimension that gave a symbol its value; input -1: none yet
  int32_t input;
  int32_t dimension;
} burin_symbol_source;

// At the start of the caller's memory; the arrays follow it there (carve_context).
struct burin_context {
  uint64_t magic;
  const burin_model_data *model;
  const burin_variant *variant;  // chosen by prepare
  uint64_t cpu_features;
  const unsigned char *weights;
  burin_thread_pool pool;  // a copy; struct_size 0: none
  unsigned char *arena;
  size_t arena_bytes;  // bound
  size_t plan_bytes;   // needed: buffers, then states
  size_t states_start;
  int32_t prepared;

  int64_t *symbols;              // n_symbols; opaque ones: the bound, after execute the value found
  int64_t *limits;               // n_symbols: planned upper bounds
  burin_symbol_source *sources;  // n_input_symbols
  const void **inputs;           // n_inputs
  void **outputs;                // n_outputs
  size_t *input_bytes;           // n_inputs: needed
  size_t *output_bytes;          // n_outputs: needed
  size_t *input_room;            // n_inputs: bound, SIZE_MAX when not bound
  size_t *output_room;           // n_outputs
  int32_t *output_of_state;      // n_inputs: the aliased output, -1: not a state
  int32_t *state_of_output;      // n_outputs: the aliased input, -1: not a state
  int64_t *output_dims;          // of all outputs, one after the other
  int64_t *pairs;                // 2 n_checks
  int64_t *sizes;                // most n_buffers of any variant
  int64_t *offsets;              // same
  int32_t *order;                // same; the planner's scratch

  char error[320];
};

#pragma GCC visibility push(hidden)

// error_text.c

// A word that takes the place of a `%` in a pattern: text, or a number where text is NULL.
typedef struct burin_word {
  const char *text;
  int64_t number;
} burin_word;

static inline burin_word burin_text(const char *text) {
  burin_word word = {text, 0};
  return word;
}

static inline burin_word burin_number(int64_t number) {
  burin_word word = {NULL, number};  // NOLINT(modernize-use-nullptr): C, that tests in C++ include
  return word;
}

// Writes the pattern with its words into context->error, cut to fit, and returns `status`.
__attribute__((cold)) burin_status burin_rt_fail(burin_context *context, burin_status status, const char *pattern,
                                                 const burin_word *words);
// Same, after what is there.
__attribute__((cold)) burin_status burin_rt_fail_more(burin_context *context, burin_status status, const char *pattern,
                                                      const burin_word *words);
int burin_rt_same_text(const char *a, const char *b);

// abi.c

// Copies a caller's struct of any version into ours (`known` bytes), zeroing what theirs lacks. `first` is the size of
// the struct's first version. BURIN_NULL_ARGUMENT, BURIN_WRONG_STRUCT_SIZE.
burin_status burin_rt_read_struct(void *ours, size_t known, size_t first, const void *theirs);
// Whether a caller's struct may be filled; same errors.
burin_status burin_rt_check_struct(size_t first, const void *theirs);
// Fills a checked struct of theirs from ours, leaving its struct_size.
void burin_rt_write_struct(void *theirs, const void *ours, size_t known);
// The model behind an api, or BURIN_NULL_ARGUMENT, BURIN_WRONG_ABI.
burin_status burin_rt_model_of(const burin_model_api *api, const burin_model_data **model);
// BURIN_OK if `context` is one: not NULL, and made by context_create.
burin_status burin_rt_check_context(const burin_context *context);

// cpu_features.c

uint64_t burin_rt_cpu_features(void);
const char *burin_rt_feature_name(int32_t bit);
// The first variant whose features are all present, NULL: none.
const burin_variant *burin_rt_best_variant(const burin_model_data *model, uint64_t features);

// plan.c

// Gives each of n buffers an offset, a multiple of BURIN_ALIGNMENT, such that buffers alive at the same step do not
// overlap; stores the arena's size. `order` is scratch of n. BURIN_ARENA_TOO_LARGE when a size is negative or the arena
// is more than PTRDIFF_MAX.
burin_status burin_rt_plan(int32_t n, const burin_interval *intervals, const int64_t *bytes, int64_t *offsets,
                           int32_t *order, size_t *arena_bytes);
// Rounds up to BURIN_ALIGNMENT and adds; nonzero when the sum is negative or more than PTRDIFF_MAX.
int burin_rt_add_aligned(int64_t start, int64_t bytes, int64_t *end);

// tensor.c

// Bytes of an element; 0 for a number that is no element type.
int64_t burin_rt_element_bytes(int32_t element_type);
// Bytes of a tensor; nonzero when a dimension is negative or the product is more than PTRDIFF_MAX.
int burin_rt_tensor_bytes(int32_t element_type, const int64_t *dims, int32_t rank, size_t *bytes);
// The dimensions of all outputs from context->symbols into context->output_dims.
void burin_rt_output_dims(burin_context *context);
// The dimensions of one output in context->output_dims.
int64_t *burin_rt_dims_of_output(const burin_context *context, int32_t output);

// context.c

// BURIN_NULL_ARGUMENT, BURIN_WRONG_ABI, BURIN_NOT_PREPARED, or BURIN_WRONG_INDEX when not 0 <= index < n; `kind` is the
// word for what the index names.
burin_status burin_rt_check_prepared(burin_context *context);
burin_status burin_rt_check_index(burin_context *context, const char *kind, int32_t index, int32_t n);
// BURIN_NOT_BOUND when the plan needs an arena and there is none.
burin_status burin_rt_check_arena(burin_context *context);

// state.c

// Reserves two buffers per state behind `start` bytes of arena. BURIN_WRONG_DIMENSION, BURIN_ARENA_TOO_LARGE.
burin_status burin_rt_plan_states(burin_context *context, size_t start, size_t *end);
// Gives the states their memory in the bound arena and their first value.
void burin_rt_place_states(burin_context *context);
// After an execution: what was written is read next.
void burin_rt_swap_states(burin_context *context);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif  // BURIN_CONTEXT_H_
