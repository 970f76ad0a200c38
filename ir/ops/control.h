// Ops with regions. A region sees the values around it; what runs inside is decided while running.
#pragma once

#include <cstdint>
#include <tuple>

#include "ir/graph/attributes.h"
#include "ir/graph/op.h"

namespace burin::ir {

struct Scan {
  int64_t sequences = 1;  // how many of the last operands are walked along their first axis
  bool operator==(const Scan&) const = default;
  static constexpr auto fields = std::tuple{field("sequences", &Scan::sequences).at_least(0)};
};

extern const OpInfo kIf;
extern const OpInfo kLoop;
extern const OpInfo kScan;

// How often a loop runs, as far as the graph knows.
struct Iterations {
  Expr most;              // at most so often; invalid where that is data
  bool is_exact = false;  // exactly so often
};
Iterations iterations_of(const Graph& graph, const Op& loop);

void lower_if(Lowering& op);
void lower_loop(Lowering& op);
void lower_scan(Lowering& op);

// The most iterations of a loop whose count is data, where memory grows with it. A library that needs more says so after
// running (BURIN_OUT_OF_BOUNDS).
inline constexpr int64_t kMostIterations = int64_t{1} << 20;

}  // namespace burin::ir
