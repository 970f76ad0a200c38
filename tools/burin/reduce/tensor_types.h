// Types of the tensors inside a model, for `burin reduce`, which makes inputs of them.
#pragma once

#include <filesystem>

#include "tools/burin/reduce/model_edits.h"

namespace burin::tools {

// As the model declares them, and as the importer finds them. It runs in a process of its own, since what is being reduced may
// be a model that it cannot bear; then the declared ones are all.
TensorTypes tensor_types(const onnx::ModelProto& model, const std::filesystem::path& path);

}  // namespace burin::tools
