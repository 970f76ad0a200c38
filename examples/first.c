#include <stdio.h>
#include <stdlib.h>

#include "digits.h"

int main(void) {
  static float image[2 * 64], probabilities[2 * 10];
  for (int i = 0; i < 2 * 64; ++i) image[i] = (float)(i % 7) / 7;

  const burin_model_api *api = digits_api();
  if (api == NULL) {
    puts(digits_problem());
    return 1;
  }
  burin_context *context;
  burin_plan_size plan;
  size_t bytes;
  if (api->context_bytes(api, &bytes) != BURIN_OK) return 1;
  bytes = (bytes + 63) / 64 * 64;
  if (api->context_create(api, aligned_alloc(64, bytes), bytes, &context) != BURIN_OK) return 1;
  if (digits_prepare(context, 1, 2, &plan) != BURIN_OK ||  // 1 thread, N = 2
      api->bind_arena(context, aligned_alloc(64, plan.arena_bytes), plan.arena_bytes) != BURIN_OK ||
      digits_run(context, image, probabilities) != BURIN_OK) {
    puts(api->last_error(context));
    return 1;
  }
  printf("%llu bytes of arena, p(3) = %f and %f\n", (unsigned long long)plan.arena_bytes, probabilities[3],
         probabilities[13]);
  if (digits_prepare(context, 1, 0, &plan) != BURIN_OK) puts(api->last_error(context));
  return 0;
}
