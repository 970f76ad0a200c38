#include "ir/run/evaluate.h"

#include <algorithm>

#include "ir/base/checked.h"
#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "ir/nest/scatter.h"
#include "ir/run/tape.h"

namespace burin::ir {
namespace {

struct Storage {
  ElementType element = ElementType::kF32;
  std::vector<int64_t> dims;
  std::vector<Scalar> values;
  std::vector<uint32_t> writers;  // by element: which run of a nest wrote it last, 0: none. Empty where nobody asks
};

// Tensors and variables while a program runs. A fault ends the run: `fault` is set and everything returns at once.
class Evaluator {
 public:
  Evaluator(const Program& program, Precision precision, const EvaluationLimits& limits)
      : program_(program), precision_(precision), limits_(limits), tensors_(program.tensors.size()) {
    for (const Tensor& tensor : program.tensors) {
      const auto uses_opaque = [&](Expr dimension) {
        return std::ranges::any_of(program.opaque_symbols,
                                   [&](VariableId symbol) { return uses_variable(dimension, symbol); });
      };
      varies_.push_back(std::ranges::any_of(tensor.shape, uses_opaque));
    }
  }

  SymbolValues symbols;
  std::optional<Diagnostic> fault;

  ElementType kept(ElementType element) const {
    return precision_ == Precision::kDouble && is_float(element) ? ElementType::kF64 : element;
  }

  void bind(TensorId id, const Literal& literal) {
    Storage storage{kept(literal.element), literal.dims, {}, {}};
    storage.values.resize(static_cast<size_t>(literal.element_count()));
    if (limits_.checks_writes) storage.writers.resize(storage.values.size(), kGiven);
    for (size_t i = 0; i < storage.values.size(); ++i) {
      storage.values[i] = convert(literal.at(static_cast<int64_t>(i)), literal.element, storage.element);
    }
    tensors_[id.index] = std::move(storage);
  }

  // The storage of a tensor, made (zero) at its first use, and with the extents that the symbols have now.
  Storage* storage(TensorId id) {
    std::optional<Storage>& held = tensors_[id.index];
    if (held && !varies_[id.index]) return &*held;
    const Tensor& tensor = program_.tensors[id];
    if (tensor.constant) {
      bind(id, *tensor.constant);
      return &*held;
    }
    std::vector<int64_t> dims;
    for (Expr dimension : tensor.shape) {
      const std::optional<int64_t> value = evaluate_integer(dimension, symbols);
      if (!value || *value < 0) {
        fail("shape", "a dimension that is known and not negative", value.value_or(-1), tensor.name);
        return nullptr;
      }
      dims.push_back(*value);
    }
    if (held && held->dims == dims) return &*held;
    const std::optional<int64_t> count = checked_product(dims);
    if (!count || *count > limits_.most_elements) {
      fail("size-limit", fmt::format("at most {} elements", limits_.most_elements), count.value_or(-1), tensor.name);
      return nullptr;
    }
    if (!held) held = Storage{kept(tensor.element), {}, {}, {}};
    held->dims = std::move(dims);
    held->values.resize(static_cast<size_t>(*count));
    if (limits_.checks_writes) held->writers.resize(held->values.size());
    return &*held;
  }

  // False, with a fault, where an element of the tensor was never written.
  bool is_written(TensorId id) {
    const std::vector<uint32_t>& writers = tensors_[id.index]->writers;
    const auto unwritten = std::ranges::find(writers, 0U);
    if (unwritten == writers.end()) return true;
    fail("unwritten", "every element to be written", unwritten - writers.begin(), program_.tensors[id].name);
    return false;
  }

  std::optional<Literal> literal(TensorId id) const {
    const std::optional<Storage>& held = tensors_[id.index];
    if (!held) return std::nullopt;
    const auto size = static_cast<size_t>(size_of(held->element));
    std::vector<std::byte> bytes(held->values.size() * size);
    for (size_t i = 0; i < held->values.size(); ++i)
      store_scalar(bytes.data() + i * size, held->element, held->values[i]);
    return make_literal(held->element, held->dims, std::move(bytes));
  }

  bool run(const std::vector<Statement>& body) {
    for (const Statement& statement : body) {
      if (!std::visit([&](const auto& form) { return run(form); }, statement.form)) return false;
    }
    return true;
  }

 private:
  // Always false, so that a walk can end with it.
  bool fail(std::string_view kind, std::string_view expected, int64_t found, std::string_view name) {
    if (!fault) fault = input_fault(kind, fmt::format("tensor \"{}\"", name), "expected {}, found {}", expected, found);
    return false;
  }

  int64_t extent(VariableId variable) {
    return evaluate_integer(program_.pool->operator[](variable).extent, symbols).value_or(0);
  }

  void set(VariableId variable, int64_t value) {
    if (symbols.size() <= variable.index) symbols.resize(variable.index + 1);
    symbols[variable.index] = value;
  }

  // Calls `visit` at every point of `axes`, in order, with the axes' variables set.
  template <class Visit>
  bool each_point(std::span<const Axis> axes, Visit&& visit) {
    if (axes.empty()) return visit();
    const int64_t count = extent(axes[0].variable);
    for (int64_t i = 0; i < count; ++i) {
      set(axes[0].variable, i);
      if (!each_point(axes.subspan(1), visit)) return false;
    }
    return true;
  }

  bool run(const Nest& nest);
  bool run(const Group& group) {
    return each_point(group.axes, [&] { return run(group.body); });
  }
  bool run(const Compact& compact);

  bool is_true(TensorId condition) {
    const Storage* held = storage(condition);
    return held != nullptr && !held->values.empty() && held->values[0].integer != 0;
  }

  bool copy(TensorId from, TensorId to) {
    const Storage* source = storage(from);
    if (source == nullptr) return false;
    tensors_[to.index] = *source;
    return true;
  }

  bool carry(const std::vector<Carried>& carried) {
    std::vector<Storage> next;
    for (const Carried& c : carried) {
      const Storage* held = storage(c.next);
      if (held == nullptr) return false;
      next.push_back(*held);
    }
    for (size_t i = 0; i < next.size(); ++i) tensors_[carried[i].tensor.index] = std::move(next[i]);
    return true;
  }

  bool start(const std::vector<Carried>& carried) {
    return std::ranges::all_of(carried, [&](const Carried& c) { return copy(c.initial, c.tensor); });
  }

  bool run(const For& loop) {
    if (!start(loop.carried)) return false;
    const int64_t count = extent(loop.counter);
    for (int64_t i = 0; i < count; ++i) {
      set(loop.counter, i);
      if (!run(loop.body) || !carry(loop.carried)) return false;
    }
    return true;
  }

  bool run(const While& loop) {
    if (!start(loop.carried)) return false;
    const int64_t most = extent(loop.counter);
    for (int64_t i = 0; i < most && is_true(loop.condition); ++i) {
      set(loop.counter, i);
      if (!run(loop.body) || !carry(loop.carried)) return false;
    }
    return !fault;
  }

  bool run(const Count& count);
  bool run(const If& branch) { return run(is_true(branch.condition) ? branch.then_body : branch.else_body) && !fault; }

  static constexpr uint32_t kGiven = 1;  // the writer of inputs and constants

  friend class NestRun;
  const Program& program_;
  Precision precision_;
  EvaluationLimits limits_;
  std::vector<std::optional<Storage>> tensors_;
  std::vector<bool> varies_;  // by tensor: its extents depend on opaque symbols
  uint32_t runs_ = kGiven;    // of nests so far
};

// One nest on one block of parallel points after another.
class NestRun {
 public:
  NestRun(Evaluator& evaluator, const Nest& nest) : evaluator_(evaluator), nest_(nest) {
    std::vector<Expr> init;
    std::vector<Expr> combine;
    std::vector<Expr> write;
    for (const Accumulator& accumulator : nest.accumulators) {
      init.push_back(accumulator.init);
      combine.push_back(accumulator.combine);
    }
    for (const Write& w : nest.writes) {
      write.insert(write.end(), w.index.begin(), w.index.end());
      write.push_back(w.value);
      if (w.where.valid()) write.push_back(w.where);
    }
    init_ = prepare(init);
    combine_ = prepare(combine);
    write_ = prepare(write);
    for (const Axis& axis : nest.axes) {
      (axis.kind == AxisKind::kParallel ? parallel_ : steps_).push_back(axis);
      sequential_ |= axis.kind == AxisKind::kSequential;
    }
    accumulators_.assign(nest.accumulators.size(), BlockValues(kBlock));
    lanes_.assign(parallel_.size(), BlockValues(kBlock));
  }

  bool run() {
    if (++evaluator_.runs_ == 0) evaluator_.runs_ = Evaluator::kGiven + 1;
    std::vector<int64_t> extents;
    for (const Axis& axis : parallel_) extents.push_back(evaluator_.extent(axis.variable));
    const std::optional<int64_t> points = checked_product(extents);
    if (!points) return evaluator_.fail("size-limit", "a number of points that fits 64 bits", -1, "nest");
    for (int64_t first = 0; first < *points; first += kBlock) {
      count_ = static_cast<int>(std::min<int64_t>(kBlock, *points - first));
      for (int lane = 0; lane < count_; ++lane) {
        int64_t position = first + lane;
        for (size_t axis = extents.size(); axis-- > 0; position /= extents[axis])
          lanes_[axis][static_cast<size_t>(lane)].integer = position % extents[axis];
      }
      if (!block()) return false;
    }
    return true;
  }

  // The first accumulator's initial value, of a nest without axes.
  std::optional<Scalar> initial() {
    count_ = 1;
    if (!execute(init_)) return std::nullopt;
    return root(init_, 0)[0];
  }

 private:
  struct Prepared {
    Tape tape;
    std::vector<BlockValues> slots;
  };

  Prepared prepare(const std::vector<Expr>& roots) {
    Prepared prepared{make_tape(roots), {}};
    for (Instruction& instruction : prepared.tape.instructions) {
      instruction.in = evaluator_.kept(instruction.in);
      instruction.out = evaluator_.kept(instruction.out);
    }
    prepared.slots.assign(static_cast<size_t>(prepared.tape.slots), BlockValues(kBlock));
    return prepared;
  }

  bool block() {
    if (!execute(init_)) return false;
    for (size_t i = 0; i < accumulators_.size(); ++i) accumulators_[i] = root(init_, i);
    const bool walked = evaluator_.each_point(steps_, [&] {
      if (!execute(combine_)) return false;
      for (size_t i = 0; i < accumulators_.size(); ++i) accumulators_[i] = root(combine_, i);
      return !sequential_ || writes();
    });
    return walked && (sequential_ || writes());
  }

  const BlockValues& root(const Prepared& prepared, size_t i) const {
    return prepared.slots[static_cast<size_t>(prepared.tape.roots[i])];
  }

  bool execute(Prepared& prepared) {
    for (const Instruction& instruction : prepared.tape.instructions) {
      Scalar* result = prepared.slots[static_cast<size_t>(instruction.result)].data();
      const Scalar* operands[16] = {};
      const size_t count = instruction.operands.size();
      BURIN_ASSERT(count <= std::size(operands), "a read has at most 15 dimensions");
      for (size_t i = 0; i < count; ++i)
        operands[i] = prepared.slots[static_cast<size_t>(instruction.operands[i])].data();
      const Opcode opcode = instruction.node->opcode;
      if (opcode == Opcode::kConstant) {
        constant(instruction, result);
      } else if (opcode == Opcode::kVariable) {
        if (!variable(instruction, result)) return false;
      } else if (opcode == Opcode::kRead) {
        if (!read(instruction, {operands, count}, result)) return false;
      } else {
        apply_block(opcode, instruction.in, instruction.out, {operands, count}, result, count_);
      }
    }
    return true;
  }

  void constant(const Instruction& instruction, Scalar* result) const {
    Scalar value;
    if (is_float(instruction.out)) {
      value.number = *constant_number(instruction.node);
    } else {
      value.integer = *constant_integer(instruction.node);
    }
    std::fill_n(result, count_, value);
  }

  bool variable(const Instruction& instruction, Scalar* result) const {
    const VariableId id = variable_of(instruction.node);
    for (size_t i = 0; i < parallel_.size(); ++i) {
      if (parallel_[i].variable != id) continue;
      std::copy_n(lanes_[i].data(), count_, result);
      return true;
    }
    for (size_t i = 0; i < accumulators_.size(); ++i) {
      if (nest_.accumulators[i].variable != id) continue;
      std::copy_n(accumulators_[i].data(), count_, result);
      return true;
    }
    const bool bound = id.index < evaluator_.symbols.size() && evaluator_.symbols[id.index];
    if (!bound) return evaluator_.fail("unbound", "a value of the symbol", -1, (*evaluator_.program_.pool)[id].name);
    Scalar value;
    value.integer = *evaluator_.symbols[id.index];
    std::fill_n(result, count_, value);
    return true;
  }

  // The row-major position of the index in `lane`; -1 outside.
  static int64_t position(const Storage& storage, std::span<const Scalar* const> index, int lane) {
    int64_t at = 0;
    for (size_t d = 0; d < storage.dims.size(); ++d) {
      const int64_t i = index[d][lane].integer;
      if (i < 0 || i >= storage.dims[d]) return -1;
      at = at * storage.dims[d] + i;
    }
    return at;
  }

  bool read(const Instruction& instruction, std::span<const Scalar* const> operands, Scalar* result) {
    const TensorId tensor = tensor_of(instruction.node);
    const Storage* storage = evaluator_.storage(tensor);
    if (storage == nullptr) return false;
    const bool has_else = operands.size() > storage->dims.size();
    for (int lane = 0; lane < count_; ++lane) {
      const int64_t at = position(*storage, operands, lane);
      if (at >= 0) {
        result[lane] = storage->values[static_cast<size_t>(at)];
      } else if (has_else) {
        result[lane] = operands.back()[lane];
      } else {
        const std::string& name = evaluator_.program_.tensors[tensor].name;
        return evaluator_.fail("read-outside", "an index inside of the tensor", at, name);
      }
    }
    return true;
  }

  bool writes() {
    if (!execute(write_)) return false;
    size_t root_index = 0;
    for (const Write& write : nest_.writes) {
      Storage* storage = evaluator_.storage(write.tensor);
      if (storage == nullptr) return false;
      const Scalar* index[16] = {};
      for (size_t d = 0; d < write.index.size(); ++d) index[d] = root(write_, root_index++).data();
      const Scalar* value = root(write_, root_index++).data();
      const Scalar* where = write.where.valid() ? root(write_, root_index++).data() : nullptr;
      for (int lane = 0; lane < count_; ++lane) {
        if (where != nullptr && where[lane].integer == 0) continue;
        const int64_t at = position(*storage, {index, write.index.size()}, lane);
        if (at < 0) continue;
        storage->values[static_cast<size_t>(at)] = value[lane];
        if (evaluator_.limits_.checks_writes && !mark(*storage, at, write)) return false;
      }
    }
    return true;
  }

  // False, with a fault, where this run has written the element before.
  bool mark(Storage& storage, int64_t at, const Write& write) {
    uint32_t& writer = storage.writers[static_cast<size_t>(at)];
    const bool is_again = writer == evaluator_.runs_ && !sequential_ && !is_scattered(nest_, write);
    writer = evaluator_.runs_;
    if (!is_again) return true;
    const std::string& name = evaluator_.program_.tensors[write.tensor].name;
    return evaluator_.fail("written-twice", "one write per element and nest", at, name);
  }

  Evaluator& evaluator_;
  const Nest& nest_;
  Prepared init_, combine_, write_;
  std::vector<Axis> parallel_, steps_;
  std::vector<BlockValues> lanes_, accumulators_;
  bool sequential_ = false;
  int count_ = 0;
};

bool Evaluator::run(const Nest& nest) { return NestRun(*this, nest).run(); }

// A nest without axes whose only expression is `value`.
Nest probe_of(Expr value) {
  Nest probe;
  probe.accumulators.push_back({VariableId{}, value, value});
  return probe;
}

bool Evaluator::run(const Count& count) {
  const Nest probe = probe_of(count.value);
  const std::optional<Scalar> value = NestRun(*this, probe).initial();
  if (value) set(count.count, value->integer);
  return value.has_value();
}

bool Evaluator::run(const Compact& compact) {
  const Nest probe = probe_of(compact.where);
  Nest nest;
  nest.writes = compact.writes;
  NestRun condition(*this, probe);
  NestRun body(*this, nest);
  // The tensors written have the count in their shapes, so it is found first.
  int64_t count = 0;
  const auto count_one = [&] {
    const std::optional<Scalar> holds = condition.initial();
    if (holds && holds->integer != 0) ++count;
    return holds.has_value();
  };
  if (!each_point(compact.axes, count_one)) return false;
  set(compact.count, count);
  int64_t position = 0;
  return each_point(compact.axes, [&] {
    const std::optional<Scalar> holds = condition.initial();
    if (!holds) return false;
    if (holds->integer == 0) return true;
    set(compact.position, position++);
    return body.run();
  });
}

}  // namespace

std::optional<int64_t> evaluate_integer(Expr e, const SymbolValues& symbols) {
  if (is_variable(e)) {
    const VariableId id = variable_of(e);
    return id.index < symbols.size() ? symbols[id.index] : std::nullopt;
  }
  if (e->opcode == Opcode::kConstant) return constant_integer(e);
  Scalar operands[3];
  if (e->operands.empty() || e->operands.size() > 3) return std::nullopt;
  for (size_t i = 0; i < e->operands.size(); ++i) {
    if (is_float(e->operands[i]->type.element)) return std::nullopt;
    const std::optional<int64_t> value = evaluate_integer(e->operands[i], symbols);
    if (!value) return std::nullopt;
    operands[i].integer = *value;
  }
  const int64_t a = operands[0].integer;
  const int64_t b = operands[1].integer;
  if (e->opcode == Opcode::kAdd) return checked_add(a, b);
  if (e->opcode == Opcode::kSub) return checked_sub(a, b);
  if (e->opcode == Opcode::kMul) return checked_mul(a, b);
  const size_t typed = e->opcode == Opcode::kSelect ? 1 : 0;
  return apply(e->opcode, e->operands[typed]->type.element, e->type.element, {operands, e->operands.size()}).integer;
}

Result<SymbolValues> bind_symbols(const ExprPool& pool, std::span<const Shape> declared,
                                  std::span<const std::string> names, std::span<const std::vector<int64_t>> actual) {
  SymbolValues symbols;
  Diagnostics faults;
  for (size_t i = 0; i < declared.size(); ++i) {
    const std::string where = fmt::format("input \"{}\"", names[i]);
    if (declared[i].size() != actual[i].size()) {
      faults.push_back(
          input_fault("rank-mismatch", where, "expected rank {}, found {}", declared[i].size(), actual[i].size()));
      continue;
    }
    for (size_t d = 0; d < declared[i].size(); ++d) {
      const Expr dimension = declared[i][d];
      const int64_t found = actual[i][d];
      if (is_variable(dimension)) {
        const VariableId id = variable_of(dimension);
        if (symbols.size() <= id.index) symbols.resize(id.index + 1);
        if (!symbols[id.index]) symbols[id.index] = found;
        if (found < pool[id].low || found > pool[id].high) {
          faults.push_back(input_fault("dimension-bounds", where,
                                       "dimension {}: expected {} to {} (symbol \"{}\"), found {}", d, pool[id].low,
                                       pool[id].high, pool[id].name, found));
        }
      }
      const std::optional<int64_t> expected = evaluate_integer(dimension, symbols);
      if (expected && *expected != found) {
        faults.push_back(
            input_fault("shape-mismatch", where, "dimension {}: expected {}, found {}", d, *expected, found));
      }
    }
  }
  if (!faults.empty()) return faults;
  return symbols;
}

Result<Evaluation> evaluate(const Program& program, std::span<const Literal> inputs, Precision precision,
                            const EvaluationLimits& limits) {
  std::vector<Shape> declared;
  std::vector<std::string> names;
  std::vector<std::vector<int64_t>> actual;
  for (size_t i = 0; i < program.inputs.size() && i < inputs.size(); ++i) {
    declared.push_back(program.tensors[program.inputs[i]].shape);
    names.push_back(program.tensors[program.inputs[i]].name);
    actual.push_back(inputs[i].dims);
  }
  if (inputs.size() != program.inputs.size()) {
    return input_fault("input-count", "", "expected {} inputs, found {}", program.inputs.size(), inputs.size());
  }
  Result<SymbolValues> symbols = bind_symbols(*program.pool, declared, names, actual);
  if (!symbols) return symbols.faults();
  Evaluator evaluator(program, precision, limits);
  evaluator.symbols = *symbols;
  for (const DimensionCheck& check : program.checks) {
    const std::optional<int64_t> left = evaluate_integer(check.dimensions.left, *symbols);
    const std::optional<int64_t> right = evaluate_integer(check.dimensions.right, *symbols);
    if (left && right && !holds(check.dimensions.relation, *left, *right)) {
      return input_fault("shape-mismatch", check.origin, "expected dimensions that are equal{}, found {} and {}",
                         check.dimensions.relation == DimensionRelation::kEqual ? "" : " or 1", *left, *right);
    }
  }
  for (size_t i = 0; i < inputs.size(); ++i) evaluator.bind(program.inputs[i], inputs[i]);
  if (!evaluator.run(program.body)) return *evaluator.fault;
  Evaluation evaluation;
  for (uint32_t i = 0; i < program.tensors.size(); ++i) evaluation.tensors.push_back(evaluator.literal(TensorId{i}));
  for (TensorId output : program.outputs) {
    // An output that nothing wrote (it has no elements) still has its shape.
    if (evaluator.storage(output) == nullptr) return *evaluator.fault;
    if (limits.checks_writes && !evaluator.is_written(output)) return *evaluator.fault;
    evaluation.outputs.push_back(*evaluator.literal(output));
  }
  return evaluation;
}

}  // namespace burin::ir
