// What a compiled library answers to wrong arguments: a status and words, never a crash, by every toolchain. The runtime's own
// tests (tests/runtime) try every function on invented models; here it is what was linked into a library.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "runtime/burin.h"
#include "tests/frontend/hostile_bytes.h"
#include "tests/tools/process.h"

namespace burin::tools {
namespace {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<std::byte, Free>;

Memory aligned(size_t bytes) {
  const size_t rounded = (bytes / BURIN_ALIGNMENT + 2) * BURIN_ALIGNMENT;
  return Memory(static_cast<std::byte*>(std::aligned_alloc(BURIN_ALIGNMENT, rounded)));
}

template <class T>
T sized() {
  T made{};
  made.struct_size = sizeof(T);
  return made;
}

using Shapes = std::vector<std::vector<int64_t>>;

const std::string kDigits = source("tools/digits/digits.onnx");
constexpr int64_t kPictures = 2;

// A library that was compiled and loaded, with a context in it.
class LibraryMisuse : public testing::TestWithParam<const char*> {
 protected:
  // x86_64-v2 is what every machine of these tests runs.
  void compile_and_load(const std::string& model, const std::string& name) {
    const Finished made = run_burin(
        {"compile", model, "-o", "out", "--name", name, "-t", "x86_64-v2", "--toolchain", GetParam()}, scratch_.path());
    ASSERT_EQ(made.exit_code, 0) << made.errors;
    library_ = dlopen((scratch_.path() / "out" / ("lib" + name + ".so")).c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library_, nullptr) << dlerror();
    api_ = reinterpret_cast<burin_model_function*>(dlsym(library_, "burin_model"))();
    ASSERT_EQ(api_->abi_version, BURIN_ABI_VERSION);
    ASSERT_EQ(api_->context_bytes(api_, &bytes_), BURIN_OK);
    memory_ = aligned(bytes_);
    ASSERT_EQ(api_->context_create(api_, memory_.get(), bytes_, &context_), BURIN_OK);
  }

  ~LibraryMisuse() override {
    if (library_ != nullptr) dlclose(library_);
  }

  burin_status prepare(const Shapes& shapes, const char* target = nullptr) {
    std::vector<const int64_t*> starts;
    std::vector<int32_t> ranks;
    for (const auto& shape : shapes) {
      starts.push_back(shape.data());
      ranks.push_back(static_cast<int32_t>(shape.size()));
    }
    auto request = sized<burin_prepare_request>();
    request.threads = 1;
    request.n_shapes = static_cast<int32_t>(shapes.size());
    request.shapes = starts.data();
    request.ranks = ranks.data();
    request.target = target;
    return api_->prepare(context_, &request, &plan_);
  }

  std::string error() const { return api_->last_error(context_); }

  // The model that recognizes digits, prepared for kPictures of them, with nothing bound.
  void prepare_digits() {
    compile_and_load(kDigits, "digits");
    ASSERT_EQ(prepare({{kPictures, 1, 8, 8}}), BURIN_OK) << error();
    arena_ = aligned(plan_.arena_bytes);
  }

  burin_status bind_arena() { return api_->bind_arena(context_, arena_.get(), plan_.arena_bytes); }
  burin_status bind_image() { return api_->bind_input(context_, 0, image_.data(), image_.size() * sizeof(float)); }
  burin_status bind_probabilities() {
    return api_->bind_output(context_, 0, probabilities_.data(), probabilities_.size() * sizeof(float));
  }

  Scratch scratch_;
  void* library_ = nullptr;
  const burin_model_api* api_ = nullptr;
  size_t bytes_ = 0;
  Memory memory_;
  burin_context* context_ = nullptr;
  burin_plan_size plan_ = sized<burin_plan_size>();
  Memory arena_;
  std::vector<float> image_ = std::vector<float>(kPictures * 64, 0.5F);
  std::vector<float> probabilities_ = std::vector<float>(kPictures * 10, -1.0F);
};

TEST_P(LibraryMisuse, of_contexts_is_answered) {
  compile_and_load(kDigits, "digits");
  burin_context* none = nullptr;
  EXPECT_EQ(api_->context_create(nullptr, memory_.get(), bytes_, &none), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api_->context_create(api_, nullptr, bytes_, &none), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api_->context_create(api_, memory_.get() + 8, bytes_, &none), BURIN_MISALIGNED);
  EXPECT_EQ(api_->context_create(api_, memory_.get(), bytes_ - 1, &none), BURIN_BUFFER_TOO_SMALL);
  burin_model_api newer = *api_;
  newer.abi_version = BURIN_ABI_VERSION + 1;
  EXPECT_EQ(newer.context_create(&newer, memory_.get(), bytes_, &none), BURIN_WRONG_ABI);
  const Memory foreign = aligned(bytes_);
  std::fill_n(foreign.get(), bytes_, std::byte{0xa5});
  EXPECT_EQ(api_->execute(reinterpret_cast<burin_context*>(foreign.get())), BURIN_WRONG_ABI);
  EXPECT_EQ(api_->execute(nullptr), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api_->execute(context_), BURIN_NOT_PREPARED);
}

TEST_P(LibraryMisuse, of_requests_is_answered) {
  compile_and_load(kDigits, "digits");
  EXPECT_EQ(api_->prepare(context_, nullptr, &plan_), BURIN_NULL_ARGUMENT);
  auto request = sized<burin_prepare_request>();
  request.threads = 1;
  EXPECT_NE(api_->prepare(context_, &request, &plan_), BURIN_OK);  // the number of pictures is not known
  request.n_shapes = 1;
  EXPECT_EQ(api_->prepare(context_, &request, &plan_), BURIN_NULL_ARGUMENT);
  request.struct_size = 4;
  EXPECT_EQ(api_->prepare(context_, &request, &plan_), BURIN_WRONG_STRUCT_SIZE);
  EXPECT_EQ(prepare({{kPictures, 1, 8, 8}}, "vax"), BURIN_WRONG_NAME);
  EXPECT_EQ(api_->execute(context_), BURIN_NOT_PREPARED);
}

TEST_P(LibraryMisuse, of_shapes_is_answered) {
  compile_and_load(kDigits, "digits");
  EXPECT_EQ(prepare({{kPictures, 1, 8, 8}, {1}}), BURIN_WRONG_ARGUMENT);
  EXPECT_EQ(prepare({{kPictures, 64}}), BURIN_WRONG_RANK);
  EXPECT_EQ(prepare({{kPictures, 1, 8, 9}}), BURIN_WRONG_DIMENSION);
  EXPECT_EQ(error(), "input \"image\" dimension 3: expected 8, found 9");
  for (const int64_t pictures : {int64_t{0}, int64_t{-1}, int64_t{1} << 40, INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(prepare({{pictures, 1, 8, 8}}), BURIN_OUT_OF_BOUNDS) << pictures;
  }
  EXPECT_EQ(api_->execute(context_), BURIN_NOT_PREPARED);
}

TEST_P(LibraryMisuse, of_buffers_is_answered) {
  prepare_digits();
  EXPECT_EQ(api_->execute(context_), BURIN_NOT_BOUND);
  if (plan_.arena_bytes > 0) {
    EXPECT_EQ(api_->bind_arena(context_, nullptr, plan_.arena_bytes), BURIN_NULL_ARGUMENT);
    EXPECT_EQ(api_->bind_arena(context_, arena_.get() + 8, plan_.arena_bytes), BURIN_MISALIGNED);
    EXPECT_EQ(api_->bind_arena(context_, arena_.get(), plan_.arena_bytes - 1), BURIN_BUFFER_TOO_SMALL);
  }
  const size_t image_bytes = image_.size() * sizeof(float);
  auto* const image = reinterpret_cast<char*>(image_.data());
  EXPECT_EQ(api_->bind_input(context_, 1, image, image_bytes), BURIN_WRONG_INDEX);
  EXPECT_EQ(api_->bind_input(context_, -1, image, image_bytes), BURIN_WRONG_INDEX);
  EXPECT_EQ(api_->bind_input(context_, 0, nullptr, image_bytes), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api_->bind_input(context_, 0, image, image_bytes - 1), BURIN_BUFFER_TOO_SMALL);
  EXPECT_EQ(api_->bind_input(context_, 0, image + 1, image_bytes), BURIN_MISALIGNED);
  const size_t result_bytes = probabilities_.size() * sizeof(float);
  EXPECT_EQ(api_->bind_output(context_, 0, nullptr, result_bytes), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api_->bind_output(context_, 0, probabilities_.data(), result_bytes - 1), BURIN_BUFFER_TOO_SMALL);
  EXPECT_EQ(api_->bind_output(context_, 7, probabilities_.data(), result_bytes), BURIN_WRONG_INDEX);
  int64_t dims[2] = {};
  EXPECT_EQ(api_->output_shape(context_, 0, dims, 1), BURIN_BUFFER_TOO_SMALL);
  EXPECT_EQ(api_->output_shape(context_, 0, nullptr, 2), BURIN_NULL_ARGUMENT);
}

TEST_P(LibraryMisuse, nothing_runs_before_all_is_bound) {
  prepare_digits();
  ASSERT_EQ(bind_arena(), BURIN_OK) << error();
  EXPECT_EQ(api_->execute(context_), BURIN_NOT_BOUND);
  ASSERT_EQ(bind_image(), BURIN_OK) << error();
  EXPECT_EQ(api_->execute(context_), BURIN_NOT_BOUND);
  EXPECT_EQ(probabilities_, std::vector<float>(probabilities_.size(), -1.0F));
}

TEST_P(LibraryMisuse, leaves_the_library_right) {
  prepare_digits();
  EXPECT_EQ(prepare({{kPictures, 64}}), BURIN_WRONG_RANK);
  EXPECT_EQ(api_->execute(context_), BURIN_NOT_PREPARED);  // a failed prepare takes the preparation back
  ASSERT_EQ(prepare({{kPictures, 1, 8, 8}}), BURIN_OK) << error();
  EXPECT_EQ(api_->bind_input(context_, 0, nullptr, 0), BURIN_NULL_ARGUMENT);
  ASSERT_EQ(bind_arena(), BURIN_OK) << error();
  ASSERT_EQ(bind_image(), BURIN_OK) << error();
  ASSERT_EQ(bind_probabilities(), BURIN_OK) << error();
  ASSERT_EQ(api_->execute(context_), BURIN_OK) << error();
  EXPECT_NEAR(std::accumulate(probabilities_.begin(), probabilities_.end(), 0.0), kPictures, 1e-5);
}

TEST_P(LibraryMisuse, of_shapes_that_the_model_needs_to_be_equal_is_told) {
  scratch_.write("sum.onnx", frontend::sum_of_symbols());
  compile_and_load("sum.onnx", "sum");
  EXPECT_EQ(prepare({{3}, {3}}), BURIN_OK) << error();
  EXPECT_EQ(prepare({{3}, {4}}), BURIN_CHECK_FAILED);
  EXPECT_NE(error().find('3'), std::string::npos) << error();
  EXPECT_NE(error().find('4'), std::string::npos) << error();
  EXPECT_EQ(api_->execute(context_), BURIN_NOT_PREPARED);
}

INSTANTIATE_TEST_SUITE_P(Toolchain, LibraryMisuse, testing::Values("llvm", "gcc", "clang"),
                         [](const auto& toolchain) { return std::string(toolchain.param); });

}  // namespace
}  // namespace burin::tools
