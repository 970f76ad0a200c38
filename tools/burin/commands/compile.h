// `burin compile`: from a model to artifacts in a folder.
#pragma once

#include <string>
#include <vector>

#include "tools/burin/base/options.h"
#include "tools/burin/base/report.h"

namespace burin::tools {

struct CompileReport {
  std::string name;
  std::string digest;              // empty for text
  std::vector<std::string> files;  // in the output folder
  double seconds = 0;
};

ExitCode compile(const Options& options);

}  // namespace burin::tools
