// Structs of other versions, models of other versions, and memory that is no context.
#include <string.h>

#include "context.h"

// No struct of the interface will ever be larger: a larger struct_size was never set.
#define BURIN_MAX_STRUCT_SIZE 4096u

static uint32_t struct_size_of(const void *theirs) {
  uint32_t size;
  memcpy(&size, theirs, sizeof size);
  return size;
}

burin_status burin_rt_check_struct(size_t first, const void *theirs) {
  if (theirs == NULL) return BURIN_NULL_ARGUMENT;
  uint32_t size = struct_size_of(theirs);
  return size < first || size > BURIN_MAX_STRUCT_SIZE ? BURIN_WRONG_STRUCT_SIZE : BURIN_OK;
}

burin_status burin_rt_read_struct(void *ours, size_t known, size_t first, const void *theirs) {
  burin_status status = burin_rt_check_struct(first, theirs);
  if (status != BURIN_OK) return status;
  size_t size = struct_size_of(theirs);
  for (size_t at = known; at < size; ++at) {
    if (((const unsigned char *)theirs)[at] != 0) return BURIN_WRONG_STRUCT_SIZE;
  }
  memset(ours, 0, known);
  memcpy(ours, theirs, size < known ? size : known);
  return BURIN_OK;
}

void burin_rt_write_struct(void *theirs, const void *ours, size_t known) {
  uint32_t size = struct_size_of(theirs);
  memset(theirs, 0, size);
  memcpy(theirs, ours, size < known ? size : known);
  memcpy(theirs, &size, sizeof size);
}

burin_status burin_rt_model_of(const burin_model_api *api, const burin_model_data **model) {
  if (api == NULL || api->model == NULL) return BURIN_NULL_ARGUMENT;
  if (api->abi_version != BURIN_ABI_VERSION || api->struct_size != sizeof(burin_model_api)) return BURIN_WRONG_ABI;
  const burin_model_data *data = (const burin_model_data *)api->model;
  if (data->version != BURIN_MODEL_VERSION || data->struct_size != (int32_t)sizeof(burin_model_data)) {
    return BURIN_WRONG_ABI;
  }
  *model = data;
  return BURIN_OK;
}

burin_status burin_rt_check_context(const burin_context *context) {
  if (context == NULL) return BURIN_NULL_ARGUMENT;
  if ((uintptr_t)context % BURIN_ALIGNMENT != 0 || context->magic != BURIN_CONTEXT_MAGIC) return BURIN_WRONG_ABI;
  return BURIN_OK;
}
