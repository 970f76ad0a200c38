// Passes: functions over one form with a name and a line of documentation. A pipeline is a list of rows that one can read
// (passes/pipeline.h); the runner is the one place that prints, verifies, times and counts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "ir/loop/loop.h"
#include "ir/nest/nest.h"
#include "passes/machine.h"

namespace burin::passes {

// What every pass is given besides the IR.
struct PassContext {
  Machine machine;
  Math math = Math::kDefault;
  // Why a pass did or declined something, a line each: "fuse-epilogues: declined \"y\": it is an output". Null: not asked for.
  std::vector<std::string>* explained = nullptr;

  void explain(std::string line) const {
    if (explained != nullptr) explained->push_back(std::move(line));
  }
};

// A pass that changes nothing leaves the IR identical, and running it twice equals running it once.
template <class Form>
struct Pass {
  std::string_view name;
  std::string_view doc;
  ir::Status (*run)(Form& form, const PassContext& context);
};
using GraphPass = Pass<ir::Graph>;
using NestPass = Pass<ir::Program>;
using LoopPass = Pass<ir::Module>;

}  // namespace burin::passes
