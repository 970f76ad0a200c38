// The loop form as text, printed and parsed; printed, parsed and printed again gives the same bytes.
//
//   module @model target "x86_64-v3" where 1 <= N <= 64 {
//     input "x" : f32[N, 8]                                 the interface, in order
//     output "y" : f32[N, 8]
//     check N == M from "reshape"
//     arena 4096 {                                          bytes when every offset is planned, else 0
//       buffer "t" = 32 * N bytes in 0..2 at 64             alive in steps 0 to 2; without `at` until `prepare` plans
//     }
//     constants 64 {                                        bytes
//       at 0 : f32[2] = [1, 2]
//     }
//     kernel @relu_f32(%x: f32, %y: written f32 align 4, N) from "relu" shapes "x f32[N, 8] -> y f32[N, 8]" {
//       local %t : f32[16]
//       tile acc : f32x16[14, 2]                            without dimensions: one value
//       parallel i in 0..2 { for p in 0..N step 14 { unrolled t in 0..14 { .. } } }
//       while go { .. }      if i < 3 { .. } else { .. }
//       let a = load f32x16 %x[16 * i]
//       acc[0, 1] = fma(a, a, acc[0, 1])
//       store max(a, 0) -> %y[16 * i]
//       call @other(%x, %y; N, 3)
//     }
//     entry @main(N) {
//       buffer %x : f32 = input 0                           also output, constant, arena, symbols
//       call @relu_f32(%x, %y; N)
//     }
//   }
#pragma once

#include <string>
#include <string_view>

#include "ir/base/result.h"
#include "ir/loop/loop.h"
#include "ir/text/tensor_text.h"

namespace burin::ir {

std::string text_of(const Module& module, const TextPrintOptions& options = {});
// One kernel by itself, for messages and comments; it is not parsed back.
std::string text_of(const Kernel& kernel, const Module& module);

// Every name is declared and every expression has its type; the rest is for verify().
Result<Module> parse_module(std::string_view text, const TextParseOptions& options = {});

}  // namespace burin::ir
