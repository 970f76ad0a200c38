// The loop pass that names values: what does not change inside a loop is computed before it, and what several places of a
// block need is computed once. Emitted C++ then reads like code written by hand, and LLVM needs no optimizer to be fast.
//
//   for p in 0..56 { for c in 0..64 {                    for p in 0..56 { let base = 896 * p + 32
//     acc = fma(load %x[896 * p + c + 32], ...) } }  ->    for c in 0..64 { acc = fma(load %x[base + c], ...) } }
//
// The terms of an index are gathered by the loop they belong to. A load leaves a loop only where the loop surely runs it and
// stores nothing to its buffer; no load passes a store to its buffer or leaves a branch, and nothing passes an assignment of
// the register tile it reads. Buffers are taken to be distinct, as the parameters of a kernel are.
//
// After it, no value with more than one use is computed twice within a statement, but for those as cheap as a sum with a
// constant: what emitters rely on to print expressions as trees.
#pragma once

#include "ir/loop.h"

namespace burin::passes {

// Both steps, on every kernel. Running it twice equals running it once.
void hoist(ir::Module& module);

// Moves what does not change inside a loop before the loop.
void hoist_invariants(ir::Kernel& kernel, ir::ExprPool& pool);
// Names what a block computes more than once.
void share_values(ir::Kernel& kernel, ir::ExprPool& pool);

// A value that costs nothing to write again: a leaf, the splat or a lane of one, a sum of a scalar and a constant.
bool is_cheap(ir::Expr e);
// A variable for `value`, called after what it is: "offset" for an index, the buffer's name for a load, "sum", "product", ...
ir::VariableId name_value(ir::Expr value, const ir::Kernel& kernel, ir::ExprPool& pool);

}  // namespace burin::passes
