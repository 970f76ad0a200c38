// What compiling costs in memory: the weights once, as pages of the model's file.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstring>

#include "tests/frontend/model_builder.h"
#include "tests/tools/process.h"

namespace burin::tools {
namespace {

// y = x W, with weights that nothing can fold.
std::string product_model(int rows, int columns) {
  frontend::test::ModelBuilder builder;
  builder.input("x", {1, rows}).output("y", {1, columns});
  auto* weights = builder.graph().add_initializer();
  weights->set_name("w");
  weights->set_data_type(onnx::TensorProto::FLOAT);
  weights->add_dims(rows);
  weights->add_dims(columns);
  std::string& bytes = *weights->mutable_raw_data();
  bytes.resize(size_t{4} * static_cast<size_t>(rows) * static_cast<size_t>(columns));
  uint32_t state = 1;
  for (size_t at = 0; at < bytes.size(); at += 4) {
    state = state * 1664525 + 1013904223;
    const float value = static_cast<float>(state >> 8) * 0x1p-24f - 0.5f;
    std::memcpy(bytes.data() + at, &value, sizeof value);
  }
  builder.node("MatMul", {"x", "w"}, {"y"});
  return builder.proto().SerializeAsString();
}

// The most memory that any program that this test started and that has ended was given, in bytes.
int64_t peak_of_programs() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return int64_t{1024} * usage.ru_maxrss;
}

int64_t peak_of_compiling(const Scratch& folder, const std::string& model, const std::string& form) {
  const Finished done = run_burin({"compile", model, "-o", "out", "--emit", form}, folder.path());
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  return peak_of_programs();
}

class MemoryOfCompiling : public testing::TestWithParam<const char*> {};

TEST_P(MemoryOfCompiling, holds_the_weights_once) {
  if (BURIN_IS_SANITIZED) GTEST_SKIP() << "the sanitizers take memory of their own";
  constexpr int64_t kWeights = int64_t{64} << 20;
  const Scratch folder;
  folder.write("small.onnx", product_model(16, 16));
  const int64_t small = peak_of_compiling(folder, "small.onnx", GetParam());
  folder.write("large.onnx", product_model(4096, 4096));
  const int64_t large = peak_of_compiling(folder, "large.onnx", GetParam());
  EXPECT_LT(large - small, kWeights * 3 / 2) << small << " bytes without weights, " << large << " with " << kWeights;
}

INSTANTIATE_TEST_SUITE_P(Forms, MemoryOfCompiling, testing::Values("lib", "static-lib", "object", "cpp"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace burin::tools
