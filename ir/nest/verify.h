// The invariants of the nest form. Each violation is one diagnostic that names the place and both values.
//
// Symbols
// - The bound of an opaque symbol is an i64 expression over the symbols before it.
// Tensors
// - A tensor's dimensions are i64 expressions over the program's symbols. A constant has the tensor's type.
// - A layout places each dimension once: whole, or as a quotient and a remainder by one factor of at least 2.
//   Padding is at most 4096 places, and constants have none.
// - Inputs and outputs are tensors of the program, each listed once; inputs and constants are never written.
// - A tensor is written (or carried) before it is read, and so is every output. Where its shape is known, its statements write at
//   as many points as it has elements: a part that nothing writes is no part of it.
// Expressions
// - Operands have the types that ir/expr/verify.h asks for; there are no loads and no vectors.
// - Variables are symbols, the axes and counters around, or where said so accumulators and positions.
// - A read has one i64 index per dimension, the tensor's element type, and an else-value of that type, if any.
// - A read without else-value is provably inside the tensor.
// Nests
// - An axis has an extent over what is in scope outside; no variable is an axis twice in one scope.
// - Reduction and sequential axes are not mixed, and a reduction has accumulators.
// - An accumulator's init and combine have its type. An init uses parallel axes only and reads no accumulator.
// - There is a write. Its index has one i64 per dimension, its value the element type, its condition is bool.
// - The writes of a reduction come after it and do not use its axes.
// - Every parallel axis occurs in a write's index or condition, so that no element is written by two points; where data decides
//   the index, this is the promise of whoever made the nest.
// - What a nest writes it reads only at the index written, unless a sequential axis orders the points.
// - A schedule walks every axis once with factor 0; loops with factors lie inside it. Reduction and sequential axes are never
//   parallel, and at most one loop is a vector.
// Programs
// - Axes of groups are parallel, those of compacts sequential: a compact counts in order.
// - Carried tensors agree in type with what they start from and go on with. A condition is a scalar bool, and a while's is
//   carried. Both bodies of an if write the same tensors that are read after it.
// - A compact counts up an opaque symbol that nothing else counts. A count's value is an i64 for an opaque symbol.
#pragma once

#include "ir/base/result.h"
#include "ir/nest/nest.h"

namespace burin::ir {

// What to say of a read without else-value that is neither proven nor refuted to be inside.
enum class ReadProof : uint8_t { kRequired, kUnlessRefuted };

Status verify(const Program& program, ReadProof proof = ReadProof::kRequired);

}  // namespace burin::ir
