#include "ir/loop/text.h"
#include "ir/text/writer.h"

namespace burin::ir {
namespace {

std::string_view word_of(LoopKind kind) {
  switch (kind) {
    case LoopKind::kSerial: return "for";
    case LoopKind::kParallel: return "parallel";
    case LoopKind::kUnrolled: return "unrolled";
    case LoopKind::kVector: return "vector";
  }
  return "";
}

std::string_view word_of(Place place) {
  switch (place) {
    case Place::kParameter: return "parameter";
    case Place::kInput: return "input";
    case Place::kOutput: return "output";
    case Place::kConstant: return "constant";
    case Place::kArena: return "arena";
    case Place::kSymbols: return "symbols";
    case Place::kLocal: return "local";
  }
  return "";
}

class LoopPrinter {
 public:
  explicit LoopPrinter(const Module& module) : module_(module) {
    for (VariableId symbol : module.symbols) declare(symbol, "n");
    for (VariableId symbol : module.opaque_symbols) declare(symbol, "n");
    for (const Kernel& kernel : module.kernels)
      kernel_names_.push_back(global_text(kernel_giver_.give(kernel.name, "kernel")));
  }

  std::string print(const TextPrintOptions& options) {
    {
      auto block = out_.block("module " + global_text(module_.name) + " target " + quoted(module_.target) + symbols());
      print_interface("input ", module_.inputs);
      print_interface("output ", module_.outputs);
      for (const DimensionCheck& check : module_.checks) out_.line(check_text(check, names_));
      print_arena();
      print_constants(options);
      size_t number = 0;
      for (const Kernel& kernel : module_.kernels) print(kernel, "kernel " + kernel_names_[number++], Role::kKernel);
      print(module_.entry, "entry " + global_text(module_.entry.name), Role::kEntry);
    }
    return out_.take();
  }

  std::string print_alone(const Kernel& kernel) {
    print(kernel, "kernel " + global_text(kernel.name), Role::kKernel);
    return out_.take();
  }

 private:
  enum class Role : uint8_t { kKernel, kEntry };

  std::string text(Expr e, std::optional<ValueType> context = kIndex) { return text_of(e, names_, context); }
  std::string name(VariableId id) {
    const auto found = names_.variables.find(id.index);
    return found == names_.variables.end() ? variable_text((*module_.pool)[id].name) : found->second;
  }
  const std::string& buffer(BufferId id) { return names_.storage.at(id.index).text; }

  void declare(VariableId id, std::string_view fallback) {
    names_.variables[id.index] = variable_text(variable_names_.give((*module_.pool)[id].name, fallback));
  }

  std::string symbols() {
    std::string list;
    const auto add = [&](VariableId id, std::string_view prefix) {
      list +=
          (list.empty() ? " where " : ", ") + std::string(prefix) + symbol_text((*module_.pool)[id], name(id), names_);
    };
    for (VariableId id : module_.symbols) add(id, "");
    for (VariableId id : module_.opaque_symbols) add(id, "opaque ");
    return list;
  }

  void print_interface(std::string_view word, const std::vector<Interface>& tensors) {
    for (const Interface& tensor : tensors) {
      out_.line(std::string(word) + quoted(tensor.name) + " : " + type_text(tensor.element, tensor.shape, names_));
    }
  }

  void print_arena() {
    if (module_.arena.empty() && module_.arena_bytes == 0) return;
    auto block = out_.block("arena " + std::to_string(module_.arena_bytes));
    for (const ArenaBuffer& piece : module_.arena) {
      const std::string offset = piece.offset < 0 ? "" : " at " + std::to_string(piece.offset);
      out_.line("buffer " + quoted(piece.name) + " = " + text(piece.bytes) + " bytes in " +
                std::to_string(piece.first) + ".." + std::to_string(piece.last) + offset);
    }
  }

  void print_constants(const TextPrintOptions& options) {
    if (module_.constants.empty() && module_.constant_bytes == 0) return;
    auto block = out_.block("constants " + std::to_string(module_.constant_bytes));
    for (const ConstantPiece& piece : module_.constants) {
      const Literal literal = repacked(piece.literal);
      const std::string type = type_text(literal.element, shape_of_dims(literal.dims, *module_.pool), names_);
      out_.line("at " + std::to_string(piece.offset) + " : " + type + " = " + literal_text(literal, options.constants));
    }
  }

  void print(const Kernel& kernel, const std::string& head, Role role) {
    const NameGiver outer = variable_names_;
    if (role == Role::kKernel) variable_names_ = NameGiver();  // a kernel sees its own parameters only
    NameGiver buffer_names;
    uint32_t id = 0;
    names_.storage.clear();
    for (const Buffer& held : kernel.buffers) {
      const std::string given = value_text(buffer_names.give(held.name, "b" + std::to_string(id)));
      names_.storage[id++] = {given, held.element, 1};
    }
    std::string parameters;
    uint32_t count = 0;
    for (; count < kernel.buffers.size() && is_listed(kernel, BufferId{count}); ++count) {
      parameters += (parameters.empty() ? "" : ", ") + buffer_text(kernel, BufferId{count}, ": ");
    }
    for (VariableId scalar : kernel.scalars) {
      if (role == Role::kKernel) declare(scalar, "n");
      const std::string bounded = role == Role::kKernel ? bounded_text(scalar) : name(scalar);
      parameters += (parameters.empty() ? "" : ", ") + bounded;
    }
    {
      const std::string shapes = kernel.shapes.empty() ? "" : " shapes " + quoted(kernel.shapes);
      auto block = out_.block(head + "(" + parameters + ")" + origin_text(kernel.origin) + shapes);
      for (; count < kernel.buffers.size(); ++count) print_buffer(kernel, BufferId{count});
      print(kernel.body);
    }
    variable_names_ = outer;
  }

  // An extent may be over symbols that the kernel does not see; its bounds are numbers.
  std::string bounded_text(VariableId scalar) {
    Variable variable = (*module_.pool)[scalar];
    variable.extent = {};
    return symbol_text(variable, name(scalar), names_);
  }

  static bool is_listed(const Kernel& kernel, BufferId id) {
    return kernel.buffers[id].place == Place::kParameter && kernel.buffers[id].slot == id.index;
  }

  // Name and type, without the place.
  std::string buffer_text(const Kernel& kernel, BufferId id, std::string_view separator) {
    const Buffer& held = kernel.buffers[id];
    const std::string elements = held.elements == 0 ? "" : "[" + std::to_string(held.elements) + "]";
    const std::string alignment = held.alignment == 64 ? "" : " align " + std::to_string(held.alignment);
    return buffer(id) + std::string(separator) + (held.written ? "written " : "") +
           std::string(info(held.element).name) + elements + alignment;
  }

  void print_buffer(const Kernel& kernel, BufferId id) {
    const Buffer& held = kernel.buffers[id];
    const std::string described = buffer_text(kernel, id, " : ");
    if (held.place == Place::kLocal && held.slot == 0) return out_.line("local " + described);
    out_.line("buffer " + described + " = " + std::string(word_of(held.place)) + " " + std::to_string(held.slot));
  }

  void print(const Block& block) {
    variable_names_.open_scope();
    for (const LoopStatement& statement : block) {
      std::visit([this](const auto& form) { print(form); }, statement.form);
    }
    variable_names_.close_scope();
  }

  void print(const Loop& loop) {
    const std::string range =
        text(loop.begin) + ".." + text(loop.end) + (loop.step == 1 ? "" : " step " + std::to_string(loop.step));
    variable_names_.open_scope();
    declare(loop.counter, "i");
    {
      auto block = out_.block(std::string(word_of(loop.kind)) + " " + name(loop.counter) + " in " + range);
      print(loop.body);
    }
    variable_names_.close_scope();
  }

  void print(const WhileLoop& loop) {
    auto block = out_.block("while " + text(loop.condition, kBool));
    print(loop.body);
  }

  void print(const Branch& branch) {
    auto block = out_.block("if " + text(branch.condition, kBool));
    print(branch.then_body);
    if (branch.else_body.empty()) return;
    out_.middle("else");
    print(branch.else_body);
  }

  void print(const Let& let) {
    const std::string value = text(let.value, std::nullopt);
    declare(let.variable, "v");
    out_.line("let " + name(let.variable) + " = " + value);
  }

  void print(const Tile& tile) {
    declare(tile.variable, "tile");
    std::string dims;
    for (int64_t dim : tile.dims) dims += (dims.empty() ? "" : ", ") + std::to_string(dim);
    out_.line("tile " + name(tile.variable) + " : " + text_of((*module_.pool)[tile.variable].type) +
              (dims.empty() ? "" : "[" + dims + "]"));
  }

  std::string list(const std::vector<Expr>& expressions) {
    std::string listed;
    for (Expr e : expressions) listed += (listed.empty() ? "" : ", ") + text(e);
    return listed;
  }

  void print(const Assign& assign) {
    const std::string index = assign.index.empty() ? "" : "[" + list(assign.index) + "]";
    out_.line(name(assign.tile) + index + " = " + text(assign.value, (*module_.pool)[assign.tile].type));
  }

  void print(const StoreTo& store) {
    out_.line("store " + text(store.value, std::nullopt) + " -> " + buffer(store.buffer) + "[" + text(store.index) +
              "]");
  }

  void print(const Prefetch& prefetch) {
    out_.line("prefetch " + buffer(prefetch.buffer) + "[" + text(prefetch.index) + "]");
  }

  void print(const Call& call) {
    std::string buffers;
    for (BufferId id : call.buffers) buffers += (buffers.empty() ? "" : ", ") + buffer(id);
    const std::string scalars = call.scalars.empty() ? "" : "; " + list(call.scalars);
    const bool known = call.kernel.index < kernel_names_.size();
    out_.line("call " + (known ? kernel_names_[call.kernel.index] : "@none") + "(" + buffers + scalars + ")");
  }

  const Module& module_;
  ExprNames names_;
  NameGiver variable_names_;
  NameGiver kernel_giver_;
  std::vector<std::string> kernel_names_;
  TextWriter out_;
};

}  // namespace

std::string text_of(const Module& module, const TextPrintOptions& options) {
  return LoopPrinter(module).print(options);
}
std::string text_of(const Kernel& kernel, const Module& module) { return LoopPrinter(module).print_alone(kernel); }

}  // namespace burin::ir
