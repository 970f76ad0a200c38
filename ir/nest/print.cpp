#include <algorithm>

#include "ir/nest/text.h"
#include "ir/text/writer.h"

namespace burin::ir {
namespace {

std::string_view word_of(LoopKind kind) {
  switch (kind) {
    case LoopKind::kSerial: return "";
    case LoopKind::kParallel: return "parallel ";
    case LoopKind::kUnrolled: return "unrolled ";
    case LoopKind::kVector: return "vector ";
  }
  return "";
}

class NestPrinter {
 public:
  explicit NestPrinter(const Program& program) : program_(program) {
    for (VariableId symbol : program.symbols) declare(symbol, "n");
    for (VariableId symbol : program.opaque_symbols) declare(symbol, "n");
    uint32_t id = 0;
    for (const Tensor& tensor : program.tensors) {
      const std::string name = value_text(tensor_names_.give(tensor.name, "t" + std::to_string(id)));
      names_.storage[id++] = {name, tensor.element, tensor.shape.size()};
    }
  }

  std::string print(const TextPrintOptions& options) {
    {
      auto block = out_.block("program " + global_text(program_.name) + "(" + tensors(program_.inputs) + ") -> (" +
                              tensors(program_.outputs) + ")" + symbols());
      for (uint32_t id = 0; id < program_.tensors.size(); ++id) print_tensor(TensorId{id}, options);
      for (const DimensionCheck& check : program_.checks) out_.line(check_text(check, names_));
      print(program_.body);
    }
    return out_.take();
  }

  std::string print_alone(const Nest& nest) {
    print(nest);
    return out_.take();
  }

 private:
  std::string text(Expr e, std::optional<ValueType> context = kIndex) { return text_of(e, names_, context); }
  const std::string& tensor(TensorId id) { return names_.storage.at(id.index).text; }
  std::string name(VariableId id) {
    const auto found = names_.variables.find(id.index);
    return found == names_.variables.end() ? variable_text((*program_.pool)[id].name) : found->second;
  }

  std::string tensors(const std::vector<TensorId>& ids) {
    std::string list;
    for (TensorId id : ids) list += (list.empty() ? "" : ", ") + tensor(id);
    return list;
  }

  void declare(VariableId id, std::string_view fallback) {
    names_.variables[id.index] = variable_text(variable_names_.give((*program_.pool)[id].name, fallback));
  }

  std::string symbols() {
    std::string list;
    const auto add = [&](VariableId id, std::string_view prefix) {
      list +=
          (list.empty() ? " where " : ", ") + std::string(prefix) + symbol_text((*program_.pool)[id], name(id), names_);
    };
    for (VariableId id : program_.symbols) add(id, "");
    for (VariableId id : program_.opaque_symbols) add(id, "opaque ");
    return list;
  }

  void print_tensor(TensorId id, const TextPrintOptions& options) {
    const Tensor& info = program_.tensors[id];
    std::string line = std::string(info.constant ? "constant " : "tensor ") + tensor(id) + " : " +
                       type_text(info.element, info.shape, names_);
    if (!info.layout.empty()) line += " layout [" + layout(info.layout) + "]";
    if (info.constant) line += " = " + literal_text(*info.constant, options.constants);
    out_.line(line);
  }

  static std::string layout(const Layout& layout) {
    std::string list;
    for (const LayoutDimension& part : layout) {
      list += (list.empty() ? "d" : ", d") + std::to_string(part.dimension);
      switch (part.part) {
        case LayoutPart::kWhole:
          if (part.padding != 0) list += " pad " + std::to_string(part.padding);
          break;
        case LayoutPart::kQuotient: list += " floordiv " + std::to_string(part.factor); break;
        case LayoutPart::kRemainder: list += " mod " + std::to_string(part.factor); break;
      }
    }
    return list;
  }

  // Declares the axes and gives their text: `i: M, j: N | k: K`.
  std::string axes(const std::vector<Axis>& axes) {
    std::string list;
    AxisKind kind = AxisKind::kParallel;
    for (const Axis& axis : axes) {
      const bool changes = axis.kind != kind;
      kind = axis.kind;
      std::string separator = list.empty() ? "" : ", ";
      switch (kind) {
        case AxisKind::kParallel: separator += changes ? "parallel " : ""; break;
        case AxisKind::kReduction: separator = changes ? (list.empty() ? "| " : " | ") : separator; break;
        case AxisKind::kSequential: separator = changes ? (list.empty() ? "; " : " ; ") : separator; break;
      }
      list += separator + declared_axis(axis.variable);
    }
    return "(" + list + ")";
  }

  std::string declared_axis(VariableId variable) {
    const Expr extent = (*program_.pool)[variable].extent;
    const std::string extent_text = extent.valid() ? text(extent) : "<none>";  // before the name is visible
    declare(variable, "i");
    return name(variable) + ": " + extent_text;
  }

  void print(const std::vector<Statement>& body) {
    for (const Statement& statement : body) {
      variable_names_.open_scope();
      std::visit([this](const auto& form) { print(form); }, statement.form);
      variable_names_.close_scope();
    }
  }

  void print(const Nest& nest) {
    auto block = out_.block("nest " + axes(nest.axes) + origin_text(nest.origin));
    const bool steps =
        std::ranges::any_of(nest.axes, [](const Axis& axis) { return axis.kind == AxisKind::kSequential; });
    std::vector<std::string> inits;
    for (const Accumulator& accumulator : nest.accumulators)
      inits.push_back(text(accumulator.init, type_of(accumulator)));
    for (size_t i = 0; i < inits.size(); ++i) {
      const Accumulator& accumulator = nest.accumulators[i];
      declare(accumulator.variable, "acc");
      out_.line("init " + name(accumulator.variable) + ": " + text_of(type_of(accumulator)) + " = " + inits[i]);
    }
    for (const Accumulator& accumulator : nest.accumulators) {
      out_.line((steps ? "step " : "combine ") + name(accumulator.variable) + " = " +
                text(accumulator.combine, type_of(accumulator)));
    }
    print_writes(nest.writes, nest.accumulators.empty() ? "value " : "finish ");
    if (!nest.schedule.empty()) out_.line("schedule " + schedule(nest));
  }

  ValueType type_of(const Accumulator& accumulator) { return (*program_.pool)[accumulator.variable].type; }

  void print_writes(const std::vector<Write>& writes, std::string_view word) {
    for (const Write& write : writes) {
      std::string index;
      for (Expr e : write.index) index += (index.empty() ? "" : ", ") + text(e);
      const std::string value = text(write.value, ValueType{program_.tensors[write.tensor].element, 1});
      const std::string condition = write.where.valid() ? " where " + text(write.where, kBool) : "";
      out_.line(std::string(word) + value + " -> " + tensor(write.tensor) + "[" + index + "]" + condition);
    }
  }

  std::string schedule(const Nest& nest) {
    std::string list;
    for (const ScheduledLoop& loop : nest.schedule) {
      const std::string factor = loop.factor == 0 ? "" : "/" + std::to_string(loop.factor);
      list += (list.empty() ? "" : ", ") + std::string(word_of(loop.kind)) +
              name(nest.axes.at(static_cast<size_t>(loop.axis)).variable) + factor;
    }
    return list;
  }

  void print(const Group& group) {
    auto block = out_.block("group " + axes(group.axes) + origin_text(group.origin));
    print(group.body);
  }

  void print(const For& loop) {
    const std::string counter = "(" + declared_axis(loop.counter) + ")";
    auto block = out_.block("for " + counter + carry(loop.carried));
    print(loop.body);
    print_next(loop.carried);
  }

  void print(const While& loop) {
    const std::string counter = "(" + declared_axis(loop.counter) + ")";
    auto block = out_.block("while " + tensor(loop.condition) + " " + counter + carry(loop.carried));
    print(loop.body);
    print_next(loop.carried);
  }

  std::string carry(const std::vector<Carried>& carried) {
    std::string list;
    for (const Carried& one : carried)
      list += (list.empty() ? "" : ", ") + tensor(one.tensor) + " = " + tensor(one.initial);
    return list.empty() ? "" : " carry (" + list + ")";
  }

  void print_next(const std::vector<Carried>& carried) {
    std::vector<TensorId> next;
    for (const Carried& one : carried) next.push_back(one.next);
    if (!next.empty()) out_.line("next (" + tensors(next) + ")");
  }

  void print(const If& branch) {
    auto block = out_.block("if " + tensor(branch.condition));
    print(branch.then_body);
    if (branch.else_body.empty()) return;
    out_.middle("else");
    print(branch.else_body);
  }

  void print(const Compact& compact) {
    std::vector<Axis> walked = compact.axes;
    for (Axis& axis : walked) axis.kind = AxisKind::kParallel;  // all are sequential, and written plainly
    const std::string head = "compact " + axes(walked);
    declare(compact.position, "p");
    auto block = out_.block(head + " counting " + name(compact.position) + " to " + name(compact.count) + " where " +
                            text(compact.where, kBool) + origin_text(compact.origin));
    print_writes(compact.writes, "value ");
  }

  void print(const Count& count) { out_.line("count " + name(count.count) + " = " + text(count.value, kIndex)); }

  const Program& program_;
  ExprNames names_;
  NameGiver variable_names_;
  NameGiver tensor_names_;
  TextWriter out_;
};

}  // namespace

std::string text_of(const Program& program, const TextPrintOptions& options) {
  return NestPrinter(program).print(options);
}
std::string text_of(const Nest& nest, const Program& program) { return NestPrinter(program).print_alone(nest); }

}  // namespace burin::ir
