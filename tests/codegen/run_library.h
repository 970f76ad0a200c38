// Builds modules into libraries and runs them through the C interface, for comparison with the interpreter.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "codegen/model_tables.h"
#include "ir/base/result.h"
#include "ir/loop/loop.h"
#include "ir/tensor/literal.h"
#include "runtime/burin.h"

namespace burin::codegen {

// A path in a folder of this test process.
std::string scratch_path(const std::string& name);

// The module of `target` as a shared library.
ir::Status build_library(const ir::Module& module, const targets::Target& target, const std::string& path);

// Loads a library and runs it once on `inputs` with the variant `target` (empty: the best). Outputs have their actual shapes.
ir::Result<std::vector<ir::Literal>> run_library(const std::string& path, std::span<const ir::Literal> inputs,
                                                 const std::string& target = "");

// A loaded library, until the end of the process.
const burin_model_api* load_library(const std::string& path);

// Whether two literals have the same type, shape and bits, any NaN being like any other; if not, the first difference.
std::string difference(const ir::Literal& expected, const ir::Literal& found);

// Verifies, interprets, builds, runs and compares: the empty text when all outputs agree to the bit.
std::string check_against_interpreter(const ir::Module& module, const targets::Target& target,
                                      std::span<const ir::Literal> inputs);

// Rows whose code this machine runs.
std::vector<targets::Target> runnable_targets();

}  // namespace burin::codegen
