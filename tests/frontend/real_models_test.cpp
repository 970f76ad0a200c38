// Every model of ../shared/models, where that folder is there.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "frontend/numpy/npz.h"
#include "frontend/onnx/reader/model_reader.h"
#include "tests/frontend/hostile_bytes.h"
#include "tests/paths.h"

namespace burin::frontend {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(std::string_view extension) {
  std::vector<fs::path> files;
  const fs::path folder = fs::path(test::source_dir()) / "../shared/models";
  if (!fs::exists(folder)) return files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void expect_initializers(OnnxModel& model) {
  for (const onnx::TensorProto& tensor : model.proto.graph().initializer()) {
    const auto data = tensor_data(model.tensors, tensor, tensor.name());
    EXPECT_TRUE(data || fault_kind(data) == "unsupported-data-type") << fault_text(data);  // strings
  }
}

TEST(RealModels, all_are_read) {
  const std::vector<fs::path> files = files_of(".onnx");
  if (files.empty()) GTEST_SKIP() << "no ../shared/models";
  for (const fs::path& file : files) {
    auto model = read_model(file);
    ASSERT_TRUE(model) << fault_text(model);
    expect_initializers(*model);
  }
}

TEST(RealModels, all_test_data_is_read) {
  const std::vector<fs::path> files = files_of(".npz");
  if (files.empty()) GTEST_SKIP() << "no ../shared/models";
  for (const fs::path& file : files) {
    const auto arrays = read_npz(file);
    EXPECT_TRUE(arrays || fault_kind(arrays) == "unsupported-data-type") << fault_text(arrays);  // strings
  }
  for (const fs::path& file : files_of(".pb")) {
    const auto tensor = read_tensor_file(file);
    EXPECT_TRUE(tensor) << fault_text(tensor);
  }
}

}  // namespace
}  // namespace burin::frontend
