// The models of ../shared/models that have expected outputs there, and what is asked of each.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "tests/tools/process.h"

namespace burin::tools {

struct Model {
  std::string name;  // "audio/basic_pitch"
  std::filesystem::path file;
  std::filesystem::path data;

  friend void PrintTo(const Model& model, std::ostream* out) { *out << model.name; }
};

bool are_models_there();

// In the order of their data's paths; a model with two sets of data is there twice.
std::vector<Model> models_with_data();
bool is_required(const Model& model);

// `burin verify` of a model, with what its expected values may be off by.
Finished verify(const Model& model, const std::vector<std::string>& flags = {},
                const std::function<void()>& prepare = {});

// "audio_basic_pitch_ref"
std::string test_name(const Model& model);

}  // namespace burin::tools
