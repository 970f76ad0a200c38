// A model that can be run on whole tensors, whoever made its code: a library, one of another machine under its emulator, or
// loops that burin interprets. For checking and for files of inputs; measuring uses the library itself (library.h).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "ir/loop/loop.h"
#include "ir/tensor/literal.h"
#include "tools/burin/base/options.h"
#include "tools/burin/compile/build_library.h"
#include "tools/burin/library/emulated_model.h"
#include "tools/burin/library/library.h"

namespace burin::tools {

class Runner {
 public:
  explicit Runner(ir::Module module);
  Runner(EmulatedModel model, ModelDescription description)
      : model_(std::move(model)), description_(std::move(description)) {}
  static ir::Result<Runner> of_library(Library library);

  const ModelDescription& description() const { return description_; }
  const std::vector<TensorDescription>& inputs() const { return description_.inputs; }
  const std::vector<TensorDescription>& outputs() const { return description_.outputs; }

  // The outputs, in order; `inputs` are in order too, of the right types.
  ir::Result<std::vector<ir::Literal>> run(std::span<const ir::Literal> inputs, int threads = 1);

 private:
  struct Loaded {
    std::unique_ptr<Library> library;  // where `execution` keeps pointing when this moves
    Execution execution;
    Shapes shapes;  // what is prepared
  };
  explicit Runner(Loaded loaded);

  std::variant<ir::Module, Loaded, EmulatedModel> model_;
  ModelDescription description_;
};

// Lowers `graph`, whose passes have run, for a target of this machine, and makes it run.
ir::Result<Runner> make_runner(const ir::Graph& graph, const Options& options);

// Fills `to` with the elements of `from`, as many as there is room for.
void copy_elements(const ir::Literal& from, std::span<std::byte> to);

// Lowers `graph` for a target of this machine; links the objects that --toolchain other than interpret makes of that, and
// loads the library. Nothing is left on disk.
ir::Result<LoweredModel> lower_to_run(const ir::Graph& graph, const Options& options);
ir::Result<Library> load_linked(const LoweredModel& model, const Options& options);
// Both steps.
ir::Result<Library> make_library(const ir::Graph& graph, const Options& options);

}  // namespace burin::tools
