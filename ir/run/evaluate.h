// Evaluates a program of nests on numbers: the interpreter of the graph (through its ops' lowerings) and of nests, used to
// fold constants, to pack weights, to check passes and to find the first layer that differs. It follows the definition of
// the nest form and no schedule; it is a yardstick and not fast.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ir/base/result.h"
#include "ir/nest/nest.h"
#include "ir/tensor/literal.h"

namespace burin::ir {

// kModel computes in the model's own types; kDouble computes and keeps every float in f64, to measure what rounding does.
enum class Precision : uint8_t { kModel, kDouble };

struct EvaluationLimits {
  int64_t most_elements = int64_t{1} << 31;  // of one tensor
  // Also a fault: an element of an output that no statement wrote ("unwritten"), and one that two points or two writes of one
  // nest write ("written-twice"), unless data or sequential axes decide where or in which order.
  bool checks_writes = false;
};

struct Evaluation {
  std::vector<std::optional<Literal>> tensors;  // by TensorId::index: every tensor that got a value
  std::vector<Literal> outputs;
};

// Values of variables (symbols), by VariableId::index.
using SymbolValues = std::vector<std::optional<int64_t>>;

// Binds the program's symbols from the shapes of `inputs`, which are in the order of Program::inputs. A fault where a shape
// does not fit, a check does not hold or a tensor is larger than the limit.
Result<Evaluation> evaluate(const Program& program, std::span<const Literal> inputs,
                            Precision precision = Precision::kModel, const EvaluationLimits& limits = {});

// What the dimensions of declared shapes, matched against actual ones, say about the symbols. `names` are for diagnostics.
Result<SymbolValues> bind_symbols(const ExprPool& pool, std::span<const Shape> declared,
                                  std::span<const std::string> names, std::span<const std::vector<int64_t>> actual);

// The value of an integer expression over bound symbols; absent when one is not bound or the arithmetic overflows.
std::optional<int64_t> evaluate_integer(Expr e, const SymbolValues& symbols);

}  // namespace burin::ir
