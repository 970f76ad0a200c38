// Chooses how a nest is walked: which axis becomes vectors, which axes make a register tile, in which order the rest runs.
// The choice is a list of loops (ir::Schedule) that prints and parses; passes/emit_nest.h carries it out.
#pragma once

#include <string>

#include "passes/flat_nest.h"
#include "passes/machine.h"

namespace burin::passes {

struct ChosenSchedule {
  ir::Schedule loops;   // axes are positions in FlatNest::axes
  std::string because;  // for --explain: "14 x 2 vectors of 16: q by f", "scalar: no axis is walked in unit steps"
};

// `nest` is collapsed already. Deterministic, from the nest's extents and strides and the machine's numbers only.
ChosenSchedule choose_schedule(const FlatNest& nest, const ir::ExprPool& pool, const Machine& machine, Math math);

// A reduction of one accumulator that may be split into lanes: acc + e, max(acc, e), min(acc, e), acc * e, fma(a, b, acc), and
// select(isnan(e), e, max(e, acc)) or the same of min, which pass a NaN on.
struct SplitReduction {
  ir::Opcode opcode;  // that joins two partial results: kAdd, kMax, kMin, kMul
  double identity;
  bool passes_nan;
};
// Two partial results as one.
ir::Expr joined(const SplitReduction& split, ir::Expr a, ir::Expr b);
std::optional<SplitReduction> split_reduction(const ir::Accumulator& accumulator);

}  // namespace burin::passes
