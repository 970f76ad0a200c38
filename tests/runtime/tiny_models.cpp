#include "tests/runtime/tiny_models.h"

#include <iterator>

namespace burin::runtime_test {
namespace {

template <class T>
constexpr int32_t count(const T& array) {
  return static_cast<int32_t>(std::size(array));
}

// ---- static

alignas(64) const float kWeights[6] = {10, 20, 30, 40, 50, 60};
const int64_t kDims23[] = {2, 3};
const int64_t kDims4[] = {4};
const burin_tensor_data kStaticInputs[] = {{"x", "NC", kDims23, BURIN_F32, 2, 0, 0},
                                           {"h", "", kDims4, BURIN_F32, 1, 0, 0}};
const burin_tensor_data kStaticOutputs[] = {{"y", "NC", kDims23, BURIN_F32, 2, 0.5f, 3},
                                            {"h_next", "", kDims4, BURIN_F32, 1, 0, 0}};
const int64_t kStaticOffsets[] = {64, 0};

void execute_static(const burin_frame* frame) {
  const auto* x = static_cast<const float*>(frame->inputs[0]);
  const auto* h = static_cast<const float*>(frame->inputs[1]);
  auto* y = static_cast<float*>(frame->outputs[0]);
  auto* h_next = static_cast<float*>(frame->outputs[1]);
  const auto* weights = reinterpret_cast<const float*>(frame->weights);
  auto* sum = reinterpret_cast<float*>(frame->arena + frame->offsets[0]);
  auto* one = reinterpret_cast<float*>(frame->arena + frame->offsets[1]);
  for (int i = 0; i < 4; ++i) one[i] = 1;
  for (int i = 0; i < 6; ++i) sum[i] = x[i] + weights[i];
  for (int i = 0; i < 6; ++i) y[i] = sum[i];
  for (int i = 0; i < 4; ++i) h_next[i] = h[i] + one[i];
}

const burin_variant kStaticVariants[] = {
    {"future-cpu", UINT64_C(1) << 63, nullptr, kStaticOffsets, 128, nullptr, nullptr, nullptr, nullptr, execute_static,
     2, 0, 40},
    {"any", 0, nullptr, kStaticOffsets, 128, nullptr, nullptr, nullptr, nullptr, execute_static, 2, 0, 40}};

// ---- dynamic

constexpr int kB = 0, kS = 1, kN = 2;
const int64_t kDimsBS[] = {-(1 + kB), -(1 + kS)};
const int64_t kDimsWhere[] = {1, -(1 + kN)};
const int64_t kDimsTwice[] = {BURIN_DIM_COMPUTED};
const burin_tensor_data kDynamicInputs[] = {{"mask", "", kDimsBS, BURIN_I64, 2, 0, 0},
                                            {"ids", "", kDimsBS, BURIN_I64, 2, 0, 0}};
const burin_tensor_data kDynamicOutputs[] = {{"where", "", kDimsWhere, BURIN_I64, 2, 0, 0},
                                             {"twice", "", kDimsTwice, BURIN_F32, 1, 0, 0}};
const burin_symbol_data kDynamicSymbols[] = {{"B", 1, 4}, {"S", 0, 512}, {"N", 0, 1000000}};
const burin_check_data kDynamicChecks[] = {{"S mod 2 with S of input \"ids\" dimension 1", "", BURIN_EQUAL, 0}};
const burin_interval kDynamicIntervals[] = {{0, 1}, {1, 2}, {2, 2}};

void sizes_dynamic(const int64_t* symbols, int64_t* bytes) {
  bytes[0] = 8 * symbols[kN];
  bytes[1] = 4 * symbols[kS];
  bytes[2] = 0;
}
void bounds_dynamic(int64_t* symbols) { symbols[kN] = symbols[kB] * symbols[kS]; }
void shapes_dynamic(const int64_t* symbols, int64_t* dims) {
  dims[0] = 1;
  dims[1] = symbols[kN];
  dims[2] = 2 * symbols[kS];
}
void checks_dynamic(const int64_t* symbols, int64_t* pairs) {
  pairs[0] = symbols[kS] % 2;
  pairs[1] = 0;
}

void execute_dynamic(const burin_frame* frame) {
  const int64_t rows = frame->symbols[kB], columns = frame->symbols[kS];
  const auto* mask = static_cast<const int64_t*>(frame->inputs[0]);
  const auto* ids = static_cast<const int64_t*>(frame->inputs[1]);
  auto* where = static_cast<int64_t*>(frame->outputs[0]);
  auto* twice = static_cast<float*>(frame->outputs[1]);
  auto* places = reinterpret_cast<int64_t*>(frame->arena + frame->offsets[0]);
  auto* sums = reinterpret_cast<float*>(frame->arena + frame->offsets[1]);
  int64_t found = 0;
  for (int64_t i = 0; i < rows * columns; ++i) {
    if (mask[i] != 0) places[found++] = i;
  }
  for (int64_t c = 0; c < columns; ++c) sums[c] = 0;
  for (int64_t i = 0; i < rows * columns; ++i) sums[i % columns] += static_cast<float>(ids[i]);
  for (int64_t i = 0; i < found; ++i) where[i] = places[i];
  for (int64_t c = 0; c < 2 * columns; ++c) twice[c] = sums[c % columns];
  frame->symbols[kN] = found;
}

const burin_variant kDynamicVariants[] = {{"any", 0, kDynamicIntervals, nullptr, 0, sizes_dynamic, bounds_dynamic,
                                           shapes_dynamic, checks_dynamic, execute_dynamic, 3, 0, 0}};

// ---- empty

void execute_nothing(const burin_frame*) {}
const burin_variant kEmptyVariants[] = {
    {"any", 0, nullptr, nullptr, 0, nullptr, nullptr, nullptr, nullptr, execute_nothing, 0, 0, 0}};

}  // namespace

const burin_model_data kStaticModel = {BURIN_MODEL_VERSION,
                                       sizeof(burin_model_data),
                                       "tiny_static",
                                       "00ff",
                                       "abcd",
                                       "burin test",
                                       kStaticInputs,
                                       kStaticOutputs,
                                       nullptr,
                                       nullptr,
                                       kStaticVariants,
                                       reinterpret_cast<const unsigned char*>(kWeights),
                                       sizeof kWeights,
                                       1234,
                                       count(kStaticInputs),
                                       count(kStaticOutputs),
                                       0,
                                       0,
                                       0,
                                       count(kStaticVariants)};

const burin_model_data kDynamicModel = {BURIN_MODEL_VERSION,
                                        sizeof(burin_model_data),
                                        "tiny_dynamic",
                                        "1234",
                                        "5678",
                                        "burin test",
                                        kDynamicInputs,
                                        kDynamicOutputs,
                                        kDynamicSymbols,
                                        kDynamicChecks,
                                        kDynamicVariants,
                                        nullptr,
                                        0,
                                        0,
                                        count(kDynamicInputs),
                                        count(kDynamicOutputs),
                                        count(kDynamicSymbols),
                                        2,
                                        count(kDynamicChecks),
                                        count(kDynamicVariants)};

const burin_model_data kEmptyModel = {BURIN_MODEL_VERSION,
                                      sizeof(burin_model_data),
                                      "empty",
                                      "",
                                      "",
                                      "burin test",
                                      nullptr,
                                      nullptr,
                                      nullptr,
                                      nullptr,
                                      kEmptyVariants,
                                      nullptr,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      count(kEmptyVariants)};

burin_model_api api_of(const burin_model_data& data) { return BURIN_MODEL_API(data); }

burin_prepare_request request_for(int32_t threads) {
  burin_prepare_request request{};
  request.struct_size = sizeof request;
  request.threads = threads;
  return request;
}

Session::Session(const burin_model_data& data) : api(api_of(data)) {
  plan.struct_size = sizeof plan;
  size_t bytes = 0;
  if (api.context_bytes(&api, &bytes) != BURIN_OK) std::abort();
  memory = std::make_unique<AlignedMemory>(bytes);
  if (api.context_create(&api, memory->data(), bytes, &context) != BURIN_OK) std::abort();
}

burin_status Session::prepare(const std::vector<std::vector<int64_t>>& shapes, int32_t threads) {
  std::vector<const int64_t*> pointers;
  std::vector<int32_t> ranks;
  for (const std::vector<int64_t>& shape : shapes) {
    pointers.push_back(shape.data());
    ranks.push_back(static_cast<int32_t>(shape.size()));
  }
  burin_prepare_request request = request_for(threads);
  request.n_shapes = static_cast<int32_t>(shapes.size());
  request.shapes = pointers.data();
  request.ranks = ranks.data();
  return api.prepare(context, &request, &plan);
}

burin_status Session::bind_arena() {
  arena = std::make_unique<AlignedMemory>(static_cast<size_t>(plan.arena_bytes));
  return api.bind_arena(context, arena->data(), arena->size());
}

}  // namespace burin::runtime_test

using burin::runtime_test::kStaticModel;
const burin_model_api kStaticApi = BURIN_MODEL_API(kStaticModel);
BURIN_DEFINE_MODEL(burin_model, kStaticApi, "default")
