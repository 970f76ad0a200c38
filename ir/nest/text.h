// The nest form as text, printed and parsed; printed, parsed and printed again gives the same bytes.
//
//   program @model(%x, %w) -> (%y) where 1 <= N <= 64, opaque 0 <= K <= 100 {
//     tensor %x : f32[N, 64] layout [d0, d1 floordiv 16, d1 mod 16]      every tensor, in the order of its id
//     constant %c : f32[2] = [1, 2]
//     check N == M from "reshape"
//     nest (i: N, j: 64) from "relu" { value max(%x[i, j], 0) -> %y[i, j] }
//     nest (i: N | k: 64) {                          reduction axes behind `|`, sequential ones behind `;`
//       init acc: f32 = -inf
//       init acc1: i64 = 0
//       combine acc = max(acc, %x[i, k])             sequential: `step acc = ..`, once a step
//       combine acc1 = select(acc < %x[i, k], k, acc1)
//       finish acc1 -> %y[i] where i < 3             of a nest that only maps: `value .. -> ..`
//       schedule parallel i, k/4, unrolled k         outermost first
//     }
//     group (i: N) from "normalize" { .. }
//     for (t: T) carry (%h = %h0) { .. next (%h2) }
//     while %go (t: 100) carry (%go = %go0) { .. next (%go2) }
//     if %flag { .. } else { .. }
//     compact (i: M) counting p to K where %x[i] != 0 from "nonzero" { value i -> %y[p] }
//   }
#pragma once

#include <string>
#include <string_view>

#include "ir/base/result.h"
#include "ir/nest/nest.h"
#include "ir/text/tensor_text.h"

namespace burin::ir {

std::string text_of(const Program& program, const TextPrintOptions& options = {});
// One nest by itself, for messages and comments; it is not parsed back.
std::string text_of(const Nest& nest, const Program& program);

// Every name is declared and every expression has its type; the rest is for verify().
Result<Program> parse_program(std::string_view text, const TextParseOptions& options = {});

}  // namespace burin::ir
