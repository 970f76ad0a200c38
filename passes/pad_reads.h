// The nest pass that makes the padding real that a reduction reads, so that its loops need no conditions: a tensor with a border.
//
//   before  nest (p, q | i, j) { combine fma(%x[p+i-1, q+j-1] else 0, %w[i,j], acc) }
//   after   nest (p, q) -> %x.padded[p+1, q+1] { value %x[p, q] }      one nest per side of the border: { value 0 }
//           nest (p, q | i, j) { combine fma(%x.padded[p+i, q+j], %w[i,j], acc) }
//
// The copy is a map, so whatever computes %x may come to write into the padded tensor itself.
#pragma once

#include "passes/pass.h"

namespace burin::passes {

ir::Status pad_reads(ir::Program& program, const PassContext& context);

}  // namespace burin::passes
