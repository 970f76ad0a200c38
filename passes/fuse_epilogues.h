// The nest pass that lets a reduction finish with what only follows it: bias, residual and activation work on registers before
// the only store, and no tensor between them is written.
//
//   before  %t = nest (m, n | k) { init 0  combine fma(%a[m,k], %b[k,n], acc) }    %y = nest (i, j) { value max(%t[i,j] + %c[j], 0) }
//   after   %y = nest (m, n | k) { init 0  combine fma(%a[m,k], %b[k,n], acc)  finish max(acc + %c[n], 0) }
//
// The consumer must read the result at every point once, at its own axes in any order (a transpose is an index map too), and
// nothing else may read it.
#pragma once

#include "passes/pass.h"

namespace burin::passes {

ir::Status fuse_epilogues(ir::Program& program, const PassContext& context);

}  // namespace burin::passes
