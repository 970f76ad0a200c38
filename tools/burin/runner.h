// A model that can be run on whole tensors, whoever made its code: a library of a toolchain, or loops that burin
// interprets. For checking and for files of inputs; measuring uses the library itself (library.h).
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "ir/graph.h"
#include "ir/literal.h"
#include "ir/loop.h"
#include "ir/result.h"
#include "tools/burin/options.h"

namespace burin::tools {

struct Signature {
  std::string name;
  ir::ElementType element = ir::ElementType::kF32;
  std::vector<int64_t> dims;  // -1 where it is no number before the model runs
};

class Runner {
 public:
  explicit Runner(ir::Module module);

  const std::vector<Signature>& inputs() const { return inputs_; }
  const std::vector<Signature>& outputs() const { return outputs_; }

  // The outputs, in order; `inputs` are in order too, of the right types.
  ir::Result<std::vector<ir::Literal>> run(std::span<const ir::Literal> inputs);

 private:
  std::variant<ir::Module> model_;
  std::vector<Signature> inputs_, outputs_;
};

// Lowers `graph`, whose passes have run, for a target of this machine, and makes it run.
ir::Result<Runner> make_runner(const ir::Graph& graph, const Options& options);

}  // namespace burin::tools
