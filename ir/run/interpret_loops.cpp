#include "ir/run/interpret_loops.h"

#include <algorithm>

#include "ir/base/checked.h"
#include "ir/run/evaluate.h"
#include "ir/run/loop_machine.h"

namespace burin::ir {
namespace {

constexpr std::byte kUnwritten{0x5c};

using Bytes = std::vector<std::byte>;

// The memory of one run.
struct Memory {
  std::vector<Bytes> inputs;  // copies, as a kernel's view may not be of the literal's alignment or may be a splat
  std::vector<Bytes> outputs;
  Bytes planned;                  // the arena, when offsets are planned
  std::vector<BufferView> arena;  // by position in Module::arena
  std::vector<Bytes> unplanned;
  Bytes constants;
};

Bytes bytes_of(const Literal& literal) {
  const auto total = static_cast<size_t>(literal.byte_count());
  if (!literal.splat) return {literal.bytes.begin(), literal.bytes.end()};
  Bytes bytes(total);
  for (size_t i = 0; i < total; ++i) bytes[i] = literal.bytes[i % literal.bytes.size()];
  return bytes;
}

class Run {
 public:
  Run(const Module& module, const InterpretLimits& limits)
      : module_(module), limits_(limits), bytes_left_(limits.most_bytes) {}

  Result<std::vector<Literal>> operator()(std::span<const Literal> inputs) {
    if (Status status = bind(inputs); !status) return status.faults();
    if (Status status = plan_opaque_symbols(); !status) return status.faults();
    if (Status status = make_memory(inputs); !status) return status.faults();
    std::vector<BufferView> buffers;
    for (const Buffer& buffer : module_.entry.buffers) buffers.push_back(view_of(buffer));
    LoopMachine machine(module_, symbols_, limits_.most_steps);
    if (!machine.run_entry(buffers)) return *machine.fault();
    return outputs();
  }

 private:
  Status bind(std::span<const Literal> inputs) {
    if (inputs.size() != module_.inputs.size()) {
      return input_fault("input-count", "", "expected {} inputs, found {}", module_.inputs.size(), inputs.size());
    }
    std::vector<Shape> declared;
    std::vector<std::string> names;
    std::vector<std::vector<int64_t>> actual;
    for (size_t i = 0; i < inputs.size(); ++i) {
      declared.push_back(module_.inputs[i].shape);
      names.push_back(module_.inputs[i].name);
      actual.push_back(inputs[i].dims);
      if (inputs[i].element != module_.inputs[i].element) {
        return input_fault("type-mismatch", fmt::format("input \"{}\"", names[i]), "expected {}, found {}",
                           info(module_.inputs[i].element).name, info(inputs[i].element).name);
      }
    }
    Result<SymbolValues> bound = bind_symbols(*module_.pool, declared, names, actual);
    if (!bound) return bound.faults();
    values_ = *bound;
    for (const DimensionCheck& check : module_.checks) {
      const std::optional<int64_t> left = evaluate_integer(check.dimensions.left, values_);
      const std::optional<int64_t> right = evaluate_integer(check.dimensions.right, values_);
      if (!left || !right || !holds(check.dimensions.relation, *left, *right)) {
        return input_fault("shape-mismatch", check.origin, "expected dimensions that are equal{}, found {} and {}",
                           check.dimensions.relation == DimensionRelation::kEqual ? "" : " or 1", left.value_or(-1),
                           right.value_or(-1));
      }
    }
    for (VariableId symbol : module_.symbols) {
      if (symbol.index >= values_.size() || !values_[symbol.index]) {
        return input_fault("unbound-symbol", "", "expected an input with dimension \"{}\", found none",
                           (*module_.pool)[symbol].name);
      }
      symbols_.push_back(*values_[symbol.index]);
    }
    return {};
  }

  void set(VariableId symbol, int64_t value) {
    if (values_.size() <= symbol.index) values_.resize(symbol.index + 1);
    values_[symbol.index] = value;
  }

  // Memory is planned for the largest counts.
  Status plan_opaque_symbols() {
    for (VariableId symbol : module_.opaque_symbols) {
      const Variable& variable = (*module_.pool)[symbol];
      std::optional<int64_t> most = variable.high;
      if (variable.extent.valid()) {
        most = evaluate_integer(variable.extent, values_);
        if (most) --*most;
      }
      if (!most || *most < 0 || *most == INT64_MAX) {
        return unsupported("unbounded", fmt::format("symbol \"{}\"", variable.name),
                           "expected an upper bound, found none");
      }
      set(symbol, *most);
      symbols_.push_back(*most);
    }
    return {};
  }

  // `name` is for diagnostics. The bytes are taken from what the limits leave.
  Result<Bytes> allocate(const std::string& name, std::optional<int64_t> bytes) {
    if (!bytes || *bytes < 0 || *bytes > bytes_left_) {
      return input_fault("size-limit", fmt::format("\"{}\"", name), "expected at most {} bytes, found {}", bytes_left_,
                         bytes ? std::to_string(*bytes) : "more than can be counted");
    }
    bytes_left_ -= *bytes;
    return Bytes(static_cast<size_t>(*bytes), kUnwritten);
  }

  std::optional<std::vector<int64_t>> dims_of(const Shape& shape) const {
    std::vector<int64_t> dims;
    for (Expr dimension : shape) {
      const std::optional<int64_t> value = evaluate_integer(dimension, values_);
      if (!value) return std::nullopt;
      dims.push_back(*value);
    }
    return dims;
  }

  std::optional<int64_t> bytes_of_shape(const Interface& tensor) const {
    const std::optional<std::vector<int64_t>> dims = dims_of(tensor.shape);
    const std::optional<int64_t> count = dims ? checked_product(*dims) : std::nullopt;
    return count ? checked_mul(*count, size_of(tensor.element)) : std::nullopt;
  }

  Status make_memory(std::span<const Literal> inputs) {
    for (const Literal& input : inputs) memory_.inputs.push_back(bytes_of(input));
    for (const Interface& output : module_.outputs) {
      Result<Bytes> bytes = allocate(output.name, bytes_of_shape(output));
      if (!bytes) return bytes.faults();
      memory_.outputs.push_back(std::move(*bytes));
    }
    memory_.constants.resize(static_cast<size_t>(module_.constant_bytes));
    for (const ConstantPiece& piece : module_.constants) {
      const Bytes bytes = bytes_of(repacked(piece.literal));
      BURIN_ASSERT(piece.offset >= 0 && piece.offset + static_cast<int64_t>(bytes.size()) <= module_.constant_bytes,
                   "constants lie within the module's constant bytes");
      std::ranges::copy(bytes, memory_.constants.begin() + piece.offset);
    }
    return make_arena();
  }

  Status make_arena() {
    const bool planned =
        std::ranges::all_of(module_.arena, [](const ArenaBuffer& buffer) { return buffer.offset >= 0; });
    if (planned) {
      Result<Bytes> arena = allocate("arena", module_.arena_bytes);
      if (!arena) return arena.faults();
      memory_.planned = std::move(*arena);
    }
    for (const ArenaBuffer& buffer : module_.arena) {
      const std::optional<int64_t> bytes = evaluate_integer(buffer.bytes, values_);
      if (planned) {
        if (!bytes || *bytes < 0 || buffer.offset > module_.arena_bytes ||
            *bytes > module_.arena_bytes - buffer.offset) {
          return Diagnostic{Fault::kInternal,
                            "arena",
                            fmt::format("buffer \"{}\"", buffer.name),
                            fmt::format("expected {} bytes at {} to lie in an arena of {}", bytes.value_or(-1),
                                        buffer.offset, module_.arena_bytes),
                            {}};
        }
        memory_.arena.push_back({memory_.planned.data() + buffer.offset, *bytes});
        continue;
      }
      Result<Bytes> own = allocate(buffer.name, bytes);
      if (!own) return own.faults();
      memory_.unplanned.push_back(std::move(*own));
      memory_.arena.push_back({memory_.unplanned.back().data(), *bytes});
    }
    return {};
  }

  BufferView view_of(const Buffer& buffer) {
    const auto slot = static_cast<size_t>(buffer.slot);
    const auto whole = [](Bytes& bytes) { return BufferView{bytes.data(), static_cast<int64_t>(bytes.size())}; };
    switch (buffer.place) {
      case Place::kInput: return whole(memory_.inputs.at(slot));
      case Place::kOutput: return whole(memory_.outputs.at(slot));
      case Place::kArena: return memory_.arena.at(slot);
      case Place::kConstant: return {memory_.constants.data() + slot, constant_bytes(buffer.slot)};
      case Place::kSymbols:
        return {reinterpret_cast<std::byte*>(symbols_.data()), static_cast<int64_t>(symbols_.size() * sizeof(int64_t))};
      case Place::kLocal: return {};
      case Place::kParameter: break;
    }
    BURIN_ASSERT(false, "an entry has no parameters");
    return {};
  }

  // From `slot` to the end of the piece it lies in.
  int64_t constant_bytes(int64_t slot) const {
    for (const ConstantPiece& piece : module_.constants) {
      const int64_t end = piece.offset + piece.literal.byte_count();
      if (slot >= piece.offset && slot < end) return end - slot;
    }
    return 0;
  }

  Result<std::vector<Literal>> outputs() {
    for (size_t k = 0; k < module_.opaque_symbols.size(); ++k) {
      set(module_.opaque_symbols[k], symbols_[module_.symbols.size() + k]);
    }
    std::vector<Literal> literals;
    for (size_t i = 0; i < module_.outputs.size(); ++i) {
      const Interface& output = module_.outputs[i];
      const std::optional<int64_t> bytes = bytes_of_shape(output);
      if (!bytes || *bytes > static_cast<int64_t>(memory_.outputs[i].size())) {
        return Diagnostic{
            Fault::kInternal,
            "count",
            fmt::format("output \"{}\"", output.name),
            fmt::format("expected at most {} bytes, found {}", memory_.outputs[i].size(), bytes.value_or(-1)),
            {}};
      }
      memory_.outputs[i].resize(static_cast<size_t>(*bytes));
      literals.push_back(make_literal(output.element, *dims_of(output.shape), std::move(memory_.outputs[i])));
    }
    return literals;
  }

  const Module& module_;
  InterpretLimits limits_;
  int64_t bytes_left_;
  SymbolValues values_;
  std::vector<int64_t> symbols_;  // input symbols, then opaque ones
  Memory memory_;
};

}  // namespace

Result<std::vector<Literal>> interpret(const Module& module, std::span<const Literal> inputs,
                                       const InterpretLimits& limits) {
  return Run(module, limits)(inputs);
}

}  // namespace burin::ir
