// A context in the caller's memory: made, given its buffers, executed.
#include "context.h"

#include <string.h>

typedef struct carver {  // hands out consecutive parts of `base`; only counts when that is NULL
  unsigned char *base;
  size_t used;
} carver;

static void *carve(carver *from, int64_t count, size_t each) {
  size_t start = (from->used + 7) / 8 * 8;
  from->used = start + (size_t)count * each;
  return from->base == NULL ? NULL : from->base + start;
}

// Sets the arrays of `context` to lie behind it in `memory` (NULL: to nothing). Returns the bytes of the whole.
static size_t carve_context(burin_context *context, const burin_model_data *model, void *memory) {
  int32_t n_buffers = 0;
  for (int32_t v = 0; v < model->n_variants; ++v) {
    if (model->variants[v].n_buffers > n_buffers) n_buffers = model->variants[v].n_buffers;
  }
  int64_t n_output_dims = 0;
  for (int32_t o = 0; o < model->n_outputs; ++o) n_output_dims += model->outputs[o].rank;
  int32_t n_inputs = model->n_inputs, n_outputs = model->n_outputs, n_symbols = model->n_symbols;

  carver from = {(unsigned char *)memory, sizeof *context};
  context->symbols = carve(&from, n_symbols, sizeof *context->symbols);
  context->limits = carve(&from, n_symbols, sizeof *context->limits);
  context->sources = carve(&from, n_symbols, sizeof *context->sources);
  context->inputs = carve(&from, n_inputs, sizeof *context->inputs);
  context->outputs = carve(&from, n_outputs, sizeof *context->outputs);
  context->input_bytes = carve(&from, n_inputs, sizeof *context->input_bytes);
  context->output_bytes = carve(&from, n_outputs, sizeof *context->output_bytes);
  context->input_room = carve(&from, n_inputs, sizeof *context->input_room);
  context->output_room = carve(&from, n_outputs, sizeof *context->output_room);
  context->output_of_state = carve(&from, n_inputs, sizeof *context->output_of_state);
  context->state_of_output = carve(&from, n_outputs, sizeof *context->state_of_output);
  context->output_dims = carve(&from, n_output_dims, sizeof *context->output_dims);
  context->pairs = carve(&from, 2 * (int64_t)model->n_checks, sizeof *context->pairs);
  context->sizes = carve(&from, n_buffers, sizeof *context->sizes);
  context->offsets = carve(&from, n_buffers, sizeof *context->offsets);
  context->order = carve(&from, n_buffers, sizeof *context->order);
  return from.used;
}

burin_status burin_rt_context_bytes(const burin_model_api *api, size_t *bytes) {
  const burin_model_data *model;
  burin_status status = burin_rt_model_of(api, &model);
  if (status != BURIN_OK) return status;
  if (bytes == NULL) return BURIN_NULL_ARGUMENT;
  burin_context counted;
  *bytes = carve_context(&counted, model, NULL);
  return BURIN_OK;
}

burin_status burin_rt_context_create(const burin_model_api *api, void *memory, size_t bytes, burin_context **context) {
  const burin_model_data *model;
  burin_status status = burin_rt_model_of(api, &model);
  if (status != BURIN_OK) return status;
  if (memory == NULL || context == NULL) return BURIN_NULL_ARGUMENT;
  if ((uintptr_t)memory % BURIN_ALIGNMENT != 0) return BURIN_MISALIGNED;
  burin_context counted;
  size_t needed = carve_context(&counted, model, NULL);
  if (bytes < needed) return BURIN_BUFFER_TOO_SMALL;

  memset(memory, 0, needed);
  burin_context *made = (burin_context *)memory;
  carve_context(made, model, memory);
  made->magic = BURIN_CONTEXT_MAGIC;
  made->model = model;
  made->cpu_features = burin_rt_cpu_features();
  made->weights = model->weights;
  for (int32_t i = 0; i < model->n_inputs; ++i) {
    made->input_room[i] = SIZE_MAX;
    made->output_of_state[i] = -1;
  }
  for (int32_t o = 0; o < model->n_outputs; ++o) {
    made->output_room[o] = SIZE_MAX;
    made->state_of_output[o] = -1;
  }
  *context = made;
  return BURIN_OK;
}

burin_status burin_rt_check_prepared(burin_context *context) {
  burin_status status = burin_rt_check_context(context);
  if (status != BURIN_OK || context->prepared) return status;
  return burin_rt_fail(context, BURIN_NOT_PREPARED, "prepare comes first", NULL);
}

burin_status burin_rt_check_index(burin_context *context, const char *kind, int32_t index, int32_t n) {
  if (index >= 0 && index < n) return BURIN_OK;
  const burin_word words[] = {burin_text(kind), burin_number(index), burin_number(n)};
  return burin_rt_fail(context, BURIN_WRONG_INDEX, "% %: the model has % (counted from 0)", words);
}

static burin_status fail_not_bound(burin_context *context, const char *kind, const char *name, size_t needed) {
  const burin_word words[] = {burin_text(kind), burin_text(name), burin_number((int64_t)needed)};
  return burin_rt_fail(context, BURIN_NOT_BOUND, "% \"%\": not bound, expected % bytes", words);
}

burin_status burin_rt_check_arena(burin_context *context) {
  if (context->plan_bytes == 0 || context->arena != NULL) return BURIN_OK;
  return fail_not_bound(context, "arena", context->model->name, context->plan_bytes);
}

// Whether `data` can serve as the buffer that `kind` "name" needs.
static burin_status check_buffer(burin_context *context, const char *kind, const char *name, const void *data,
                                 size_t bytes, size_t needed, size_t alignment) {
  const burin_word sizes[] = {burin_text(kind), burin_text(name), burin_number((int64_t)needed),
                              burin_number((int64_t)bytes)};
  if (data == NULL && needed > 0) {
    return burin_rt_fail(context, BURIN_NULL_ARGUMENT, "% \"%\": expected a buffer of % bytes, found NULL", sizes);
  }
  if (bytes < needed) {
    return burin_rt_fail(context, BURIN_BUFFER_TOO_SMALL, "% \"%\": expected % bytes, found %", sizes);
  }
  if ((uintptr_t)data % alignment == 0) return BURIN_OK;
  const burin_word places[] = {burin_text(kind), burin_text(name), burin_number((int64_t)alignment),
                               burin_number((int64_t)((uintptr_t)data % alignment))};
  return burin_rt_fail(context, BURIN_MISALIGNED,
                       "% \"%\": expected an address that is a multiple of %, found one % bytes past", places);
}

burin_status burin_rt_bind_arena(burin_context *context, void *memory, size_t bytes) {
  burin_status status = burin_rt_check_prepared(context);
  if (status != BURIN_OK) return status;
  status = check_buffer(context, "arena", context->model->name, memory, bytes, context->plan_bytes, BURIN_ALIGNMENT);
  if (status != BURIN_OK) return status;
  context->arena = (unsigned char *)memory;
  context->arena_bytes = memory == NULL ? 0 : bytes;
  burin_rt_place_states(context);
  return BURIN_OK;
}

burin_status burin_rt_bind_weights(burin_context *context, const void *data, size_t bytes) {
  burin_status status = burin_rt_check_context(context);
  if (status != BURIN_OK) return status;
  const burin_model_data *model = context->model;
  status = check_buffer(context, "weights", model->name, data, bytes, (size_t)model->weights_bytes, BURIN_ALIGNMENT);
  if (status == BURIN_OK) context->weights = (const unsigned char *)data;
  return status;
}

static burin_status refuse_state(burin_context *context, const char *kind, const char *name) {
  const burin_word words[] = {burin_text(kind), burin_text(name)};
  return burin_rt_fail(context, BURIN_WRONG_ARGUMENT, "% \"%\" is a state and lives in the arena", words);
}

static burin_status check_input(burin_context *context, int32_t input) {
  burin_status status = burin_rt_check_prepared(context);
  return status != BURIN_OK ? status : burin_rt_check_index(context, "input", input, context->model->n_inputs);
}

static burin_status check_output(burin_context *context, int32_t output) {
  burin_status status = burin_rt_check_prepared(context);
  return status != BURIN_OK ? status : burin_rt_check_index(context, "output", output, context->model->n_outputs);
}

burin_status burin_rt_bind_input(burin_context *context, int32_t input, const void *data, size_t bytes) {
  burin_status status = check_input(context, input);
  if (status != BURIN_OK) return status;
  const burin_tensor_data *tensor = &context->model->inputs[input];
  if (context->output_of_state[input] >= 0) return refuse_state(context, "input", tensor->name);
  status = check_buffer(context, "input", tensor->name, data, bytes, context->input_bytes[input],
                        (size_t)burin_rt_element_bytes(tensor->element_type));
  if (status != BURIN_OK) return status;
  context->inputs[input] = data;
  context->input_room[input] = data == NULL ? 0 : bytes;
  return BURIN_OK;
}

burin_status burin_rt_bind_output(burin_context *context, int32_t output, void *data, size_t bytes) {
  burin_status status = check_output(context, output);
  if (status != BURIN_OK) return status;
  const burin_tensor_data *tensor = &context->model->outputs[output];
  if (context->state_of_output[output] >= 0) return refuse_state(context, "output", tensor->name);
  status = check_buffer(context, "output", tensor->name, data, bytes, context->output_bytes[output],
                        (size_t)burin_rt_element_bytes(tensor->element_type));
  if (status != BURIN_OK) return status;
  context->outputs[output] = data;
  context->output_room[output] = data == NULL ? 0 : bytes;
  return BURIN_OK;
}

burin_status burin_rt_input_bytes(burin_context *context, int32_t input, size_t *bytes) {
  burin_status status = check_input(context, input);
  if (status != BURIN_OK) return status;
  if (bytes == NULL) return burin_rt_fail(context, BURIN_NULL_ARGUMENT, "input_bytes: bytes is NULL", NULL);
  *bytes = context->input_bytes[input];
  return BURIN_OK;
}

burin_status burin_rt_output_bytes(burin_context *context, int32_t output, size_t *bytes) {
  burin_status status = check_output(context, output);
  if (status != BURIN_OK) return status;
  if (bytes == NULL) return burin_rt_fail(context, BURIN_NULL_ARGUMENT, "output_bytes: bytes is NULL", NULL);
  *bytes = context->output_bytes[output];
  return BURIN_OK;
}

burin_status burin_rt_output_shape(burin_context *context, int32_t output, int64_t *dims, int32_t capacity) {
  burin_status status = check_output(context, output);
  if (status != BURIN_OK) return status;
  const burin_tensor_data *tensor = &context->model->outputs[output];
  const burin_word words[] = {burin_text(tensor->name), burin_number(tensor->rank), burin_number(capacity)};
  if (capacity < tensor->rank) {
    return burin_rt_fail(context, BURIN_BUFFER_TOO_SMALL, "output \"%\": expected room for % dimensions, found %",
                         words);
  }
  if (tensor->rank == 0) return BURIN_OK;
  if (dims == NULL) {
    return burin_rt_fail(context, BURIN_NULL_ARGUMENT, "output \"%\": expected room for % dimensions, found NULL",
                         words);
  }
  memcpy(dims, burin_rt_dims_of_output(context, output), (size_t)tensor->rank * sizeof *dims);
  return BURIN_OK;
}

burin_status burin_rt_profile(burin_context *context, const burin_profiler *profiler) {
  burin_status status = burin_rt_check_context(context);
  if (status != BURIN_OK) return status;
  if (profiler != NULL) status = burin_rt_check_struct(sizeof *profiler, profiler);
  if (status == BURIN_OK) status = BURIN_NOT_BUILT_IN;
  const burin_word words[] = {burin_text(burin_rt_status_text(status))};
  return burin_rt_fail(context, status, "profile: %", words);
}

static burin_status check_bound(burin_context *context) {
  const burin_model_data *model = context->model;
  burin_status status = burin_rt_check_arena(context);
  if (status != BURIN_OK) return status;
  if (model->weights_bytes > 0 && context->weights == NULL) {
    return fail_not_bound(context, "weights", model->name, (size_t)model->weights_bytes);
  }
  for (int32_t i = 0; i < model->n_inputs; ++i) {
    if (context->input_room[i] != SIZE_MAX) continue;
    return fail_not_bound(context, "input", model->inputs[i].name, context->input_bytes[i]);
  }
  for (int32_t o = 0; o < model->n_outputs; ++o) {
    if (context->output_room[o] != SIZE_MAX) continue;
    return fail_not_bound(context, "output", model->outputs[o].name, context->output_bytes[o]);
  }
  return BURIN_OK;
}

// Sets the opaque symbols to the values planned for, which hold until execution finds the actual ones.
static void reset_opaque_symbols(burin_context *context) {
  for (int32_t k = context->model->n_input_symbols; k < context->model->n_symbols; ++k) {
    context->symbols[k] = context->limits[k];
  }
}

static burin_status check_opaque_symbols(burin_context *context) {
  for (int32_t k = context->model->n_input_symbols; k < context->model->n_symbols; ++k) {
    int64_t found = context->symbols[k];
    if (found >= 0 && found <= context->limits[k]) continue;
    const burin_symbol_data *size = &context->model->symbols[k];
    const burin_word words[] = {burin_text(size->name), burin_number(context->limits[k]), burin_number(found)};
    reset_opaque_symbols(context);
    return burin_rt_fail(context, BURIN_OUT_OF_BOUNDS,
                         size->max == 0 ? "%: expected dimensions that go together, found others"
                                        : "size of \"%\": expected 0..% from execution, found %",
                         words);
  }
  return BURIN_OK;
}

burin_status burin_rt_execute(burin_context *context) {
  burin_status status = burin_rt_check_prepared(context);
  if (status == BURIN_OK) status = check_bound(context);
  if (status != BURIN_OK) return status;
  const burin_variant *variant = context->variant;
  reset_opaque_symbols(context);
  const burin_frame frame = {
      .symbols = context->symbols,
      .weights = context->weights,
      .arena = context->arena,
      .offsets = variant->sizes == NULL ? variant->offsets : context->offsets,
      .inputs = context->inputs,
      .outputs = context->outputs,
      .team = NULL,
  };
  variant->execute(&frame);
  status = check_opaque_symbols(context);
  if (context->model->n_symbols > context->model->n_input_symbols) burin_rt_output_dims(context);
  if (status == BURIN_OK) burin_rt_swap_states(context);
  return status;
}
