// Sizes of tensors, and the shapes of outputs.
#include "context.h"

int64_t burin_rt_element_bytes(int32_t element_type) {
  switch ((enum burin_element_type)element_type) {
    case BURIN_BOOL:
    case BURIN_I8:
    case BURIN_U8: return 1;
    case BURIN_I16:
    case BURIN_U16:
    case BURIN_F16:
    case BURIN_BF16: return 2;
    case BURIN_I32:
    case BURIN_U32:
    case BURIN_F32: return 4;
    case BURIN_I64:
    case BURIN_U64:
    case BURIN_F64: return 8;
  }
  return 0;
}

int burin_rt_tensor_bytes(int32_t element_type, const int64_t *dims, int32_t rank, size_t *bytes) {
  ptrdiff_t product = (ptrdiff_t)burin_rt_element_bytes(element_type);
  int is_empty = 0;
  for (int32_t d = 0; d < rank; ++d) {
    if (dims[d] < 0) return 1;
    if (dims[d] == 0) is_empty = 1;
  }
  for (int32_t d = 0; d < rank && !is_empty; ++d) {
    if (__builtin_mul_overflow(product, dims[d], &product)) return 1;
  }
  *bytes = is_empty ? 0 : (size_t)product;
  return 0;
}

void burin_rt_output_dims(burin_context *context) {
  const burin_model_data *model = context->model;
  if (context->variant->shapes != NULL) {
    context->variant->shapes(context->symbols, context->output_dims);
    return;
  }
  int64_t *dims = context->output_dims;
  for (int32_t o = 0; o < model->n_outputs; ++o) {
    for (int32_t d = 0; d < model->outputs[o].rank; ++d) {
      int64_t declared = model->outputs[o].dims[d];
      if (declared >= 0) {
        *dims++ = declared;
      } else {
        *dims++ = declared == BURIN_DIM_COMPUTED ? -1 : context->symbols[-(declared + 1)];
      }
    }
  }
}

int64_t *burin_rt_dims_of_output(const burin_context *context, int32_t output) {
  int64_t *dims = context->output_dims;
  for (int32_t o = 0; o < output; ++o) dims += context->model->outputs[o].rank;
  return dims;
}
