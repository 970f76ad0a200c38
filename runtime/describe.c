// What a model is: its inputs, outputs, symbols and targets. Reads constants only.
#include "context.h"

burin_status burin_rt_describe(const burin_model_api *api, burin_model_info *info) {
  const burin_model_data *model;
  burin_status status = burin_rt_model_of(api, &model);
  // The first version of the struct ended before interface_digest.
  if (status == BURIN_OK) status = burin_rt_check_struct(offsetof(burin_model_info, interface_digest), info);
  if (status != BURIN_OK) return status;
  const burin_variant *best = burin_rt_best_variant(model, burin_rt_cpu_features());
  burin_model_info found = {
      .n_inputs = model->n_inputs,
      .n_outputs = model->n_outputs,
      .n_symbols = model->n_symbols,
      .n_input_symbols = model->n_input_symbols,
      .n_targets = model->n_variants,
      .name = model->name,
      .digest = model->digest,
      .compiler = model->compiler,
      .target = best == NULL ? NULL : best->target,
      .weights_bytes = (uint64_t)model->weights_bytes,
      .code_bytes = (uint64_t)model->code_bytes,
      .interface_digest = model->interface_digest,
  };
  burin_rt_write_struct(info, &found, sizeof found);
  return BURIN_OK;
}

static burin_status describe_tensor(const burin_tensor_data *tensors, int32_t n, int32_t index,
                                    burin_tensor_info *info) {
  burin_status status = burin_rt_check_struct(sizeof *info, info);
  if (status != BURIN_OK) return status;
  if (index < 0 || index >= n) return BURIN_WRONG_INDEX;
  const burin_tensor_data *tensor = &tensors[index];
  burin_tensor_info found = {
      .element_type = tensor->element_type,
      .rank = tensor->rank,
      .zero_point = tensor->zero_point,
      .name = tensor->name,
      .layout = tensor->layout,
      .dims = tensor->dims,
      .scale = (double)tensor->scale,
  };
  burin_rt_write_struct(info, &found, sizeof found);
  return BURIN_OK;
}

burin_status burin_rt_input_info(const burin_model_api *api, int32_t input, burin_tensor_info *info) {
  const burin_model_data *model;
  burin_status status = burin_rt_model_of(api, &model);
  return status != BURIN_OK ? status : describe_tensor(model->inputs, model->n_inputs, input, info);
}

burin_status burin_rt_output_info(const burin_model_api *api, int32_t output, burin_tensor_info *info) {
  const burin_model_data *model;
  burin_status status = burin_rt_model_of(api, &model);
  return status != BURIN_OK ? status : describe_tensor(model->outputs, model->n_outputs, output, info);
}

burin_status burin_rt_symbol_info(const burin_model_api *api, int32_t symbol, burin_symbol_info *info) {
  const burin_model_data *model;
  burin_status status = burin_rt_model_of(api, &model);
  if (status == BURIN_OK) status = burin_rt_check_struct(sizeof *info, info);
  if (status != BURIN_OK) return status;
  if (symbol < 0 || symbol >= model->n_symbols) return BURIN_WRONG_INDEX;
  const burin_symbol_data *data = &model->symbols[symbol];
  burin_symbol_info found = {
      .from_input = symbol < model->n_input_symbols,
      .name = data->name,
      .min = data->min,
      .max = data->max,
  };
  burin_rt_write_struct(info, &found, sizeof found);
  return BURIN_OK;
}

burin_status burin_rt_target_info(const burin_model_api *api, int32_t target, burin_target_info *info) {
  const burin_model_data *model;
  burin_status status = burin_rt_model_of(api, &model);
  if (status == BURIN_OK) status = burin_rt_check_struct(sizeof *info, info);
  if (status != BURIN_OK) return status;
  if (target < 0 || target >= model->n_variants) return BURIN_WRONG_INDEX;
  const burin_variant *variant = &model->variants[target];
  burin_target_info found = {
      .runs_here = (variant->cpu_features & ~burin_rt_cpu_features()) == 0,
      .name = variant->target,
  };
  burin_rt_write_struct(info, &found, sizeof found);
  return BURIN_OK;
}

static burin_status find_tensor(const burin_tensor_data *tensors, int32_t n, const char *name, int32_t *index) {
  if (name == NULL || index == NULL) return BURIN_NULL_ARGUMENT;
  for (int32_t i = 0; i < n; ++i) {
    if (burin_rt_same_text(tensors[i].name, name)) {
      *index = i;
      return BURIN_OK;
    }
  }
  return BURIN_WRONG_NAME;
}

burin_status burin_rt_find_input(const burin_model_api *api, const char *name, int32_t *input) {
  const burin_model_data *model;
  burin_status status = burin_rt_model_of(api, &model);
  return status != BURIN_OK ? status : find_tensor(model->inputs, model->n_inputs, name, input);
}

burin_status burin_rt_find_output(const burin_model_api *api, const char *name, int32_t *output) {
  const burin_model_data *model;
  burin_status status = burin_rt_model_of(api, &model);
  return status != BURIN_OK ? status : find_tensor(model->outputs, model->n_outputs, name, output);
}

burin_status burin_rt_check_digests(const burin_model_api *api, const char *interface_digest, const char *digest) {
  const burin_model_data *model;
  burin_status status = burin_rt_model_of(api, &model);
  if (status != BURIN_OK) return status;
  if (interface_digest != NULL && !burin_rt_same_text(interface_digest, model->interface_digest)) {
    return BURIN_WRONG_INTERFACE;
  }
  return digest == NULL || burin_rt_same_text(digest, model->digest) ? BURIN_OK : BURIN_WRONG_DIGEST;
}
