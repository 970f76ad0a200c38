#include "tools/burin/compile/pass_check.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "ir/base/checked.h"
#include "ir/graph/copy.h"
#include "ir/run/evaluate.h"
#include "passes/lower_graph.h"
#include "tools/burin/data/tolerance.h"

namespace burin::tools {
namespace {

// What the symbol at `position` among the program's is, within its bounds.
using SymbolChoice = int64_t (*)(const ir::Variable& symbol, size_t position);
constexpr SymbolChoice kChoices[] = {
    [](const ir::Variable&, size_t) { return int64_t{3}; },
    [](const ir::Variable& symbol, size_t) { return symbol.low; },
    [](const ir::Variable&, size_t position) { return static_cast<int64_t>(2 + position * 3 % 7); },
};

// The same numbers every time: floats from -1 to 1, integers 0 and 1, which are indices nearly everywhere.
ir::Literal random_literal(ir::ElementType element, std::vector<int64_t> dims, uint64_t& state) {
  const int64_t count = ir::checked_product(dims).value_or(0);
  const int each = ir::size_of(element);
  std::vector<std::byte> bytes(static_cast<size_t>(count * each));
  for (int64_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const auto high = static_cast<int64_t>(state >> 33);  // 31 bits
    const ir::Scalar value = ir::is_float(element) ? ir::round_number(static_cast<double>(high) * 0x1p-30 - 1, element)
                                                   : ir::wrap_integer(high & 1, element);
    ir::store_scalar(bytes.data() + i * each, element, value);
  }
  return ir::make_literal(element, std::move(dims), std::move(bytes));
}

ir::Result<std::vector<ir::Literal>> random_inputs(const ir::Program& program, SymbolChoice choice) {
  ir::SymbolValues values;
  size_t position = 0;
  for (const ir::VariableId symbol : program.symbols) {
    if (values.size() <= symbol.index) values.resize(symbol.index + 1);
    const ir::Variable& variable = (*program.pool)[symbol];
    values[symbol.index] = std::clamp(choice(variable, position++), variable.low, variable.high);
  }
  std::vector<ir::Literal> inputs;
  uint64_t state = 1;
  for (const ir::TensorId id : program.inputs) {
    const ir::Tensor& tensor = program.tensors[id];
    std::vector<int64_t> dims;
    for (ir::Expr dim : tensor.shape) {
      const std::optional<int64_t> value = ir::evaluate_integer(dim, values);
      if (!value)
        return ir::unsupported("check-passes", tensor.name, "expected a shape of symbols, found a computed one");
      dims.push_back(*value);
    }
    inputs.push_back(random_literal(tensor.element, std::move(dims), state));
  }
  return inputs;
}

constexpr ir::EvaluationLimits kLimits{.checks_writes = true};

}  // namespace

ir::Status PassCheck::check(std::string_view step, const passes::AnyForm& form) {
  if (const auto* program = std::get_if<ir::Program>(&form)) return check(step, *program);
  const auto* graph = std::get_if<ir::Graph>(&form);
  if (graph == nullptr) return {};
  const ir::Result<ir::Program> lowered = passes::lower_graph(ir::copy_of(*graph));
  return lowered ? check(step, *lowered) : ir::Status(lowered.faults());
}

// Sizes that do not fit a model (one dimension is the sum of others) make no trial, as long as some others do.
ir::Status PassCheck::start(const ir::Program& program) {
  ir::Status status;
  for (const SymbolChoice choice : kChoices) {
    if (!trials_.empty() && program.symbols.empty()) break;
    ir::Result<std::vector<ir::Literal>> inputs = random_inputs(program, choice);
    if (!inputs) return inputs.faults();
    ir::Result<ir::Evaluation> found = ir::evaluate(program, *inputs, ir::Precision::kModel, kLimits);
    if (!found) {
      const std::string& kind = found.faults().front().kind;
      if (kind == "unwritten" || kind == "written-twice") return found.faults();
      status.merge(found.faults());
      continue;
    }
    trials_.push_back({std::move(*inputs), std::move(found->outputs)});
  }
  return trials_.empty() ? status : ir::Status();
}

ir::Status PassCheck::check(std::string_view step, const ir::Program& program) {
  if (trials_.empty()) return start(program);
  for (const Trial& trial : trials_) {
    const ir::Result<ir::Evaluation> found = ir::evaluate(program, trial.inputs, ir::Precision::kModel, kLimits);
    if (!found) return found.faults();
    for (size_t i = 0; i < trial.expected.size(); ++i) {
      const Comparison comparison = compare(trial.expected[i], found->outputs[i], Standard::kModel);
      if (comparison.differing == 0) continue;
      return ir::Diagnostic{
          ir::Fault::kInternal, "check-passes", std::string(step), fmt::format("output {}{}", i, comparison.text), {}};
    }
  }
  return {};
}

}  // namespace burin::tools
