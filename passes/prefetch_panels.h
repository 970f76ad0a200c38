// The loop pass that asks for the next panel of weights while the present one is used: a contraction walks a panel once for
// every tile of rows, and the first of them would wait for memory.
//
//   for k in 0..96 {                               for k in 0..96 {
//     for j in 0..9 {                                for j in 0..9 {
//       for d in 0..768 {                              for d in 0..768 {
//         let w = load f32x16 %w[k * 12288 + d * 16]     let w = load f32x16 %w[k * 12288 + d * 16]
//                                              ->        prefetch %w[min(k + 1, 95) * 12288 + d * 16]
//         acc_0 = fma(a, w, acc_0) ..                    acc_0 = fma(a, w, acc_0) ..
//
// Where the panels together fit into the second cache, where few values are computed with what is loaded, and where no loop
// walks a panel again, nothing is asked for.
#pragma once

#include "ir/loop/loop.h"
#include "passes/pass.h"

namespace burin::passes {

ir::Status prefetch_panels(ir::Module& module, const PassContext& context);

}  // namespace burin::passes
