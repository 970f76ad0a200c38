// `burin verify --layers`: which node is the first whose result is wrong. Every intermediate tensor becomes an output of the
// compiled model, and is compared with what the evaluator of the graph, which knows no schedule, computes in double. As outputs
// change what passes do, the library as users get it runs too, and its outputs are compared with the same values.
#pragma once

#include "tools/burin/commands/verify.h"

namespace burin::tools {

// Prints a line per tensor that differs, the first one in the graph's order first.
ExitCode verify_layers(const Case& test, const Options& options);

}  // namespace burin::tools
