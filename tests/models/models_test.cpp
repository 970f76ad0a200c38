// Every model of ../shared/models that has expected outputs there, through the executable: the required ones are right, the
// others are right or refused with reasons. Reference outputs that come from a small interpreter (ref) are what that folder
// has; bench/ and the comparison with ONNX Runtime confirm them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tests/tools/process.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

const fs::path kModels = fs::path(BURIN_SOURCE_DIR) / "../shared/models";

// Folders all of whose models are required, and single models beside them.
constexpr std::string_view kRequired[] = {"vision_classification/",   "vision_detection/", "vision_segmentation/",
                                          "vision_enhance/",          "audio/dnsmos_",     "audio/basic_pitch",
                                          "tabular/iris_mlp_pytorch", "text/magika_",      "text/tf_bert_mrpc_opset10",
                                          "text/gpt2_no_past"};
constexpr std::string_view kNotRequired[] = {"vision_enhance/espcn_subpixel_qonnx"};

bool starts_with_one_of(const std::string& name, std::span<const std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return name.starts_with(start); });
}

struct Model {
  std::string name;  // "audio/basic_pitch"
  fs::path file;
  fs::path data;
};

// Models on which ONNX Runtime with optimization, without it and the stored outputs differ by more than the tolerance, and
// the largest absolute difference among the three: tests/models/record_noise.py prints these lines. Three times that is allowed.
struct Noise {
  std::string_view model;
  double difference;
};
constexpr Noise kNoise[] = {
    {"audio/basic_pitch", 3.73e-05},
    {"quant_patterns/qdq_residual_cnn", 7.08e-01},
    {"quant_patterns/qdq_transpose_without_dq", 1.26e-04},
    {"text/attention_mask1d_fp16", 1.95e-03},
    {"text/qwen35_tiny_gqa_fp16", 7.63e-06},
    {"vision_classification/squeezenet1_fp16", 2.44e-04},
    {"vision_detection/ppocr_v1_text_det", 9.36e-05},
    {"vision_detection/yolox_nano", 6.56e-05},
    {"vision_enhance/style_candy_legacy", 3.02e-03},
};

double noise_of(const std::string& name) {
  for (const Noise& row : kNoise) {
    if (row.model == name) return 3 * row.difference;
  }
  return 0;
}

bool has_data(const fs::path& folder) {
  const auto has = [&](const char* a, const char* b) { return fs::exists(folder / a) && fs::exists(folder / b); };
  return has("input_0.pb", "output_0.pb") || has("inputs.npz", "outputs.npz") ||
         has("test_data_0_input.pb", "test_data_0_output.pb");
}

std::vector<Model> models_with_data() {
  std::vector<Model> models;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(kModels, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path& file = entry->path();
    const fs::path expected = kModels / "expected" / file.stem();
    if (file.extension() != ".onnx" || !fs::exists(expected)) continue;
    const std::string name = (file.parent_path().filename() / file.stem()).string();
    for (const char* folder : {"test_data_set_0", "ref"}) {
      if (has_data(expected / folder)) models.push_back({name, file, expected / folder});
    }
  }
  std::sort(models.begin(), models.end(), [](const Model& a, const Model& b) { return a.data < b.data; });
  return models;
}

std::string test_name(const testing::TestParamInfo<Model>& info) {
  std::string name = info.param.name + "_" + info.param.data.filename().string();
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

class Models : public testing::TestWithParam<Model> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Models);

TEST_P(Models, is_right_or_refused_with_reasons) {
  const Model& model = GetParam();
  const Finished done =
      run_burin({"verify", model.file, "--data", model.data, "--noise", std::to_string(noise_of(model.name))});
  const bool required = starts_with_one_of(model.name, kRequired) && !starts_with_one_of(model.name, kNotRequired);
  if (required || done.exit_code == 0) {
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
    return;
  }
  EXPECT_EQ(done.exit_code, 1) << done.errors;
  EXPECT_TRUE(done.output.starts_with("UNSUPPORTED ")) << done.output << done.errors;
}

INSTANTIATE_TEST_SUITE_P(Shared, Models, testing::ValuesIn(models_with_data()), test_name);

TEST(SharedModels, are_there) {
  if (!fs::exists(kModels)) GTEST_SKIP() << "no ../shared/models: real models are not tested";
  EXPECT_FALSE(models_with_data().empty());
}

}  // namespace
}  // namespace burin::tools
