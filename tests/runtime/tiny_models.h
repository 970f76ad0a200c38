// Two hand-written models, as an emitter would write them, and the memory to run one.
#ifndef BURIN_TESTS_RUNTIME_TINY_MODELS_H_
#define BURIN_TESTS_RUNTIME_TINY_MODELS_H_

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "runtime/model.h"

extern "C" const burin_model_api* burin_model();  // of kStaticModel

namespace burin::runtime_test {

// Static: y[2,3] = x[2,3] + weights, h_next[4] = h[4] + 1, by way of two buffers planned at compile time.
extern const burin_model_data kStaticModel;
// Symbols: ids[B,S] and mask[B,S] of i64; S even. where[1,N] = flat places where mask is not 0, in `found` many;
// twice[2*S] of f32 = the sum of ids over B, repeated.
extern const burin_model_data kDynamicModel;
// A model with neither inputs nor outputs, symbols, weights or buffers.
extern const burin_model_data kEmptyModel;

burin_model_api api_of(const burin_model_data& data);

// Exactly `bytes` bytes at a multiple of 64, so that a sanitizer sees any access outside.
class AlignedMemory {
 public:
  explicit AlignedMemory(size_t bytes) : bytes_(bytes), data_(nullptr) {
    if (posix_memalign(&data_, BURIN_ALIGNMENT, bytes == 0 ? 1 : bytes) != 0) std::abort();
    std::memset(data_, 0xa5, bytes);
  }
  AlignedMemory(const AlignedMemory&) = delete;
  AlignedMemory& operator=(const AlignedMemory&) = delete;
  ~AlignedMemory() { std::free(data_); }
  unsigned char* data() const { return static_cast<unsigned char*>(data_); }
  size_t size() const { return bytes_; }

 private:
  size_t bytes_;
  void* data_;
};

// A context of a model, in memory of exactly its size.
struct Session {
  explicit Session(const burin_model_data& data);
  burin_status prepare(const std::vector<std::vector<int64_t>>& shapes, int32_t threads = 1);
  burin_status bind_arena();
  std::string error() const { return api.last_error(context); }

  burin_model_api api;
  std::unique_ptr<AlignedMemory> memory;
  std::unique_ptr<AlignedMemory> arena;
  burin_context* context = nullptr;
  burin_plan_size plan{};
};

burin_prepare_request request_for(int32_t threads = 1);

}  // namespace burin::runtime_test

#endif  // BURIN_TESTS_RUNTIME_TINY_MODELS_H_
