// A library for a machine other than this one, run by a command that emulates it: `COMMAND LIBRARY INPUTS OUTPUTS`, where
// both files hold, for one tensor after the other, rank, dimensions and bytes as int64 and then the elements.
// examples/run_model.c is such a program.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "codegen/link/scratch_folder.h"
#include "ir/base/result.h"
#include "ir/tensor/literal.h"
#include "tools/burin/data/description.h"

namespace burin::tools {

struct EmulatedModel {
  std::vector<std::string> command;
  std::unique_ptr<codegen::ScratchFolder> folder;  // holds model.so, and is gone with this
};

ir::Result<std::vector<ir::Literal>> run_emulated(const EmulatedModel& model,
                                                  std::span<const TensorDescription> outputs,
                                                  std::span<const ir::Literal> inputs);

}  // namespace burin::tools
