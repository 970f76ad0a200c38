// States: an output that the next execution reads as an input. Each has two buffers in the arena, one read and one
// written, which change places after every execution; so an execution never overwrites what it still reads.
#include <string.h>

#include "context.h"

burin_status burin_rt_alias_state(burin_context *context, int32_t output, int32_t input) {
  burin_status status = burin_rt_check_context(context);
  if (status != BURIN_OK) return status;
  const burin_model_data *model = context->model;
  status = burin_rt_check_index(context, "output", output, model->n_outputs);
  if (status == BURIN_OK) status = burin_rt_check_index(context, "input", input, model->n_inputs);
  if (status != BURIN_OK) return status;
  const burin_tensor_data *written = &model->outputs[output];
  const burin_tensor_data *read = &model->inputs[input];
  const burin_word words[] = {burin_text(written->name), burin_text(read->name)};
  if (context->output_of_state[input] >= 0 || context->state_of_output[output] >= 0) {
    return burin_rt_fail(context, BURIN_WRONG_ARGUMENT, "output \"%\" or input \"%\" already is a state", words);
  }
  if (written->element_type != read->element_type) {
    return burin_rt_fail(context, BURIN_WRONG_ARGUMENT, "output \"%\" has another element type than input \"%\"",
                         words);
  }
  if (written->rank != read->rank) {
    return burin_rt_fail(context, BURIN_WRONG_RANK, "output \"%\" has another rank than input \"%\"", words);
  }
  context->output_of_state[input] = output;
  context->state_of_output[output] = input;
  context->input_room[input] = SIZE_MAX;
  context->output_room[output] = SIZE_MAX;
  context->prepared = 0;
  return BURIN_OK;
}

// The dimension of an input under the shapes that prepare bound.
static int64_t input_dim(const burin_context *context, int32_t input, int32_t dimension) {
  int64_t declared = context->model->inputs[input].dims[dimension];
  return declared >= 0 ? declared : context->symbols[-(declared + 1)];
}

static burin_status check_state_shape(burin_context *context, int32_t output, int32_t input) {
  const burin_model_data *model = context->model;
  const int64_t *dims = burin_rt_dims_of_output(context, output);
  for (int32_t d = 0; d < model->inputs[input].rank; ++d) {
    int64_t expected = input_dim(context, input, d);
    if (dims[d] == expected) continue;
    const burin_word words[] = {burin_text(model->outputs[output].name), burin_number(d), burin_number(expected),
                                burin_text(model->inputs[input].name), burin_number(dims[d])};
    return burin_rt_fail(context, BURIN_WRONG_DIMENSION,
                         "output \"%\" dimension %: expected % (state of input \"%\"), found %", words);
  }
  return BURIN_OK;
}

burin_status burin_rt_plan_states(burin_context *context, size_t start, size_t *end) {
  int64_t at = 0;
  int too_large = burin_rt_add_aligned(0, (int64_t)start, &at);
  context->states_start = (size_t)at;
  for (int32_t i = 0; i < context->model->n_inputs; ++i) {
    if (context->output_of_state[i] < 0) continue;
    burin_status status = check_state_shape(context, context->output_of_state[i], i);
    if (status != BURIN_OK) return status;
    too_large = too_large || burin_rt_add_aligned(at, (int64_t)context->input_bytes[i], &at) ||
                burin_rt_add_aligned(at, (int64_t)context->input_bytes[i], &at);
  }
  if (too_large) return burin_rt_fail(context, BURIN_ARENA_TOO_LARGE, "arena: the states are too large", NULL);
  *end = (size_t)at;
  return BURIN_OK;
}

// The value a state starts from: zero, which for 8-bit quantized elements is the zero point.
static int first_value(const burin_tensor_data *tensor) {
  int is_quantized = tensor->scale > 0 && burin_rt_element_bytes(tensor->element_type) == 1;
  return is_quantized ? (int)(unsigned char)tensor->zero_point : 0;
}

void burin_rt_place_states(burin_context *context) {
  size_t at = context->states_start;
  for (int32_t i = 0; i < context->model->n_inputs; ++i) {
    int32_t output = context->output_of_state[i];
    if (output < 0) continue;
    size_t bytes = context->input_bytes[i];
    size_t padded = (bytes + BURIN_ALIGNMENT - 1) / BURIN_ALIGNMENT * BURIN_ALIGNMENT;
    unsigned char *read = bytes == 0 ? NULL : context->arena + at;
    context->inputs[i] = read;
    context->outputs[output] = bytes == 0 ? NULL : read + padded;
    context->input_room[i] = bytes;
    context->output_room[output] = bytes;
    if (bytes > 0) memset(read, first_value(&context->model->inputs[i]), bytes);
    at += 2 * padded;
  }
}

void burin_rt_swap_states(burin_context *context) {
  for (int32_t i = 0; i < context->model->n_inputs; ++i) {
    int32_t output = context->output_of_state[i];
    if (output < 0) continue;
    // Both pointers lead into the caller's arena, which is not const.
    void *read = (void *)(uintptr_t)context->inputs[i];
    context->inputs[i] = context->outputs[output];
    context->outputs[output] = read;
  }
}

burin_status burin_rt_state_data(burin_context *context, int32_t input, void **data, size_t *bytes) {
  burin_status status = burin_rt_check_prepared(context);
  if (status == BURIN_OK) status = burin_rt_check_index(context, "input", input, context->model->n_inputs);
  if (status == BURIN_OK) status = burin_rt_check_arena(context);
  if (status != BURIN_OK) return status;
  const burin_word words[] = {burin_text(context->model->inputs[input].name)};
  if (data == NULL || bytes == NULL) {
    return burin_rt_fail(context, BURIN_NULL_ARGUMENT, "state_data of \"%\": data or bytes is NULL", words);
  }
  if (context->output_of_state[input] < 0) {
    return burin_rt_fail(context, BURIN_WRONG_ARGUMENT, "input \"%\" is not a state, alias_state makes it one", words);
  }
  *data = (void *)(uintptr_t)context->inputs[input];
  *bytes = context->input_bytes[input];
  return BURIN_OK;
}

burin_status burin_rt_reset_state(burin_context *context) {
  burin_status status = burin_rt_check_prepared(context);
  if (status == BURIN_OK) status = burin_rt_check_arena(context);
  if (status == BURIN_OK) burin_rt_place_states(context);
  return status;
}
