// The graph form as text, printed and parsed; printed, parsed and printed again gives the same bytes.
//
//   func @digits(%x: f32[N, 1, 8, 8]) -> (f32[N, 10]) where 1 <= N <= 64 {
//     %w = constant : f32[16, 1, 3, 3] = splat 0.5                    constants that something uses, first
//     %y = conv %x, %w, _ {pads = [1, 1, 1, 1]} : f32[N, 16, 8, 8] from "conv1"
//     %r = if %c : f32[N] from "branch" () { .. yield %a } () { .. yield %b }
//     return %y
//   }
//
// `%results = op operands {attributes} : types from "node" regions`. `_` is an optional operand left out; attributes that
// have their default value are not printed. Types may be left out by people: the op's row infers them, and a type that is
// written must be the inferred one. A symbol that only running makes known gets its name where a type first shows it.
#pragma once

#include <string>
#include <string_view>

#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "ir/text/tensor_text.h"

namespace burin::ir {

std::string text_of(const Graph& graph, const TextPrintOptions& options = {});

Result<Graph> parse_graph(std::string_view text, const TextParseOptions& options = {});

}  // namespace burin::ir
