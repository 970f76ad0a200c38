// Passes and lowerings: what every step of the pipeline is given, and what it looks like. The steps are rows that one can
// read (passes/pipeline.h); the walk over them is the one place that prints, verifies, times and counts.
#pragma once

#include <string>
#include <vector>

#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "ir/loop/loop.h"
#include "ir/nest/nest.h"
#include "passes/machine.h"

namespace burin::passes {

// What every step is given besides the IR.
struct PassContext {
  Machine machine;
  Math math = Math::kDefault;
  std::string target = "any";  // the target's name, for modules to carry
  // Why a step did or declined something, a line each: "fuse-epilogues: declined \"y\": it is an output". Null: not asked for.
  std::vector<std::string>* explained = nullptr;

  void explain(std::string line) const {
    if (explained != nullptr) explained->push_back(std::move(line));
  }
};

// Rewrites a form in place. A pass that changes nothing leaves the IR identical, and running it twice equals running it once.
template <class Form>
using Pass = ir::Status (*)(Form& form, const PassContext& context);

// Makes the next form of one, which it consumes.
template <class From, class To>
using FormLowering = ir::Result<To> (*)(From form, const PassContext& context);

}  // namespace burin::passes
