// How `prepare` names the dimensions of a check: by the input and the dimension they come from, and by the model's own symbols.
#pragma once

#include <string>

#include "ir/loop/loop.h"

namespace burin::codegen {

// The pair with the side first that a message is about: a dimension of an input rather than a number or an expression, and
// of two such dimensions that of the later input.
ir::RelatedDimensions as_reported(const ir::Module& module, const ir::RelatedDimensions& pair);

// `input "b" dimension 1 (C)`, or `C * 2 with C of input "b" dimension 1`. A symbol that burin made up is D in expressions.
std::string dimension_text(const ir::Module& module, ir::Expr dimension);

}  // namespace burin::codegen
