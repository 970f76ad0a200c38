// `burin verify --guard_pages`: runs a library with every buffer next to pages that cannot be accessed, and says which buffer
// it left, if any. Out of scope: buffers on the stack, and one constant from the next among the weights.
//
// Offsets of a static plan are numbers in the code, so such a library is lowered with `unplan_memory` (passes/plan_memory.h):
// its code asks the frame for every offset. The rest of it is as users get it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "ir/tensor/literal.h"
#include "runtime/model.h"
#include "tools/burin/base/options.h"
#include "tools/burin/library/guard_pages.h"
#include "tools/burin/library/library.h"

namespace burin::tools {

// What memory one run gets. Outputs and the arena are filled before it, with another byte in each.
enum class Placement : uint8_t {
  kFlushAtEnd,    // inputs, outputs, weights and arena buffers each end at an inaccessible page
  kFlushAtStart,  // the same, but start at one
  kPlannedArena,  // the arena in one piece, whose buffers share memory as planned; the rest is flush at its end
};
inline constexpr std::array kPlacements = {Placement::kFlushAtEnd, Placement::kFlushAtStart, Placement::kPlannedArena};
std::string_view name_of(Placement placement);  // "flush at the end"

struct GuardedRun {
  std::string violation;  // `a read of byte 24 of input "x", which has 24 bytes`; empty: none
  std::vector<ir::Literal> outputs;
};

class GuardedRunner {
 public:
  // `arena` names the arena's buffers, in order. A fault when the library's offsets are numbers in its code, or it has
  // variants for several machines.
  static ir::Result<GuardedRunner> create(Library library, std::vector<std::string> arena);

  const ModelDescription& description() const { return parts_->library.description(); }

  // `inputs` are in order, of the right types.
  ir::Result<GuardedRun> run(std::span<const ir::Literal> inputs, Placement placement);

 private:
  // The library's tables with another entry, at a place that stays when this moves.
  struct Parts {
    explicit Parts(Library from) : library(std::move(from)) {}
    Library library;
    std::vector<std::string> arena;
    burin_variant variant{};
    burin_model_data model{};
    burin_model_api api{};
  };
  GuardedRunner(std::unique_ptr<Parts> parts, Execution execution)
      : parts_(std::move(parts)), execution_(std::move(execution)) {}
  ir::Result<GuardPages> allocate(Flush flush, std::byte poison, size_t arena_bytes);
  ir::Status bind(const GuardPages& pages, std::span<const ir::Literal> inputs);
  ir::Result<std::vector<ir::Literal>> outputs_in(const GuardPages& pages);

  std::unique_ptr<Parts> parts_;
  Execution execution_;
};

// Lowers `graph`, whose passes have run, for a target of this machine, and makes it run. Takes options with guard_pages.
ir::Result<GuardedRunner> make_guarded_runner(const ir::Graph& graph, const Options& options);

}  // namespace burin::tools
