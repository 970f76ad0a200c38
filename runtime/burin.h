// The C interface of every model library that burin builds. A library has one function, burin_model_NAME, which returns
// a table of functions; there is nothing else to link against. The caller owns all memory: the library allocates
// nothing, keeps no writable globals, starts no threads, does no input or output, and leaves the floating-point
// environment alone.
//
//   const burin_model_api *api = burin_model_NAME();           NAME.h has NAME_api(), which also checks that they match
//   api->context_bytes(api, &bytes);                           constant per model
//   api->context_create(api, memory, bytes, &context);         memory: 64-byte aligned, the caller's
//   api->prepare(context, &request, &plan);                    binds the shapes, says how large the arena is
//   api->bind_arena(context, arena, plan.arena_bytes);
//   api->bind_input(context, 0, x, x_bytes);                   no copies: execute reads and writes these buffers
//   api->bind_output(context, 0, y, y_bytes);
//   api->execute(context);                                     as often as wanted; the bindings stay
//
// Threads. Any number of contexts may be used at once; one context is used by one thread at a time. The functions that
// take the api and no context only read constants.
//
// Errors. Every function returns a burin_status and never crashes on a null pointer, a wrong size or a wrong shape.
// last_error(context) says in words what was expected and what was found. Output arguments are written on BURIN_OK
// only.
//
// What may change, and what may not.
// - BURIN_ABI_VERSION changes only when an existing caller would break. A caller compares api->abi_version with it.
// - Every struct that crosses the boundary starts with `struct_size`, set by the side that made it to sizeof of the
//   struct it was compiled with. Structs grow only at their end. No field moves, changes type or changes meaning.
// - A struct the caller passes in: fields beyond its struct_size count as zero, and zero always means "as before". If
//   it is larger than the library knows, the bytes the library does not know must be zero, or BURIN_WRONG_STRUCT_SIZE
//   is returned: a new request never gets ignored silently.
// - A struct the library fills: it writes min(struct_size, its own size) bytes, zeroes the rest and leaves struct_size.
// - burin_model_api grows at its end: a function beyond api->struct_size is not there.
// - Numbers in the enums below are never reused. New ones may be added; callers treat an unknown status as a failure.
// - Not promised: the size and content of a context, the size of an arena, and the words of messages.
#ifndef BURIN_H_
#define BURIN_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BURIN_ABI_VERSION 1u

// Contexts, arenas and weights start at a multiple of this many bytes. Input and output buffers only need the alignment
// of their element type.
#define BURIN_ALIGNMENT 64u

// Stored in int32_t so that no compiler flag changes its size. Elements are little endian, dense, row major.
enum burin_element_type {
  BURIN_BOOL = 1,  // one byte, 0 or 1
  BURIN_I8 = 2,
  BURIN_I16 = 3,
  BURIN_I32 = 4,
  BURIN_I64 = 5,
  BURIN_U8 = 6,
  BURIN_U16 = 7,
  BURIN_U32 = 8,
  BURIN_U64 = 9,
  BURIN_F16 = 10,   // IEEE 754 binary16
  BURIN_BF16 = 11,  // the upper half of a binary32
  BURIN_F32 = 12,
  BURIN_F64 = 13
};

typedef int32_t burin_status;
enum burin_status_code {
  BURIN_OK = 0,
  BURIN_NULL_ARGUMENT = 1,
  BURIN_WRONG_STRUCT_SIZE = 2,  // smaller than the first version, or larger with unknown fields in use
  BURIN_WRONG_ABI = 3,          // model and runtime of different versions, or not a context
  BURIN_WRONG_NAME = 4,         // no input, output or target of this name
  BURIN_WRONG_INDEX = 5,        // no input, output, symbol or target of this number
  BURIN_WRONG_RANK = 6,
  BURIN_WRONG_DIMENSION = 7,  // differs from the fixed dimension, or from the same symbol elsewhere
  BURIN_OUT_OF_BOUNDS = 8,    // a symbol outside its bounds
  BURIN_BUFFER_TOO_SMALL = 9,
  BURIN_MISALIGNED = 10,
  BURIN_NOT_PREPARED = 11,       // prepare did not succeed, or something that it depends on changed since
  BURIN_NOT_BOUND = 12,          // an input, an output, the arena or external weights
  BURIN_CPU_LACKS_FEATURE = 13,  // the library has no code for this CPU
  BURIN_ARENA_TOO_LARGE = 14,    // more bytes than this machine can address
  BURIN_CHECK_FAILED = 15,       // dimensions that the model needs to be equal differ
  BURIN_NOT_BUILT_IN = 16,       // the library was built without this
  BURIN_WRONG_ARGUMENT = 17,     // see last_error
  BURIN_WRONG_INTERFACE = 18,    // the library has other inputs, outputs or symbols than the caller was compiled for
  BURIN_WRONG_DIGEST = 19        // the same interface, but another model, other weights or other flags
};

// A dimension as declared: >= 0 is its value, -(1 + k) is symbol k, BURIN_DIM_COMPUTED (outputs only) is an expression
// of the symbols that has no name: ask output_shape after prepare.
#define BURIN_DIM_COMPUTED INT64_MIN

typedef struct burin_model_api burin_model_api;
typedef struct burin_context burin_context;  // lives in the caller's memory, content private

// All text is UTF-8, ends with 0, and lives as long as the library is loaded.
typedef struct burin_model_info {
  uint32_t struct_size;
  int32_t n_inputs;
  int32_t n_outputs;
  int32_t n_symbols;        // dimension symbols
  int32_t n_input_symbols;  // the first ones take their value from input shapes, the others from execution
  int32_t n_targets;        // CPU variants of the code, best first
  const char *name;
  const char *digest;    // of the model and the options it was compiled with, hexadecimal
  const char *compiler;  // "burin 0.1.0"
  const char *target;    // the variant this CPU will run, NULL: none
  uint64_t weights_bytes;
  uint64_t code_bytes;           // machine code of all variants, 0: not recorded
  const char *interface_digest;  // of names, element types, dimensions and symbols in their order, hexadecimal: equal
                                 // for libraries that a caller can exchange
} burin_model_info;

typedef struct burin_tensor_info {
  uint32_t struct_size;
  int32_t element_type;  // enum burin_element_type
  int32_t rank;
  int32_t zero_point;
  const char *name;
  const char *layout;   // one letter per dimension, "NCHW"; "": unknown
  const int64_t *dims;  // `rank` declared dimensions, see BURIN_DIM_COMPUTED
  double scale;         // real = (q - zero_point) * scale; 0: not quantized
} burin_tensor_info;

typedef struct burin_symbol_info {
  uint32_t struct_size;
  int32_t from_input;  // 1: taken from input shapes; 0: data dependent, found by execution, at most `max`
  const char *name;
  int64_t min;
  int64_t max;
} burin_symbol_info;

typedef struct burin_target_info {
  uint32_t struct_size;
  int32_t runs_here;  // 1: this CPU has all features that the variant needs
  const char *name;   // "x86_64-v3"
} burin_target_info;

// Threads that the caller lends. `run` calls work(argument, 0) ... work(argument, n - 1), all n at the same time (they
// wait for each other at barriers, so a pool that runs them one after the other deadlocks), and returns 0 after the
// last has returned; or it returns anything else without having called any, and the calling thread does the work alone.
typedef struct burin_thread_pool {
  uint32_t struct_size;
  int32_t max_threads;  // the largest n that `run` accepts
  void *self;           // handed back to `run`
  int32_t (*run)(void *self, void (*work)(void *argument, int32_t index), void *argument, int32_t n);
} burin_thread_pool;

typedef struct burin_prepare_request {
  uint32_t struct_size;
  int32_t threads;                // >= 1; the same results to the bit for every number
  int32_t n_shapes;               // the model's n_inputs, or 0 when every input dimension is fixed
  int32_t reserved;               // 0
  const int64_t *const *shapes;   // per input its dimensions; an entry may be NULL when that input's are all fixed
  const int32_t *ranks;           // per input the length of its entry; NULL: the declared ranks
  const burin_thread_pool *pool;  // NULL: the calling thread alone; `self` must live until the next prepare
  const char *target;             // NULL: the best variant for this CPU
} burin_prepare_request;

typedef struct burin_plan_size {
  uint32_t struct_size;
  int32_t threads;  // how many will be used, <= those asked for
  uint64_t arena_bytes;
  uint64_t arena_alignment;
} burin_plan_size;

// Called before each step with its name, and with step -1 and a NULL name after the last. The caller has the clock.
typedef struct burin_profiler {
  uint32_t struct_size;
  int32_t reserved;  // 0
  void *self;
  void (*step)(void *self, int32_t step, const char *name);
} burin_profiler;

struct burin_model_api {
  uint32_t struct_size;
  uint32_t abi_version;  // BURIN_ABI_VERSION
  const void *model;     // private

  const char *(*status_text)(burin_status status);  // a few words, never NULL

  burin_status (*describe)(const burin_model_api *api, burin_model_info *info);
  burin_status (*input_info)(const burin_model_api *api, int32_t input, burin_tensor_info *info);
  burin_status (*output_info)(const burin_model_api *api, int32_t output, burin_tensor_info *info);
  burin_status (*symbol_info)(const burin_model_api *api, int32_t symbol, burin_symbol_info *info);
  burin_status (*target_info)(const burin_model_api *api, int32_t target, burin_target_info *info);
  burin_status (*find_input)(const burin_model_api *api, const char *name, int32_t *input);
  burin_status (*find_output)(const burin_model_api *api, const char *name, int32_t *output);

  // How much memory a context takes: constant per model, independent of shapes and threads.
  burin_status (*context_bytes)(const burin_model_api *api, size_t *bytes);
  // Makes a context at `memory` (BURIN_ALIGNMENT; it is *context as well). To end it, stop using it and free the
  // memory.
  burin_status (*context_create)(const burin_model_api *api, void *memory, size_t bytes, burin_context **context);

  // Binds the symbols to these shapes, checks them and plans the arena; again whenever shapes, threads or target
  // change. Bound buffers that are still large enough stay bound, the others need binding again; states start anew.
  // After a failure the context is not prepared. A BURIN_CPU_LACKS_FEATURE is found here, with what is missing in
  // last_error.
  burin_status (*prepare)(burin_context *context, const burin_prepare_request *request, burin_plan_size *plan);

  // All after prepare, in any order. Buffers belong to the caller, must not overlap, and must stay until execute
  // returns. NULL is accepted where no byte is needed.
  burin_status (*bind_arena)(burin_context *context, void *memory, size_t bytes);  // BURIN_ALIGNMENT; states start anew
  burin_status (*bind_input)(burin_context *context, int32_t input, const void *data, size_t bytes);
  burin_status (*bind_output)(burin_context *context, int32_t output, void *data, size_t bytes);
  burin_status (*input_bytes)(burin_context *context, int32_t input, size_t *bytes);    // what bind_input needs
  burin_status (*output_bytes)(burin_context *context, int32_t output, size_t *bytes);  // same; an upper bound
  // Weights kept outside the library: at any time, BURIN_ALIGNMENT, at least burin_model_info.weights_bytes.
  burin_status (*bind_weights)(burin_context *context, const void *data, size_t bytes);

  // Makes an output the next execution's input: both then live in the arena and are not bound by the caller. Before
  // prepare (it undoes one). Type and shape must agree.
  burin_status (*alias_state)(burin_context *context, int32_t output, int32_t input);
  // Where the state is that the next execution reads, to save or set it. Valid until the next execution.
  burin_status (*state_data)(burin_context *context, int32_t input, void **data, size_t *bytes);
  // Sets all states to zero (8-bit quantized: to the zero point). After bind_arena, which does the same.
  burin_status (*reset_state)(burin_context *context);

  burin_status (*execute)(burin_context *context);
  // The output's dimensions: after execute the actual ones, between prepare and execute their upper bounds. `capacity`
  // is how many numbers `dims` has room for, at least the rank.
  burin_status (*output_shape)(burin_context *context, int32_t output, int64_t *dims, int32_t capacity);

  // Reports steps to `profiler` (NULL: no longer). BURIN_NOT_BUILT_IN unless the library was compiled with profiling.
  burin_status (*profile)(burin_context *context, const burin_profiler *profiler);

  // What went wrong in the last call on this context that failed; "" if none did. Valid until the next call on it.
  const char *(*last_error)(const burin_context *context);

  // Compares the library with the digests that a caller was compiled for: BURIN_WRONG_INTERFACE where burin_model_info
  // has another interface_digest, BURIN_WRONG_DIGEST where it has another digest. NULL is equal to every digest.
  burin_status (*check_digests)(const burin_model_api *api, const char *interface_digest, const char *digest);
};

// The type of the functions that return a model. A shared library exports two of them, which return the same table, and
// nothing else:
// - burin_model_NAME, NAME being the library's name as a C identifier. Programs that link with libraries call it, by
//   way of NAME.h, so that any number of models fit into one program.
// - burin_model, for programs that open a library whose name they do not know: dlsym(handle, "burin_model"). Never link
//   against it: with two libraries the linker takes the first one's, without a word.
// A static library and an object have burin_model_NAME alone, visible to the program or shared library that they are
// linked into, and not beyond.
typedef const burin_model_api *burin_model_function(void);

#ifdef __cplusplus
}
#endif

#endif  // BURIN_H_
