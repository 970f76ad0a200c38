#include "ir/nest/verify.h"

#include <algorithm>
#include <set>

#include "ir/expr/containment.h"
#include "ir/expr/verify.h"
#include "ir/expr/walk.h"
#include "ir/nest/scatter.h"
#include "ir/nest/written_points.h"
#include "ir/text/expr_text.h"
#include "ir/text/tensor_text.h"

namespace burin::ir {
namespace {

constexpr size_t kMostFaults = 20;  // more of them help nobody
constexpr int64_t kMostPadding = 4096;

std::string_view word_of(AxisKind kind) {
  switch (kind) {
    case AxisKind::kParallel: return "parallel";
    case AxisKind::kReduction: return "reduction";
    case AxisKind::kSequential: return "sequential";
  }
  return {};
}

class NestVerifier {
 public:
  NestVerifier(const Program& program, ReadProof proof) : program_(program), pool_(*program.pool), proof_(proof) {
    uint32_t id = 0;
    for (const Tensor& tensor : program.tensors) {
      names_.storage[id++] = {value_text(tensor.name), tensor.element, tensor.shape.size()};
    }
  }

  Status run() {
    for (VariableId symbol : program_.symbols) scope_.insert(symbol);
    for (VariableId symbol : program_.opaque_symbols) {
      if (const Expr bound = pool_[symbol].extent; bound.valid())
        check_expr(bound, kIndex, "bound of " + name_of(symbol));
      scope_.insert(symbol);
    }
    for (uint32_t id = 0; id < program_.tensors.size(); ++id) check_tensor(TensorId{id});
    check_interface();
    for (const DimensionCheck& check : program_.checks) {
      check_expr(check.dimensions.left, kIndex, "check");
      check_expr(check.dimensions.right, kIndex, "check");
    }
    for (uint32_t id = 0; id < program_.tensors.size(); ++id) {
      if (program_.tensors[TensorId{id}].constant) written_.insert(TensorId{id});
    }
    written_.insert(program_.inputs.begin(), program_.inputs.end());
    fixed_ = written_;
    check(program_.body);
    for (TensorId output : program_.outputs) {
      if (is_tensor(output) && !written_.contains(output))
        fault("unwritten", tensor_text(output), "expected an output that is written, found none");
    }
    if (faults_.empty()) check_written_points();
    return faults_.empty() ? Status() : Status(faults_);
  }

 private:
  template <class... Args>
  void fault(std::string_view kind, std::string where, fmt::format_string<Args...> format, Args&&... args) {
    ++found_;
    if (faults_.size() < kMostFaults)
      faults_.push_back(input_fault(kind, std::move(where), format, std::forward<Args>(args)...));
  }

  bool is_tensor(TensorId id) const { return id.index < program_.tensors.size(); }
  std::string tensor_text(TensorId id) const {
    return "tensor " + (is_tensor(id) ? value_text(program_.tensors[id].name) : "%?");
  }
  std::string text(Expr e) const { return text_of(e, names_); }
  std::string name_of(VariableId id) const { return variable_text(pool_[id].name); }

  // --- Tensors.
  void check_tensor(TensorId id) {
    const Tensor& tensor = program_.tensors[id];
    for (Expr dim : tensor.shape) check_expr(dim, kIndex, tensor_text(id));
    if (tensor.constant) {
      const std::optional<std::vector<int64_t>> dims = static_dims(tensor.shape);
      if (tensor.constant->element != tensor.element || !dims || *dims != tensor.constant->dims) {
        fault("type-mismatch", tensor_text(id), "expected a constant of the tensor's type, found another");
      }
    }
    if (!tensor.layout.empty()) check_layout(id, tensor);
  }

  void check_layout(TensorId id, const Tensor& tensor) {
    for (size_t dim = 0; dim < tensor.shape.size(); ++dim) {
      int whole = 0;
      int64_t quotient = 0;
      int64_t remainder = 0;
      size_t parts = 0;
      for (const LayoutDimension& part : tensor.layout) {
        if (part.dimension != static_cast<int>(dim)) continue;
        ++parts;
        whole += part.part == LayoutPart::kWhole ? 1 : 0;
        quotient = part.part == LayoutPart::kQuotient ? part.factor : quotient;
        remainder = part.part == LayoutPart::kRemainder ? part.factor : remainder;
      }
      const bool split = parts == 2 && quotient == remainder && quotient >= 2;
      if ((parts == 1 && whole == 1) || split) continue;
      fault("layout", tensor_text(id),
            "expected dimension {} once as it is, or as a quotient and a remainder by one factor, found {} parts", dim,
            parts);
    }
    const auto outside = [&](const LayoutDimension& part) {
      return part.dimension < 0 || part.dimension >= static_cast<int>(tensor.shape.size());
    };
    for (const LayoutDimension& part : tensor.layout) {
      if (part.padding < 0 || part.padding > kMostPadding)
        fault("layout", tensor_text(id), "expected padding of 0 to {} places, found {}", kMostPadding, part.padding);
      if (part.padding != 0 && tensor.constant)
        fault("layout", tensor_text(id), "expected no padding of a constant, found {} places", part.padding);
    }
    if (std::ranges::any_of(tensor.layout, outside)) {
      fault("layout", tensor_text(id), "expected dimensions below {}, found one outside", tensor.shape.size());
    }
  }

  // A tensor that nothing writes is another fault, where it is read.
  void check_written_points() {
    const std::vector<int64_t> points = most_written_points(program_);
    for (uint32_t id = 0; id < program_.tensors.size(); ++id) {
      const std::optional<int64_t> elements = static_element_count(program_.tensors[TensorId{id}].shape);
      if (points[id] == 0 || !elements || points[id] >= *elements) continue;
      fault("unwritten", tensor_text(TensorId{id}),
            "expected each of its {} elements to be written, found at most {} writes", *elements, points[id]);
    }
  }

  void check_interface() {
    for (const auto* list : {&program_.inputs, &program_.outputs}) {
      std::set<TensorId> seen;
      for (TensorId id : *list) {
        if (!is_tensor(id)) {
          fault("tensor", "interface", "expected a tensor of the program, found number {}", id.index);
        } else if (!seen.insert(id).second) {
          fault("tensor", tensor_text(id), "expected it once among the {}, found it twice",
                list == &program_.inputs ? "inputs" : "outputs");
        }
      }
    }
  }

  // --- Expressions.
  // False when the expression is of no use for further checks.
  bool check_expr(Expr e, std::optional<ValueType> type, const std::string& where) {
    if (!e.valid()) {
      fault("expression", where, "expected an expression, found none");
      return false;
    }
    if (type && e->type != *type)
      fault("type-mismatch", where, "expected type {}, found {} in {}", text_of(*type), text_of(e->type), text(e));
    if (const std::optional<std::string> wrong = expression_fault(e))
      fault("type-mismatch", where, "{} in {}", *wrong, text(e));
    bool reads_well = true;
    for_each_node(e, [&](Expr node) {
      if (node->opcode == Opcode::kVariable) check_variable(node, where);
      if (node->opcode == Opcode::kRead) reads_well &= check_read(node, where);
      if (node->opcode == Opcode::kLoad) fault("expression", where, "expected reads of tensors, found a load");
      if (node->type.lanes != 1) fault("type-mismatch", where, "expected scalars, found {}", text_of(node->type));
    });
    return reads_well;
  }

  void check_variable(Expr node, const std::string& where) {
    if (!node->operands.empty()) return fault("expression", where, "expected a variable, found a register tile");
    if (!scope_.contains(variable_of(node)))
      fault("scope", where, "expected a variable that is in scope, found {}", name_of(variable_of(node)));
  }

  bool check_read(Expr node, const std::string& where) {
    const TensorId id = tensor_of(node);
    if (!is_tensor(id)) {
      fault("tensor", where, "expected a tensor of the program, found number {}", id.index);
      return false;
    }
    const Tensor& tensor = program_.tensors[id];
    const size_t rank = tensor.shape.size();
    if (node->operands.size() != rank && node->operands.size() != rank + 1) {
      fault("rank-mismatch", where, "expected {} indices of {}, found {}", rank, tensor_text(id),
            node->operands.size());
      return false;
    }
    if (node->type != ValueType{tensor.element, 1}) {
      fault("type-mismatch", where, "expected a read of type {}, found {}", info(tensor.element).name,
            text_of(node->type));
    }
    if (!written_.contains(id))
      fault("unwritten", where, "expected {} to be written before it is read, found it read", tensor_text(id));
    const Expr otherwise = otherwise_of(program_, node);
    if (otherwise.valid() && otherwise->type != node->type) {
      fault("type-mismatch", where, "expected an else-value of type {}, found {}", text_of(node->type),
            text_of(otherwise->type));
    }
    for (size_t i = 0; i < rank; ++i) check_index(node, i, otherwise, where);
    return true;
  }

  void check_index(Expr node, size_t i, Expr otherwise, const std::string& where) {
    const Expr index = node->operands[i];
    const Tensor& tensor = program_.tensors[tensor_of(node)];
    if (index->type != kIndex)
      return fault("type-mismatch", where, "expected an index of type i64, found {}", text_of(index->type));
    if (otherwise.valid()) return;
    const Containment containment = contained(index, pool_.integer(0), tensor.shape[i]);
    if (containment == Containment::kProven ||
        (containment == Containment::kUnknown && proof_ == ReadProof::kUnlessRefuted))
      return;
    fault("read-outside", where, "expected index {} of {} to be {} 0 to {}, found {} and no else-value", i,
          tensor_text(tensor_of(node)), containment == Containment::kRefuted ? "within" : "provably within",
          text(tensor.shape[i] - 1), text(index));
  }

  // --- Statements.
  void check(const std::vector<Statement>& body) {
    for (const Statement& statement : body) {
      std::visit([this](const auto& form) { check(form); }, statement.form);
    }
  }

  static std::string place_of(std::string_view word, const std::vector<std::string>& origin) {
    return std::string(word) + origin_text(origin);
  }

  void check_axes(const std::vector<Axis>& axes, const std::string& where) {
    for (const Axis& axis : axes) {
      check_expr(pool_[axis.variable].extent, kIndex, where);
      if (pool_[axis.variable].type != kIndex)
        fault("type-mismatch", where, "expected an axis of type i64, found {}", text_of(pool_[axis.variable].type));
      if (!scope_.insert(axis.variable).second)
        fault("scope", where, "expected each axis once, found {} again", name_of(axis.variable));
    }
  }

  void leave(const std::vector<Axis>& axes) {
    for (const Axis& axis : axes) scope_.erase(axis.variable);
  }

  void check_all_parallel(const std::vector<Axis>& axes, const std::string& where) {
    for (const Axis& axis : axes) {
      if (axis.kind != AxisKind::kParallel)
        fault("axis", where, "expected parallel axes, found {} which is {}", name_of(axis.variable),
              word_of(axis.kind));
    }
  }

  static bool has(const std::vector<Axis>& axes, AxisKind kind) {
    return std::ranges::any_of(axes, [&](const Axis& axis) { return axis.kind == kind; });
  }

  void check(const Nest& nest) {
    std::string where = place_of("nest", nest.origin);
    if (nest.origin.empty() && !nest.writes.empty()) where += " that writes " + tensor_text(nest.writes[0].tensor);
    const std::set<VariableId> outside = scope_;
    const int found_before = found_;
    check_axes(nest.axes, where);
    const bool reduces = has(nest.axes, AxisKind::kReduction);
    if (reduces && has(nest.axes, AxisKind::kSequential))
      fault("axis", where, "expected reduction or sequential axes, found both");
    if (reduces && nest.accumulators.empty())
      fault("accumulator", where, "expected accumulators beside reduction axes, found none");
    check_inits(nest, outside, where);
    for (const Accumulator& accumulator : nest.accumulators) {
      check_expr(accumulator.combine, pool_[accumulator.variable].type, where);
    }
    for (const Axis& axis : nest.axes) {
      if (axis.kind == AxisKind::kReduction) scope_.erase(axis.variable);
    }
    if (nest.writes.empty()) fault("write", where, "expected a write, found none");
    for (const Write& write : nest.writes) check_write(write, where);
    if (found_ == found_before) {  // the rest looks into expressions that are right
      for (const Write& write : nest.writes) check_coverage(nest, write, where);
      check_overlap(nest, where);
      check_schedule(nest, where);
    }
    scope_ = outside;
    for (const Write& write : nest.writes) written_.insert(write.tensor);
  }

  // Over what is outside and parallel axes only.
  void check_inits(const Nest& nest, const std::set<VariableId>& outside, const std::string& where) {
    const std::set<VariableId> inside = scope_;
    scope_ = outside;
    for (const Axis& axis : nest.axes) {
      if (axis.kind == AxisKind::kParallel) scope_.insert(axis.variable);
    }
    for (const Accumulator& accumulator : nest.accumulators)
      check_expr(accumulator.init, pool_[accumulator.variable].type, where);
    scope_ = inside;
    for (const Accumulator& accumulator : nest.accumulators) {
      if (!scope_.insert(accumulator.variable).second)
        fault("scope", where, "expected each accumulator once, found {} again", name_of(accumulator.variable));
    }
  }

  void check_write(const Write& write, const std::string& where) {
    if (!is_tensor(write.tensor))
      return fault("tensor", where, "expected a tensor of the program, found number {}", write.tensor.index);
    const Tensor& tensor = program_.tensors[write.tensor];
    if (fixed_.contains(write.tensor))
      fault("write", where, "expected a write to a tensor that is computed, found {}", tensor_text(write.tensor));
    if (write.index.size() != tensor.shape.size()) {
      fault("rank-mismatch", where, "expected {} indices of {}, found {}", tensor.shape.size(),
            tensor_text(write.tensor), write.index.size());
    }
    for (Expr index : write.index) check_expr(index, kIndex, where);
    check_expr(write.value, ValueType{tensor.element, 1}, where);
    if (write.where.valid()) check_expr(write.where, kBool, where);
  }

  void check_coverage(const Nest& nest, const Write& write, const std::string& where) {
    if (is_scattered(nest, write)) return;
    for (const Axis& axis : nest.axes) {
      const Expr extent = pool_[axis.variable].extent;
      if (axis.kind != AxisKind::kParallel || !extent.valid() || extent->high <= 1) continue;
      const auto uses = [&](Expr e) { return e.valid() && uses_variable(e, axis.variable); };
      if (std::ranges::any_of(write.index, uses) || uses(write.where)) continue;
      fault("write", where, "expected parallel axis {} in the index of {}, found an index without it",
            name_of(axis.variable), tensor_text(write.tensor));
    }
  }

  void check_overlap(const Nest& nest, const std::string& where) {
    if (has(nest.axes, AxisKind::kSequential)) return;
    for (Expr read : reads_of(nest)) {
      for (const Write& write : nest.writes) {
        if (write.tensor != tensor_of(read) || std::ranges::equal(index_of(program_, read), write.index)) continue;
        fault("overlap", where, "expected {} to be read where it is written, found another index",
              tensor_text(write.tensor));
      }
    }
  }

  void check_schedule(const Nest& nest, const std::string& where) {
    if (nest.schedule.empty()) return;
    std::vector<int> wholes(nest.axes.size());
    int vectors = 0;
    for (const ScheduledLoop& loop : nest.schedule) {
      if (loop.axis < 0 || loop.axis >= static_cast<int>(nest.axes.size())) {
        return fault("schedule", where, "expected an axis below {}, found {}", nest.axes.size(), loop.axis);
      }
      const Axis& axis = nest.axes[static_cast<size_t>(loop.axis)];
      int& walked = wholes[static_cast<size_t>(loop.axis)];
      vectors += loop.kind == LoopKind::kVector ? 1 : 0;
      if (loop.factor < 0) fault("schedule", where, "expected a factor of at least 1, found {}", loop.factor);
      if (loop.factor > 0 && walked == 0)
        fault("schedule", where, "expected {}/{} inside the loop over {}, found it outside", name_of(axis.variable),
              loop.factor, name_of(axis.variable));
      if (loop.factor == 0) ++walked;
      if (loop.kind == LoopKind::kParallel && axis.kind != AxisKind::kParallel) {
        fault("schedule", where, "expected a parallel loop over a parallel axis, found {} which is {}",
              name_of(axis.variable), word_of(axis.kind));
      }
    }
    for (size_t i = 0; i < wholes.size(); ++i) {
      if (wholes[i] != 1)
        fault("schedule", where, "expected axis {} once without a factor, found it {} times",
              name_of(nest.axes[i].variable), wholes[i]);
    }
    if (vectors > 1) fault("schedule", where, "expected at most one vector loop, found {}", vectors);
  }

  void check(const Group& group) {
    const std::string where = place_of("group", group.origin);
    check_axes(group.axes, where);
    check_all_parallel(group.axes, where);
    check(group.body);
    leave(group.axes);
  }

  void check_carried(const std::vector<Carried>& carried, const std::string& where) {
    for (const Carried& one : carried) {
      for (TensorId other : {one.tensor, one.initial, one.next}) {
        if (!is_tensor(other))
          return fault("tensor", where, "expected a tensor of the program, found number {}", other.index);
        const Tensor& a = program_.tensors[one.tensor];
        const Tensor& b = program_.tensors[other];
        if (a.element != b.element || a.shape != b.shape) {
          fault("carried", where, "expected {} as in {}, found {} in {}", type_text(a.element, a.shape, names_),
                tensor_text(one.tensor), type_text(b.element, b.shape, names_), tensor_text(other));
        }
      }
      if (!written_.contains(one.initial))
        fault("unwritten", where, "expected {} to be written before the loop, found it not", tensor_text(one.initial));
      if (fixed_.contains(one.tensor))
        fault("carried", where, "expected a tensor that may change, found {}", tensor_text(one.tensor));
      written_.insert(one.tensor);
    }
  }

  void check_loop(VariableId counter, const std::vector<Carried>& carried, const std::vector<Statement>& body,
                  const std::string& where) {
    const std::vector<Axis> axes = {{counter, AxisKind::kParallel}};
    check_axes(axes, where);
    check_carried(carried, where);
    check(body);
    for (const Carried& one : carried) {
      if (is_tensor(one.next) && !written_.contains(one.next))
        fault("unwritten", where, "expected {} to be written in the loop, found it not", tensor_text(one.next));
    }
    leave(axes);
  }

  void check(const For& loop) { check_loop(loop.counter, loop.carried, loop.body, "for"); }

  void check_condition(TensorId condition, const std::string& where) {
    if (!is_tensor(condition))
      return fault("tensor", where, "expected a tensor of the program, found number {}", condition.index);
    const Tensor& tensor = program_.tensors[condition];
    if (tensor.element == ElementType::kBool && tensor.shape.empty()) return;
    fault("condition", where, "expected a scalar bool as condition, found {} of rank {}", info(tensor.element).name,
          tensor.shape.size());
  }

  void check(const While& loop) {
    check_condition(loop.condition, "while");
    const bool carried =
        std::ranges::any_of(loop.carried, [&](const Carried& one) { return one.tensor == loop.condition; });
    if (!carried)
      fault("condition", "while", "expected the condition among the carried tensors, found {} outside",
            tensor_text(loop.condition));
    check_loop(loop.counter, loop.carried, loop.body, "while");
  }

  // A tensor counts as written after an if when both bodies write it.
  void check(const If& branch) {
    check_condition(branch.condition, "if");
    if (is_tensor(branch.condition) && !written_.contains(branch.condition)) {
      fault("unwritten", "if", "expected {} to be written before it is read, found it read",
            tensor_text(branch.condition));
    }
    const std::set<TensorId> before = written_;
    check(branch.then_body);
    const std::set<TensorId> then_written = std::move(written_);
    written_ = before;
    check(branch.else_body);
    std::set<TensorId> both;
    std::ranges::set_intersection(then_written, written_, std::inserter(both, both.end()));
    written_ = std::move(both);
  }

  void check(const Compact& compact) {
    const std::string where = place_of("compact", compact.origin);
    check_axes(compact.axes, where);
    for (const Axis& axis : compact.axes) {
      if (axis.kind == AxisKind::kSequential) continue;
      fault("axis", where, "expected sequential axes, found {} which is {}", name_of(axis.variable),
            word_of(axis.kind));
    }
    check_expr(compact.where, kBool, where);
    check_opaque(compact.count, where);
    if (!counted_.insert(compact.count).second)
      fault("count", where, "expected each symbol to be counted once, found {} again", name_of(compact.count));
    if (!scope_.insert(compact.position).second)
      fault("scope", where, "expected a position of its own, found {}", name_of(compact.position));
    for (const Write& write : compact.writes) check_write(write, where);
    for (const Write& write : compact.writes) written_.insert(write.tensor);
    scope_.erase(compact.position);
    leave(compact.axes);
  }

  void check_opaque(VariableId count, const std::string& where) {
    const bool opaque = std::ranges::find(program_.opaque_symbols, count) != program_.opaque_symbols.end();
    if (!opaque) fault("count", where, "expected an opaque symbol to count, found {}", name_of(count));
  }

  void check(const Count& count) {
    check_opaque(count.count, "count");
    check_expr(count.value, kIndex, "count");
    if (counted_.contains(count.count))
      fault("count", "count", "expected each symbol to be counted once, found {} again", name_of(count.count));
  }

  const Program& program_;
  ExprPool& pool_;
  ReadProof proof_;
  ExprNames names_;
  Diagnostics faults_;
  int found_ = 0;  // also those that are not kept
  std::set<VariableId> scope_;
  std::set<TensorId> written_;
  std::set<TensorId> fixed_;  // inputs and constants
  std::set<VariableId> counted_;
};

}  // namespace

Status verify(const Program& program, ReadProof proof) { return NestVerifier(program, proof).run(); }

}  // namespace burin::ir
