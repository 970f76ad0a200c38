// Runs a model once, for machines that tests reach through an emulator: run_model LIBRARY INPUTS OUTPUTS, or with a model
// linked in (BURIN_LINKED_MODEL), run_model - INPUTS OUTPUTS. Inputs are, one after the other, int64 rank, dims, bytes,
// then the data; outputs are written the same way. Exit code 1 with a message where something fails.
#include <stdio.h>
#include <stdlib.h>

#include "runtime/burin.h"

#ifdef BURIN_LINKED_MODEL
burin_model_function BURIN_LINKED_MODEL;

static const burin_model_api *find_model(const char *path) {
  (void)path;
  return BURIN_LINKED_MODEL();
}
#else
#include <dlfcn.h>

static const burin_model_api *find_model(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  burin_model_function *function;
  *(void **)&function = dlsym(library, "burin_model");
  return function();
}
#endif

enum { MOST_TENSORS = 64, MOST_DIMS = 8 };

static void check(burin_status status, const char *what, burin_context *context) {
  if (status == BURIN_OK) return;
  fprintf(stderr, "%s: %d %s\n", what, status, context == NULL ? "" : "failed");
  exit(1);
}

static void *aligned(size_t bytes) {
  void *memory = aligned_alloc(BURIN_ALIGNMENT, (bytes / BURIN_ALIGNMENT + 1) * BURIN_ALIGNMENT);
  if (memory == NULL) exit(1);
  return memory;
}

static int64_t read_number(FILE *file) {
  int64_t number = 0;
  if (fread(&number, sizeof number, 1, file) != 1) exit(1);
  return number;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  const burin_model_api *api = find_model(argv[1]);
  burin_model_info info = {.struct_size = sizeof info};
  check(api->describe(api, &info), "describe", NULL);
  if (info.n_inputs > MOST_TENSORS || info.n_outputs > MOST_TENSORS) return 1;

  static int64_t dims[MOST_TENSORS][MOST_DIMS];
  const int64_t *shapes[MOST_TENSORS];
  void *inputs[MOST_TENSORS], *outputs[MOST_TENSORS];
  int64_t input_bytes[MOST_TENSORS];
  FILE *in = fopen(argv[2], "rb");
  for (int32_t i = 0; i < info.n_inputs; ++i) {
    int64_t rank = read_number(in);
    for (int64_t d = 0; d < rank && d < MOST_DIMS; ++d) dims[i][d] = read_number(in);
    shapes[i] = dims[i];
    input_bytes[i] = read_number(in);
    inputs[i] = aligned((size_t)input_bytes[i]);
    if (fread(inputs[i], 1, (size_t)input_bytes[i], in) != (size_t)input_bytes[i]) return 1;
  }
  fclose(in);

  size_t context_bytes = 0;
  burin_context *context = NULL;
  check(api->context_bytes(api, &context_bytes), "context_bytes", NULL);
  check(api->context_create(api, aligned(context_bytes), context_bytes, &context), "context_create", NULL);
  burin_prepare_request request = {
      .struct_size = sizeof request, .threads = 1, .n_shapes = info.n_inputs, .shapes = shapes};
  burin_plan_size plan = {.struct_size = sizeof plan};
  check(api->prepare(context, &request, &plan), "prepare", context);
  check(api->bind_arena(context, aligned(plan.arena_bytes), plan.arena_bytes), "bind_arena", context);
  for (int32_t i = 0; i < info.n_inputs; ++i) {
    check(api->bind_input(context, i, inputs[i], (size_t)input_bytes[i]), "bind_input", context);
  }
  for (int32_t i = 0; i < info.n_outputs; ++i) {
    size_t bytes = 0;
    check(api->output_bytes(context, i, &bytes), "output_bytes", context);
    outputs[i] = aligned(bytes);
    check(api->bind_output(context, i, outputs[i], bytes), "bind_output", context);
  }
  check(api->execute(context), "execute", context);

  FILE *out = fopen(argv[3], "wb");
  for (int32_t i = 0; i < info.n_outputs; ++i) {
    burin_tensor_info tensor = {.struct_size = sizeof tensor};
    check(api->output_info(api, i, &tensor), "output_info", context);
    int64_t shape[MOST_DIMS];
    check(api->output_shape(context, i, shape, MOST_DIMS), "output_shape", context);
    static const int8_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8};  // by burin_element_type
    int64_t bytes = sizes[tensor.element_type], rank = tensor.rank;
    for (int64_t d = 0; d < rank; ++d) bytes *= shape[d];
    fwrite(&rank, sizeof rank, 1, out);
    fwrite(shape, sizeof *shape, (size_t)rank, out);
    fwrite(&bytes, sizeof bytes, 1, out);
    fwrite(outputs[i], 1, (size_t)bytes, out);
  }
  return fclose(out) == 0 ? 0 : 1;
}
