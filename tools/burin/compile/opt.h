// `burin opt`: IR text in, passes over it, IR text out. The form is told by the text's first word (func, program, module); the
// driver and the text tests (tests/text_test.cpp) share this.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "ir/loop/loop.h"
#include "ir/loop/verify.h"
#include "ir/nest/nest.h"
#include "ir/nest/verify.h"
#include "ir/text/tensor_text.h"
#include "passes/pass.h"
#include "passes/pipeline.h"

namespace burin::tools {

using passes::AnyForm;

struct OptOptions {
  std::vector<std::string> passes;  // names of steps
  std::string form;                 // "graph", "nests", "loops": the input must be this; empty: any
  std::string target = "any";       // written into modules
  passes::Math math = passes::Math::kDefault;
  ir::ReadProof reads = ir::ReadProof::kRequired;
  ir::Building building = ir::Building::kSimplified;
  std::vector<std::string>* explained = nullptr;  // of PassContext
};

ir::Result<AnyForm> parse_any(std::string_view text, const ir::TextParseOptions& options);
std::string text_of(const AnyForm& form, const ir::TextPrintOptions& options = {});

// How much the verifiers ask for.
struct Strictness {
  ir::ReadProof reads = ir::ReadProof::kRequired;
  ir::LoopStage stage = ir::LoopStage::kScheduled;

  // More is asked for once a step has promised it.
  void follow(std::string_view step) {
    if (step == "expand-math") stage = ir::LoopStage::kExpanded;
  }
};
ir::Status verify(const AnyForm& form, Strictness strictness);

// Verifies, and runs and verifies each pass; the text is parsed first.
ir::Result<AnyForm> run_opt(const OptOptions& options, AnyForm form);
ir::Result<AnyForm> run_opt(const OptOptions& options, std::string_view text);

}  // namespace burin::tools
