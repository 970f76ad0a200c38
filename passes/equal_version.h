// Two versions of the code of a nest whose broadcasting is decided at run time. A dimension that may be equal to another or 1 is read
// at `min(i, d - 1)`, which neither vectorizes nor lets axes merge. In nearly every run the two are equal, so the nest is lowered
// twice: once as if they were the same expression, which is what a model without the doubt would give, and once in general.
#pragma once

#include <unordered_map>

#include "ir/nest/nest.h"

namespace burin::passes {

// What to put in the place of an expression.
using Replacements = std::unordered_map<const ir::ExprNode*, ir::Expr>;
ir::Expr replace(ir::Expr e, const Replacements& replacements);

struct EqualVersion {
  ir::Expr condition;         // over symbols: all dimensions in doubt are equal; invalid where the statement has none
  Replacements replacements;  // what may then be written for one side of each pair
};
// Of a nest or a group; other statements have no version of their own.
EqualVersion equal_version(const ir::Program& program, const ir::Statement& statement);

}  // namespace burin::passes
