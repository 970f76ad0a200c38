// The nest pass that lets a group take as many steps of a shared axis at once as fill vectors, where memory keeps that axis
// innermost: an instance normalization of channels-last data then reads whole vectors of channels, not one channel at a stride.
//
//   before  group (n: N, c: 64)             { %m = nest (| h, w) {.. %x[n, c, h, w] ..}        nest (h, w) -> %y[n, c, h, w] }
//   after   group (n: N, c: 64 / 16)        { %m = nest (v: 16 | h, w) {.. %x[n, 16*c+v, h, w] ..}   nest (h, w, v) -> .. }
//
// Tensors local to a step get a dimension for the points of the strip. Sums keep their order.
#pragma once

#include "passes/pass.h"

namespace burin::passes {

ir::Status strip_groups(ir::Program& program, const PassContext& context);

}  // namespace burin::passes
