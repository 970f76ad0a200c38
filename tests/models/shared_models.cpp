#include "tests/models/shared_models.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <span>
#include <string_view>

#include "tests/paths.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

const fs::path kModels = fs::path(test::source_dir()) / "../shared/models";

// Folders all of whose models are required, and single models beside them.
constexpr std::string_view kRequired[] = {"vision_classification/",   "vision_detection/", "vision_segmentation/",
                                          "vision_enhance/",          "audio/dnsmos_",     "audio/basic_pitch",
                                          "tabular/iris_mlp_pytorch", "text/magika_",      "text/tf_bert_mrpc_opset10",
                                          "text/gpt2_no_past"};
constexpr std::string_view kNotRequired[] = {"vision_enhance/espcn_subpixel_qonnx"};

bool starts_with_one_of(const std::string& name, std::span<const std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return name.starts_with(start); });
}

// Models whose stored outputs are further from right ones than the tolerance, and the largest absolute difference among
// ONNX Runtime with optimization, without it and the stored outputs: tests/models/record_noise.py prints it. Three times
// that is allowed. A row that nothing needs any more goes: the model is right without it.
struct Noise {
  std::string_view model;
  double difference;
};
constexpr Noise kNoise[] = {
    {"quant_patterns/qdq_residual_cnn", 7.08e-01},
    {"quant_patterns/qdq_transpose_without_dq", 1.26e-04},
    {"vision_detection/ppocr_v1_text_det", 9.36e-05},
    {"vision_detection/yolox_nano", 6.56e-05},
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

}  // namespace

bool are_models_there() { return fs::exists(kModels); }

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

bool is_required(const Model& model) {
  return starts_with_one_of(model.name, kRequired) && !starts_with_one_of(model.name, kNotRequired);
}

Finished verify(const Model& model, const std::vector<std::string>& flags, const std::function<void()>& prepare) {
  std::vector<std::string> words = {"verify",   model.file, "--data",
                                    model.data, "--noise",  std::to_string(noise_of(model.name))};
  words.insert(words.end(), flags.begin(), flags.end());
  return run_burin(std::move(words), ".", prepare);
}

std::string test_name(const Model& model) {
  std::string name = model.name + "_" + model.data.filename().string();
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

}  // namespace burin::tools
