// From shapes to a plan: binds the symbols, checks what the model assumes, sizes inputs, outputs and arena.
#include "context.h"

static burin_status take_pool(burin_context *context, const burin_thread_pool *pool) {
  context->pool = (burin_thread_pool){0};
  if (pool == NULL) return BURIN_OK;
  burin_status status = burin_rt_read_struct(&context->pool, sizeof *pool, sizeof *pool, pool);
  if (status == BURIN_OK && context->pool.run == NULL) status = BURIN_NULL_ARGUMENT;
  if (status == BURIN_OK) return BURIN_OK;
  context->pool = (burin_thread_pool){0};
  const burin_word words[] = {burin_text(burin_rt_status_text(status))};
  return burin_rt_fail(context, status, "prepare: thread pool: %", words);
}

// `needs avx2, this CPU has sse4.2`: every feature that is missing, and the highest level that is there.
static burin_status fail_features(burin_context *context, const burin_variant *variant) {
  uint64_t missing = variant->cpu_features & ~context->cpu_features;
  const burin_word name[] = {burin_text(variant->target)};
  burin_rt_fail(context, BURIN_CPU_LACKS_FEATURE, "target \"%\" needs ", name);
  const char *pattern = "%";
  for (int32_t bit = 0; bit < 64; ++bit) {
    if ((missing >> bit & 1) == 0) continue;
    const burin_word words[] = {burin_text(burin_rt_feature_name(bit))};
    burin_rt_fail_more(context, BURIN_CPU_LACKS_FEATURE, pattern, words);
    pattern = " and %";
  }
  const char *level = "none of the known levels";
  for (int32_t bit = 0; bit < 3; ++bit) {
    if (context->cpu_features >> bit & 1) level = burin_rt_feature_name(bit);
  }
  const burin_word words[] = {burin_text(level)};
  return burin_rt_fail_more(context, BURIN_CPU_LACKS_FEATURE, ", this CPU has %", words);
}

static burin_status choose_variant(burin_context *context, const char *target) {
  const burin_model_data *model = context->model;
  if (target == NULL) {
    context->variant = burin_rt_best_variant(model, context->cpu_features);
    if (context->variant != NULL) return BURIN_OK;
    if (model->n_variants > 0) return fail_features(context, &model->variants[model->n_variants - 1]);
    return burin_rt_fail(context, BURIN_CPU_LACKS_FEATURE, "the library has no code", NULL);
  }
  for (int32_t v = 0; v < model->n_variants; ++v) {
    const burin_variant *variant = &model->variants[v];
    if (!burin_rt_same_text(variant->target, target)) continue;
    if ((variant->cpu_features & ~context->cpu_features) != 0) return fail_features(context, variant);
    context->variant = variant;
    return BURIN_OK;
  }
  const burin_word asked[] = {burin_text(target)};
  burin_rt_fail(context, BURIN_WRONG_NAME, "target \"%\": expected one of", asked);
  for (int32_t v = 0; v < model->n_variants; ++v) {
    const burin_word known[] = {burin_text(model->variants[v].target)};
    burin_rt_fail_more(context, BURIN_WRONG_NAME, " \"%\"", known);
  }
  return BURIN_WRONG_NAME;
}

static burin_status bind_symbol(burin_context *context, int32_t symbol, int32_t input, int32_t dimension,
                                int64_t found) {
  const burin_model_data *model = context->model;
  const burin_symbol_data *data = &model->symbols[symbol];
  const char *name = model->inputs[input].name;
  burin_symbol_source *source = &context->sources[symbol];
  if (source->input >= 0) {
    if (context->symbols[symbol] == found) return BURIN_OK;
    const burin_word words[] = {burin_text(name),
                                burin_number(dimension),
                                burin_number(context->symbols[symbol]),
                                burin_text(data->name),
                                burin_text(model->inputs[source->input].name),
                                burin_number(found)};
    return burin_rt_fail(context, BURIN_WRONG_DIMENSION,
                         "input \"%\" dimension %: expected % (symbol \"%\" bound by \"%\"), found %", words);
  }
  if (found < data->min || found > data->max) {
    const burin_word words[] = {burin_text(name),        burin_number(dimension), burin_number(data->min),
                                burin_number(data->max), burin_text(data->name),  burin_number(found)};
    return burin_rt_fail(context, BURIN_OUT_OF_BOUNDS,
                         "input \"%\" dimension %: expected %..% (symbol \"%\", bounds set by --symbol_range), found %",
                         words);
  }
  context->symbols[symbol] = context->limits[symbol] = found;
  source->input = input;
  source->dimension = dimension;
  return BURIN_OK;
}

// `dims` NULL: the declared ones, all of which are fixed.
static burin_status bind_shape(burin_context *context, int32_t input, const int64_t *dims) {
  const burin_tensor_data *tensor = &context->model->inputs[input];
  for (int32_t d = 0; d < tensor->rank; ++d) {
    int64_t declared = tensor->dims[d];
    if (declared < 0 && dims == NULL) {
      const burin_word words[] = {burin_text(tensor->name), burin_number(d)};
      return burin_rt_fail(context, BURIN_NULL_ARGUMENT,
                           "input \"%\" dimension %: expected a shape, since it is not fixed, found NULL", words);
    }
    if (declared < 0) {
      burin_status status = bind_symbol(context, (int32_t)-(declared + 1), input, d, dims[d]);
      if (status != BURIN_OK) return status;
    } else if (dims != NULL && dims[d] != declared) {
      const burin_word words[] = {burin_text(tensor->name), burin_number(d), burin_number(declared),
                                  burin_number(dims[d])};
      return burin_rt_fail(context, BURIN_WRONG_DIMENSION, "input \"%\" dimension %: expected %, found %", words);
    }
  }
  if (!burin_rt_tensor_bytes(tensor->element_type, dims != NULL ? dims : tensor->dims, tensor->rank,
                             &context->input_bytes[input])) {
    return BURIN_OK;
  }
  const burin_word words[] = {burin_text(tensor->name)};
  return burin_rt_fail(context, BURIN_ARENA_TOO_LARGE, "input \"%\": more bytes than can be addressed", words);
}

static burin_status bind_shapes(burin_context *context, const burin_prepare_request *request) {
  const burin_model_data *model = context->model;
  if (request->n_shapes != 0 && request->n_shapes != model->n_inputs) {
    const burin_word words[] = {burin_number(model->n_inputs), burin_number(request->n_shapes)};
    return burin_rt_fail(context, BURIN_WRONG_ARGUMENT, "prepare: expected % shapes, found %", words);
  }
  if (request->n_shapes != 0 && request->shapes == NULL) {
    return burin_rt_fail(context, BURIN_NULL_ARGUMENT, "prepare: shapes is NULL", NULL);
  }
  for (int32_t k = 0; k < model->n_input_symbols; ++k) context->sources[k].input = -1;
  for (int32_t i = 0; i < model->n_inputs; ++i) {
    const int64_t *dims = request->n_shapes == 0 ? NULL : request->shapes[i];
    if (dims != NULL && request->ranks != NULL && request->ranks[i] != model->inputs[i].rank) {
      const burin_word words[] = {burin_text(model->inputs[i].name), burin_number(model->inputs[i].rank),
                                  burin_number(request->ranks[i])};
      return burin_rt_fail(context, BURIN_WRONG_RANK, "input \"%\": expected rank %, found %", words);
    }
    burin_status status = bind_shape(context, i, dims);
    if (status != BURIN_OK) return status;
  }
  return BURIN_OK;
}

// Gives the data-dependent symbols the values that memory is planned for.
static burin_status bound_opaque_symbols(burin_context *context) {
  const burin_model_data *model = context->model;
  for (int32_t k = model->n_input_symbols; k < model->n_symbols; ++k) context->symbols[k] = model->symbols[k].max;
  if (context->variant->bounds != NULL) context->variant->bounds(context->symbols);
  for (int32_t k = model->n_input_symbols; k < model->n_symbols; ++k) {
    if (context->symbols[k] < 0) {
      const burin_word words[] = {burin_text(model->symbols[k].name)};
      return burin_rt_fail(context, BURIN_ARENA_TOO_LARGE, "size of \"%\": its bound is too large", words);
    }
    if (context->symbols[k] > model->symbols[k].max) context->symbols[k] = model->symbols[k].max;
    context->limits[k] = context->symbols[k];
  }
  return BURIN_OK;
}

static burin_status run_checks(burin_context *context) {
  const burin_model_data *model = context->model;
  if (model->n_checks == 0 || context->variant->checks == NULL) return BURIN_OK;
  context->variant->checks(context->symbols, context->pairs);
  for (int32_t c = 0; c < model->n_checks; ++c) {
    const burin_check_data *check = &model->checks[c];
    int64_t found = context->pairs[2 * c], expected = context->pairs[2 * c + 1];
    if (found == expected) continue;
    if (found == 1 && check->relation != BURIN_EQUAL) continue;
    if (expected == 1 && check->relation == BURIN_EITHER_MAY_BE_ONE) continue;
    const burin_word words[] = {burin_text(check->found), burin_text(check->relation == BURIN_EQUAL ? "" : "1 or "),
                                burin_number(expected), burin_text(check->expected)};
    burin_rt_fail(context, BURIN_CHECK_FAILED, check->expected[0] == '\0' ? "%: expected %%%" : "%: expected %% (%)",
                  words);
    const burin_word last[] = {burin_number(found)};
    return burin_rt_fail_more(context, BURIN_CHECK_FAILED, ", found %", last);
  }
  return BURIN_OK;
}

static burin_status size_outputs(burin_context *context) {
  const burin_model_data *model = context->model;
  burin_rt_output_dims(context);
  const int64_t *dims = context->output_dims;
  for (int32_t o = 0; o < model->n_outputs; ++o) {
    const burin_tensor_data *tensor = &model->outputs[o];
    if (burin_rt_tensor_bytes(tensor->element_type, dims, tensor->rank, &context->output_bytes[o])) {
      const burin_word words[] = {burin_text(tensor->name)};
      return burin_rt_fail(context, BURIN_ARENA_TOO_LARGE, "output \"%\": more bytes than can be addressed", words);
    }
    dims += tensor->rank;
  }
  return BURIN_OK;
}

static burin_status plan_arena(burin_context *context) {
  const burin_variant *variant = context->variant;
  size_t buffers_end = (size_t)variant->arena_bytes;
  if (variant->sizes != NULL) {
    variant->sizes(context->symbols, context->sizes);
    burin_status status = burin_rt_plan(variant->n_buffers, variant->intervals, context->sizes, context->offsets,
                                        context->order, &buffers_end);
    if (status != BURIN_OK) {
      return burin_rt_fail(context, status, "arena: more bytes than can be addressed", NULL);
    }
  }
  return burin_rt_plan_states(context, buffers_end, &context->plan_bytes);
}

// Lets go of buffers that are too small for the new shapes, and starts the states anew.
static void keep_bindings(burin_context *context) {
  const burin_model_data *model = context->model;
  for (int32_t i = 0; i < model->n_inputs; ++i) {
    if (context->input_room[i] < context->input_bytes[i]) context->input_room[i] = SIZE_MAX;
  }
  for (int32_t o = 0; o < model->n_outputs; ++o) {
    if (context->output_room[o] < context->output_bytes[o]) context->output_room[o] = SIZE_MAX;
  }
  if (context->arena_bytes < context->plan_bytes) {
    context->arena = NULL;
    context->arena_bytes = 0;
  }
  if (context->plan_bytes == 0 || context->arena != NULL) burin_rt_place_states(context);
}

burin_status burin_rt_prepare(burin_context *context, const burin_prepare_request *request, burin_plan_size *plan) {
  burin_status status = burin_rt_check_context(context);
  if (status != BURIN_OK) return status;
  context->prepared = 0;
  burin_prepare_request asked;
  status = burin_rt_read_struct(&asked, sizeof asked, sizeof asked, request);
  if (status == BURIN_OK) status = burin_rt_check_struct(sizeof *plan, plan);
  if (status != BURIN_OK) {
    const burin_word words[] = {burin_text(burin_rt_status_text(status))};
    return burin_rt_fail(context, status, "prepare: %", words);
  }
  if (asked.threads < 1 || asked.reserved != 0) {
    const burin_word words[] = {burin_number(asked.threads), burin_number(asked.reserved)};
    return burin_rt_fail(context, BURIN_WRONG_ARGUMENT, "prepare: expected threads >= 1 and reserved 0, found % and %",
                         words);
  }
  status = take_pool(context, asked.pool);
  if (status == BURIN_OK) status = choose_variant(context, asked.target);
  if (status == BURIN_OK) status = bind_shapes(context, &asked);
  if (status == BURIN_OK) status = bound_opaque_symbols(context);
  if (status == BURIN_OK) status = run_checks(context);
  if (status == BURIN_OK) status = size_outputs(context);
  if (status == BURIN_OK) status = plan_arena(context);
  if (status != BURIN_OK) return status;
  keep_bindings(context);
  context->prepared = 1;
  const burin_plan_size found = {.threads = 1, .arena_bytes = context->plan_bytes, .arena_alignment = BURIN_ALIGNMENT};
  burin_rt_write_struct(plan, &found, sizeof found);
  return BURIN_OK;
}
