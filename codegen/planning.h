// The planning functions of runtime/model.h as kernels: straight-line loads of the symbols and stores of expressions over
// them. A value that does not fit an int64_t for the symbols at hand is stored as -1, as the runtime asks.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ir/loop/loop.h"

namespace burin::codegen {

// Bytes of each buffer of the arena. Absent when all offsets are planned, or there is no buffer.
std::optional<ir::Kernel> make_sizes_function(const ir::Module& module, std::string name);
// Upper bounds of the opaque symbols that depend on other symbols. Absent when there are none.
std::optional<ir::Kernel> make_bounds_function(const ir::Module& module, std::string name);
// The dimensions of all outputs, one after the other. Absent when each is a number or a symbol.
std::optional<ir::Kernel> make_shapes_function(const ir::Module& module, std::string name);
// Both sides of each check, one after the other. Absent when there is no check.
std::optional<ir::Kernel> make_checks_function(const ir::Module& module, std::string name);

// Position of a variable among the input symbols followed by the opaque ones; absent when it is neither.
std::optional<int> symbol_position(const ir::Module& module, ir::VariableId variable);

}  // namespace burin::codegen
