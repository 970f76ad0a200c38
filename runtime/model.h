// What generated code hands to the runtime: constant data and function pointers, nothing else. Two emitters produce it
// (C++ text and LLVM constants), so every struct is flat, in a fixed order without hidden padding, and its layout is
// asserted below. Not for users of a model: they read burin.h.
//
// Unlike burin.h this is no promise to strangers: model and runtime are built by the same burin, and the runtime
// refuses a model whose version or size is not its own. Any change here means a new BURIN_MODEL_VERSION.
#ifndef BURIN_MODEL_H_
#define BURIN_MODEL_H_

#include "burin.h"

#ifdef __cplusplus
#define BURIN_STATIC_ASSERT(condition, message) static_assert(condition, message)
extern "C" {
#else
#define BURIN_STATIC_ASSERT(condition, message) _Static_assert(condition, message)
#endif

#define BURIN_MODEL_VERSION 2

// Features of a CPU, one namespace of bits per architecture. A level's bit stands for the whole psABI level and is only
// present together with the levels below.
#define BURIN_CPU_X86_64_V2 (UINT64_C(1) << 0)           // through sse4.2, popcnt
#define BURIN_CPU_X86_64_V3 (UINT64_C(1) << 1)           // avx2, fma, f16c, bmi1, bmi2, lzcnt, movbe
#define BURIN_CPU_X86_64_V4 (UINT64_C(1) << 2)           // avx512 f, bw, cd, dq, vl
#define BURIN_CPU_X86_64_AVX_VNNI (UINT64_C(1) << 3)     // vex-encoded 4-way int8 dot
#define BURIN_CPU_X86_64_AVX512_VNNI (UINT64_C(1) << 4)  // evex-encoded 4-way int8 dot
#define BURIN_CPU_X86_64_AVX512_BF16 (UINT64_C(1) << 5)
#define BURIN_CPU_AARCH64_NEON (UINT64_C(1) << 0)  // the baseline

// 40 bytes: 0 name, 8 layout, 16 dims, 24 element_type, 28 rank, 32 scale, 36 zero_point
typedef struct burin_tensor_data {
  const char *name;
  const char *layout;   // one letter per dimension, or ""; never NULL
  const int64_t *dims;  // rank entries: >= 0 fixed, -(1 + k) symbol k, outputs also BURIN_DIM_COMPUTED; NULL at rank 0
  int32_t element_type;
  int32_t rank;
  float scale;  // 0: not quantized
  int32_t zero_point;
} burin_tensor_data;

// 24 bytes: 0 name, 8 min, 16 max. Bounds are inclusive, 0 <= min <= max, INT64_MAX: unbounded.
typedef struct burin_symbol_data {
  const char *name;
  int64_t min;
  int64_t max;
} burin_symbol_data;

// 24 bytes: 0 found, 8 expected, 16 relation, 20 reserved. Two expressions over input symbols that must be equal for the
// model to make sense; where it broadcasts, one of them may be 1 instead. The texts say where in the inputs they come from.
enum burin_relation {
  BURIN_EQUAL = 0,
  BURIN_FOUND_MAY_BE_ONE = 1,
  BURIN_EITHER_MAY_BE_ONE = 2,
};
typedef struct burin_check_data {
  const char *found;     // `input "b" dimension 1 (C)`
  const char *expected;  // the same of the other, or "" where it is a fixed number
  int32_t relation;
  int32_t reserved;  // 0
} burin_check_data;

// 8 bytes: 0 first, 4 last. The steps, in program order, of the first write and the last read of a buffer, inclusive:
// at equal steps two buffers are both alive. first > last: never alive, its offset means nothing.
typedef struct burin_interval {
  int32_t first;
  int32_t last;
} burin_interval;

// 56 bytes, made by the runtime for each execution: 0 symbols, 8 weights, 16 arena, 24 offsets, 32 inputs, 40 outputs,
// 48 team. Buffer i of the variant is at arena + offsets[i].
typedef struct burin_frame {
  int64_t *symbols;              // n_symbols; execute stores the opaque ones, at most their planned bound
  const unsigned char *weights;  // BURIN_ALIGNMENT, weights_bytes
  unsigned char *arena;          // BURIN_ALIGNMENT; NULL when no buffer needs a byte
  const int64_t *offsets;        // n_buffers
  const void *const *inputs;     // n_inputs, aligned to their element type; NULL possible where empty
  void *const *outputs;          // n_outputs, same
  void *team;                    // NULL: this thread alone
} burin_frame;

// The code for one level of CPU. 96 bytes: 0 target, 8 cpu_features, 16 intervals, 24 offsets, 32 arena_bytes, 40
// sizes, 48 bounds, 56 shapes, 64 checks, 72 execute, 80 n_buffers, 84 reserved, 88 arena_lower_bound.
//
// The functions get all n_symbols values; the opaque ones stand at their planned bound, except in `shapes` after an
// execution. No value may be computed with overflow inside the symbols' bounds: store -1 for a size, a bound or a
// dimension that does not fit int64_t, and the runtime reports it. Sizes and output dimensions must not shrink when an
// opaque symbol grows, since they are planned at its bound (give `N - count` an opaque symbol of its own).
typedef struct burin_variant {
  const char *target;               // "x86_64-v3"
  uint64_t cpu_features;            // all of these must be present; 0: any CPU of this architecture
  const burin_interval *intervals;  // n_buffers; may be NULL when `sizes` is
  const int64_t *offsets;           // the static plan, n_buffers multiples of BURIN_ALIGNMENT; NULL when `sizes` is not
  int64_t arena_bytes;              // of the static plan; 0 when there is none
  void (*sizes)(const int64_t *symbols, int64_t *bytes);  // bytes of each buffer; NULL: the plan is static
  void (*bounds)(int64_t *symbols);                       // from input symbols, stores upper bounds of the opaque ones;
                                                          // NULL: their `max` is the bound
  void (*shapes)(const int64_t *symbols, int64_t *dims);  // dimensions of all outputs, one after the other; NULL: no
                                                          // output has a BURIN_DIM_COMPUTED
  void (*checks)(const int64_t *symbols, int64_t *pairs);  // both sides of each check; NULL when n_checks is 0
  void (*execute)(const burin_frame *frame);
  int32_t n_buffers;
  int32_t reserved;  // 0
  int64_t
      arena_lower_bound;  // most bytes of the static plan's buffers that are alive in one step; 0 when there is none.
                          // For people: the runtime does not read it
} burin_variant;

// 128 bytes: 0 version, 4 struct_size, 8 name, 16 digest, 24 interface_digest, 32 compiler, 40 inputs, 48 outputs,
// 56 symbols, 64 checks, 72 variants, 80 weights, 88 weights_bytes, 96 code_bytes, 104 n_inputs, 108 n_outputs,
// 112 n_symbols, 116 n_input_symbols, 120 n_checks, 124 n_variants. An array of no elements may be NULL.
typedef struct burin_model_data {
  int32_t version;      // BURIN_MODEL_VERSION
  int32_t struct_size;  // sizeof(burin_model_data)
  const char *name;
  const char *digest;
  const char *interface_digest;
  const char *compiler;
  const burin_tensor_data *inputs;
  const burin_tensor_data *outputs;
  const burin_symbol_data *symbols;  // first those of input shapes, then the opaque ones
  const burin_check_data *checks;
  const burin_variant *variants;  // best first
  const unsigned char *weights;   // NULL with weights_bytes > 0: kept outside, the caller binds them
  int64_t weights_bytes;
  int64_t code_bytes;  // 0: not recorded
  int32_t n_inputs;
  int32_t n_outputs;
  int32_t n_symbols;
  int32_t n_input_symbols;
  int32_t n_checks;
  int32_t n_variants;
} burin_model_data;

// The functions behind burin_model_api, in its order. Hidden: inside a shared library they are found, outside not.
#pragma GCC visibility push(hidden)
const char *burin_rt_status_text(burin_status status);
burin_status burin_rt_describe(const burin_model_api *api, burin_model_info *info);
burin_status burin_rt_input_info(const burin_model_api *api, int32_t input, burin_tensor_info *info);
burin_status burin_rt_output_info(const burin_model_api *api, int32_t output, burin_tensor_info *info);
burin_status burin_rt_symbol_info(const burin_model_api *api, int32_t symbol, burin_symbol_info *info);
burin_status burin_rt_target_info(const burin_model_api *api, int32_t target, burin_target_info *info);
burin_status burin_rt_find_input(const burin_model_api *api, const char *name, int32_t *input);
burin_status burin_rt_find_output(const burin_model_api *api, const char *name, int32_t *output);
burin_status burin_rt_context_bytes(const burin_model_api *api, size_t *bytes);
burin_status burin_rt_context_create(const burin_model_api *api, void *memory, size_t bytes, burin_context **context);
burin_status burin_rt_prepare(burin_context *context, const burin_prepare_request *request, burin_plan_size *plan);
burin_status burin_rt_bind_arena(burin_context *context, void *memory, size_t bytes);
burin_status burin_rt_bind_input(burin_context *context, int32_t input, const void *data, size_t bytes);
burin_status burin_rt_bind_output(burin_context *context, int32_t output, void *data, size_t bytes);
burin_status burin_rt_input_bytes(burin_context *context, int32_t input, size_t *bytes);
burin_status burin_rt_output_bytes(burin_context *context, int32_t output, size_t *bytes);
burin_status burin_rt_bind_weights(burin_context *context, const void *data, size_t bytes);
burin_status burin_rt_alias_state(burin_context *context, int32_t output, int32_t input);
burin_status burin_rt_state_data(burin_context *context, int32_t input, void **data, size_t *bytes);
burin_status burin_rt_reset_state(burin_context *context);
burin_status burin_rt_execute(burin_context *context);
burin_status burin_rt_output_shape(burin_context *context, int32_t output, int64_t *dims, int32_t capacity);
burin_status burin_rt_profile(burin_context *context, const burin_profiler *profiler);
const char *burin_rt_last_error(const burin_context *context);
burin_status burin_rt_check_digests(const burin_model_api *api, const char *interface_digest, const char *digest);
#pragma GCC visibility pop

// The members of a burin_model_api for `data`, a burin_model_data. This is the order LLVM constants follow.
#define BURIN_MODEL_API(data)         \
  {(uint32_t)sizeof(burin_model_api), \
   BURIN_ABI_VERSION,                 \
   &(data),                           \
   burin_rt_status_text,              \
   burin_rt_describe,                 \
   burin_rt_input_info,               \
   burin_rt_output_info,              \
   burin_rt_symbol_info,              \
   burin_rt_target_info,              \
   burin_rt_find_input,               \
   burin_rt_find_output,              \
   burin_rt_context_bytes,            \
   burin_rt_context_create,           \
   burin_rt_prepare,                  \
   burin_rt_bind_arena,               \
   burin_rt_bind_input,               \
   burin_rt_bind_output,              \
   burin_rt_input_bytes,              \
   burin_rt_output_bytes,             \
   burin_rt_bind_weights,             \
   burin_rt_alias_state,              \
   burin_rt_state_data,               \
   burin_rt_reset_state,              \
   burin_rt_execute,                  \
   burin_rt_output_shape,             \
   burin_rt_profile,                  \
   burin_rt_last_error,               \
   burin_rt_check_digests}

#ifdef __cplusplus
#define BURIN_EXTERN_C extern "C"
#else
#define BURIN_EXTERN_C
#endif

// At file scope, defines `function` (burin_model, or burin_model_NAME) to return `api`, a burin_model_api. `visible` is
// "default" where a shared library exports the function, "hidden" where only the program around it calls it.
#define BURIN_DEFINE_MODEL(function, api, visible)                                           \
  BURIN_EXTERN_C __attribute__((visibility(visible))) const burin_model_api *function(void); \
  const burin_model_api *function(void) { return &(api); }

#if UINTPTR_MAX == UINT64_MAX
BURIN_STATIC_ASSERT(sizeof(burin_model_api) == 216, "16 bytes and 25 functions");
BURIN_STATIC_ASSERT(offsetof(burin_model_api, model) == 8, "");
BURIN_STATIC_ASSERT(offsetof(burin_model_api, describe) == 24, "");
BURIN_STATIC_ASSERT(offsetof(burin_model_api, prepare) == 96, "");
BURIN_STATIC_ASSERT(offsetof(burin_model_api, last_error) == 200, "");
BURIN_STATIC_ASSERT(sizeof(burin_model_info) == 80 && offsetof(burin_model_info, interface_digest) == 72, "");
BURIN_STATIC_ASSERT(sizeof(burin_tensor_info) == 48 && offsetof(burin_tensor_info, name) == 16, "");
BURIN_STATIC_ASSERT(sizeof(burin_symbol_info) == 32 && offsetof(burin_symbol_info, name) == 8, "");
BURIN_STATIC_ASSERT(sizeof(burin_target_info) == 16 && sizeof(burin_thread_pool) == 24, "");
BURIN_STATIC_ASSERT(sizeof(burin_prepare_request) == 48 && offsetof(burin_prepare_request, shapes) == 16, "");
BURIN_STATIC_ASSERT(sizeof(burin_plan_size) == 24 && sizeof(burin_profiler) == 24, "");
BURIN_STATIC_ASSERT(sizeof(burin_tensor_data) == 40 && offsetof(burin_tensor_data, element_type) == 24, "");
BURIN_STATIC_ASSERT(sizeof(burin_symbol_data) == 24 && offsetof(burin_symbol_data, max) == 16, "");
BURIN_STATIC_ASSERT(sizeof(burin_check_data) == 24 && sizeof(burin_interval) == 8, "");
BURIN_STATIC_ASSERT(sizeof(burin_frame) == 56 && offsetof(burin_frame, team) == 48, "");
BURIN_STATIC_ASSERT(sizeof(burin_variant) == 96 && offsetof(burin_variant, sizes) == 40, "");
BURIN_STATIC_ASSERT(offsetof(burin_variant, execute) == 72 && offsetof(burin_variant, n_buffers) == 80, "");
BURIN_STATIC_ASSERT(sizeof(burin_model_data) == 128 && offsetof(burin_model_data, inputs) == 40, "");
BURIN_STATIC_ASSERT(offsetof(burin_model_data, weights) == 80 && offsetof(burin_model_data, n_inputs) == 104, "");
#endif

#ifdef __cplusplus
}
#endif

#endif  // BURIN_MODEL_H_
