#include "ir/loop/verify.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "ir/base/checked.h"
#include "ir/expr/linear.h"
#include "ir/expr/verify.h"
#include "ir/expr/walk.h"
#include "ir/text/expr_text.h"

namespace burin::ir {
namespace {

constexpr size_t kMostFaults = 20;  // more of them help nobody

class Faults {
 public:
  template <class... Args>
  void add(std::string_view kind, std::string where, fmt::format_string<Args...> format, Args&&... args) {
    if (held_.size() < kMostFaults)
      held_.push_back(input_fault(kind, std::move(where), format, std::forward<Args>(args)...));
  }
  Status status() { return held_.empty() ? Status() : Status(std::move(held_)); }

 private:
  Diagnostics held_;
};

// Inclusive.
struct Interval {
  int64_t low, high;
};

// The body of one kernel or of the entry.
class KernelVerifier {
 public:
  KernelVerifier(const Module& module, const Kernel& kernel, KernelId callable_below, LoopStage stage,
                 std::string where, Faults& faults)
      : module_(module),
        kernel_(kernel),
        pool_(*module.pool),
        callable_below_(callable_below),
        stage_(stage),
        where_(std::move(where)),
        faults_(faults) {}

  void run() {
    for (VariableId scalar : kernel_.scalars) {
      if (pool_[scalar].type != kIndex)
        fault("type-mismatch", "expected scalar {} of type i64, found {}", name_of(scalar),
              text_of(pool_[scalar].type));
      define(scalar);
    }
    check(kernel_.body);
  }

 private:
  template <class... Args>
  void fault(std::string_view kind, fmt::format_string<Args...> format, Args&&... args) {
    faults_.add(kind, where_, format, std::forward<Args>(args)...);
  }

  std::string name_of(VariableId id) const { return variable_text(pool_[id].name); }
  bool is_buffer(BufferId id) const { return id.index < kernel_.buffers.size(); }
  std::string buffer_text(BufferId id) const { return is_buffer(id) ? value_text(kernel_.buffers[id].name) : "%?"; }

  void define(VariableId id) {
    if (!defined_.insert(id).second)
      fault("scope", "expected each variable to be defined once, found {} again", name_of(id));
    visible_.insert(id);
  }

  // --- Expressions.
  bool check_expr(Expr e, std::optional<ValueType> type) {
    if (!e.valid()) {
      fault("expression", "expected an expression, found none");
      return false;
    }
    if (type && e->type != *type)
      fault("type-mismatch", "expected type {}, found {} in {}", text_of(*type), text_of(e->type), text_of(e));
    if (const std::optional<std::string> wrong = expression_fault(e))
      fault("type-mismatch", "{} in {}", *wrong, text_of(e));
    for_each_node(e, [&](Expr node) {
      if (node->opcode == Opcode::kVariable) check_variable(node);
      if (node->opcode == Opcode::kLoad) check_load(node);
      if (node->opcode == Opcode::kRead) fault("expression", "expected loads from buffers, found a read of a tensor");
      if (stage_ == LoopStage::kExpanded && is_transcendental(node)) {
        fault("transcendental", "expected polynomials by now, found {}", info(node->opcode).name);
      }
    });
    return true;
  }

  void check_variable(Expr node) {
    const VariableId id = variable_of(node);
    if (!visible_.contains(id))
      return fault("scope", "expected a variable that is defined before, found {}", name_of(id));
    const auto tile = tiles_.find(id);
    if (tile != tiles_.end()) return check_tile_index(*tile->second, node->operands);
    if (!node->operands.empty()) fault("tile", "expected a tile in front of an index, found {}", name_of(id));
  }

  void check_load(Expr node) {
    const BufferId id = buffer_of(node);
    if (!is_buffer(id)) return fault("buffer", "expected a buffer of this kernel, found number {}", id.index);
    const ElementType element = kernel_.buffers[id].element;
    if (node->type.element != element) {
      fault("type-mismatch", "expected a load of {} from {}, found {}", info(element).name, buffer_text(id),
            text_of(node->type));
    }
    check_index_type(node->operands[0], node->type.lanes);
  }

  void check_index_type(Expr index, int lanes) {
    if (index->type == kIndex || index->type == ValueType{ElementType::kI64, lanes}) return;
    fault("type-mismatch", "expected an index of type i64 or i64x{}, found {}", lanes, text_of(index->type));
  }

  // The values that an index into a tile takes; absent when something but unrolled counters decides it.
  std::optional<Interval> range_of(Expr index) const {
    const std::optional<LinearForm> form = linear_form(index);
    if (!form) return std::nullopt;
    Interval range{form->constant, form->constant};
    for (const auto& [term, coefficient] : form->terms) {
      const auto counter = is_variable(term) ? unrolled_.find(variable_of(term)) : unrolled_.end();
      if (counter == unrolled_.end()) return std::nullopt;
      const auto a = checked_mul(coefficient, counter->second.low);
      const auto b = checked_mul(coefficient, counter->second.high);
      const auto low = a && b ? checked_add(range.low, std::min(*a, *b)) : std::nullopt;
      const auto high = a && b ? checked_add(range.high, std::max(*a, *b)) : std::nullopt;
      if (!low || !high) return std::nullopt;
      range = {*low, *high};
    }
    return range;
  }

  void check_tile_index(const Tile& tile, std::span<const Expr> index) {
    if (index.size() != tile.dims.size()) {
      return fault("rank-mismatch", "expected {} indices of tile {}, found {}", tile.dims.size(),
                   name_of(tile.variable), index.size());
    }
    for (size_t i = 0; i < index.size(); ++i) {
      if (!index[i].valid() || index[i]->type != kIndex) {
        fault("type-mismatch", "expected an index of type i64 of tile {}, found another", name_of(tile.variable));
        continue;
      }
      const std::optional<Interval> range = range_of(index[i]);
      if (!range) {
        fault("tile", "expected an index of tile {} over constants and unrolled counters, found {}",
              name_of(tile.variable), text_of(index[i]));
      } else if (range->low < 0 || range->high >= tile.dims[i]) {
        fault("tile", "expected index {} of tile {} within 0 to {}, found {} to {}", i, name_of(tile.variable),
              tile.dims[i] - 1, range->low, range->high);
      }
    }
  }

  // --- Statements.
  void check(const Block& block) {
    const std::set<VariableId> outside = visible_;
    for (const LoopStatement& statement : block) {
      std::visit([this](const auto& form) { check(form); }, statement.form);
    }
    visible_ = outside;
  }

  void check(const Loop& loop) {
    if (!check_expr(loop.begin, kIndex) || !check_expr(loop.end, kIndex)) return;
    const std::set<VariableId> outside = visible_;
    define(loop.counter);
    if (pool_[loop.counter].type != kIndex)
      fault("type-mismatch", "expected counter {} of type i64, found {}", name_of(loop.counter),
            text_of(pool_[loop.counter].type));
    if (loop.step < 1) fault("loop", "expected a step of at least 1 of {}, found {}", name_of(loop.counter), loop.step);
    if (loop.kind == LoopKind::kVector)
      fault("loop", "expected a serial, parallel or unrolled loop over {}, found a vector loop", name_of(loop.counter));
    if (loop.kind == LoopKind::kUnrolled && loop.step >= 1) check_unrolled(loop);
    check(loop.body);
    unrolled_.erase(loop.counter);
    visible_ = outside;
  }

  void check_unrolled(const Loop& loop) {
    const std::optional<int64_t> begin = constant_integer(loop.begin);
    const std::optional<int64_t> end = constant_integer(loop.end);
    if (!begin || !end) {
      return fault("loop", "expected constant bounds of the unrolled loop over {}, found {}..{}", name_of(loop.counter),
                   text_of(loop.begin), text_of(loop.end));
    }
    const std::optional<int64_t> length = checked_sub(*end, *begin);
    const int64_t turns = length ? ceil_div(*length, loop.step) : INT64_MAX;
    if (turns > kMostUnrolled) {
      return fault("loop", "expected at most {} turns of the unrolled loop over {}, found {}", kMostUnrolled,
                   name_of(loop.counter), turns);
    }
    if (turns > 0) unrolled_[loop.counter] = {*begin, *begin + (turns - 1) * loop.step};
  }

  void check(const WhileLoop& loop) {
    check_expr(loop.condition, kBool);
    check(loop.body);
  }

  void check(const Branch& branch) {
    check_expr(branch.condition, kBool);
    check(branch.then_body);
    check(branch.else_body);
  }

  void check(const Let& let) {
    check_expr(let.value, pool_[let.variable].type);
    define(let.variable);
  }

  void check(const Tile& tile) {
    const std::optional<int64_t> values = checked_product(tile.dims);
    if (!values || *values < 1 || *values > kMostTileValues) {
      fault("tile", "expected 1 to {} values in tile {}, found {}", kMostTileValues, name_of(tile.variable),
            values.value_or(-1));
    }
    define(tile.variable);
    tiles_[tile.variable] = &tile;
  }

  void check(const Assign& assign) {
    const auto tile = tiles_.find(assign.tile);
    if (tile == tiles_.end() || !visible_.contains(assign.tile)) {
      return fault("scope", "expected a tile that is defined before, found {}", name_of(assign.tile));
    }
    for (Expr index : assign.index) check_expr(index, kIndex);
    check_tile_index(*tile->second, assign.index);
    check_expr(assign.value, pool_[assign.tile].type);
  }

  bool may_change(BufferId id) const {
    const Buffer& buffer = kernel_.buffers[id];
    switch (buffer.place) {
      case Place::kParameter: return buffer.written;
      case Place::kOutput:
      case Place::kArena:
      case Place::kSymbols:
      case Place::kLocal: return true;
      case Place::kInput:
      case Place::kConstant: break;
    }
    return false;
  }

  void check(const StoreTo& store) {
    if (!is_buffer(store.buffer))
      return fault("buffer", "expected a buffer of this kernel, found number {}", store.buffer.index);
    const ElementType element = kernel_.buffers[store.buffer].element;
    if (!check_expr(store.value, std::nullopt) || !check_expr(store.index, std::nullopt)) return;
    if (store.value->type.element != element) {
      fault("type-mismatch", "expected a store of {} to {}, found {}", info(element).name, buffer_text(store.buffer),
            text_of(store.value->type));
    }
    check_index_type(store.index, store.value->type.lanes);
    if (!may_change(store.buffer))
      fault("buffer", "expected a store to a buffer that may change, found {}", buffer_text(store.buffer));
  }

  void check(const Prefetch& prefetch) {
    if (!is_buffer(prefetch.buffer))
      return fault("buffer", "expected a buffer of this kernel, found number {}", prefetch.buffer.index);
    if (check_expr(prefetch.index, std::nullopt)) check_index_type(prefetch.index, 1);
  }

  void check(const Call& call) {
    if (call.kernel.index >= callable_below_.index)
      return fault("call", "expected a call of a kernel above, found number {}", call.kernel.index);
    const Kernel& callee = module_.kernels[call.kernel];
    const auto is_parameter = [](const Buffer& buffer) { return buffer.place == Place::kParameter; };
    const auto parameters = static_cast<size_t>(std::ranges::count_if(callee.buffers, is_parameter));
    if (call.buffers.size() != parameters) {
      return fault("call", "expected {} buffers for {}, found {}", parameters, global_text(callee.name),
                   call.buffers.size());
    }
    if (call.scalars.size() != callee.scalars.size()) {
      fault("call", "expected {} scalars for {}, found {}", callee.scalars.size(), global_text(callee.name),
            call.scalars.size());
    }
    for (Expr scalar : call.scalars) check_expr(scalar, kIndex);
    for (uint32_t i = 0; i < parameters; ++i) {
      const Buffer& parameter = callee.buffers[BufferId{i}];
      const BufferId given = call.buffers[i];
      if (!is_buffer(given)) {
        fault("buffer", "expected a buffer of this kernel, found number {}", given.index);
      } else if (kernel_.buffers[given].element != parameter.element) {
        fault("type-mismatch", "expected {} for {} of {}, found {}", info(parameter.element).name,
              value_text(parameter.name), global_text(callee.name), info(kernel_.buffers[given].element).name);
      } else if (parameter.written && !may_change(given)) {
        fault("buffer", "expected a buffer that may change for {} of {}, found {}", value_text(parameter.name),
              global_text(callee.name), buffer_text(given));
      }
    }
  }

  const Module& module_;
  const Kernel& kernel_;
  ExprPool& pool_;
  KernelId callable_below_;
  LoopStage stage_;
  std::string where_;
  Faults& faults_;
  std::set<VariableId> defined_;
  std::set<VariableId> visible_;
  std::map<VariableId, const Tile*> tiles_;
  std::map<VariableId, Interval> unrolled_;
};

// What is outside of kernels' bodies.
class ModuleVerifier {
 public:
  ModuleVerifier(const Module& module, LoopStage stage) : module_(module), stage_(stage) {}

  Status run() {
    check_symbols();
    check_constants();
    check_arena();
    std::set<std::string> names;
    uint32_t id = 0;
    for (const Kernel& kernel : module_.kernels) {
      const std::string where = "kernel " + global_text(kernel.name);
      if (!names.insert(kernel.name).second)
        faults_.add("name", where, "expected distinct names of kernels, found it again");
      check_kernel_buffers(kernel, where);
      KernelVerifier(module_, kernel, KernelId{id++}, stage_, where, faults_).run();
    }
    check_entry_buffers();
    KernelVerifier(module_, module_.entry, KernelId{id}, stage_, "entry", faults_).run();
    return faults_.status();
  }

 private:
  void check_over_symbols(Expr e, const std::set<VariableId>& symbols, const std::string& where) {
    if (!e.valid() || e->type != kIndex)
      return faults_.add("type-mismatch", where, "expected an expression of type i64, found another");
    for_each_node(e, [&](Expr node) {
      const bool leaf = node->opcode == Opcode::kRead || node->opcode == Opcode::kLoad;
      if (leaf || (is_variable(node) && !symbols.contains(variable_of(node))))
        faults_.add("scope", where, "expected symbols only, found {}", text_of(node));
    });
  }

  void check_symbols() {
    std::vector<VariableId> expected = module_.symbols;
    expected.insert(expected.end(), module_.opaque_symbols.begin(), module_.opaque_symbols.end());
    if (module_.entry.scalars != expected) {
      faults_.add("symbols", "entry", "expected the {} symbols of the module as scalars, found {} others",
                  expected.size(), module_.entry.scalars.size());
    }
    const std::set<VariableId> symbols(expected.begin(), expected.end());
    for (const auto* list : {&module_.inputs, &module_.outputs}) {
      for (const Interface& tensor : *list) {
        for (Expr dim : tensor.shape) check_over_symbols(dim, symbols, fmt::format("tensor {}", quoted(tensor.name)));
      }
    }
    for (const DimensionCheck& check : module_.checks) {
      check_over_symbols(check.dimensions.left, symbols, "check");
      check_over_symbols(check.dimensions.right, symbols, "check");
    }
    for (const ArenaBuffer& buffer : module_.arena)
      check_over_symbols(buffer.bytes, symbols, fmt::format("arena buffer {}", quoted(buffer.name)));
  }

  void check_constants() {
    int64_t free = 0;
    for (const ConstantPiece& piece : module_.constants) {
      const std::string where = fmt::format("constant at {}", piece.offset);
      if (piece.offset < free || piece.offset % 64 != 0) {
        faults_.add("constants", where, "expected a multiple of 64 of at least {}, found {}", free, piece.offset);
      }
      const std::optional<int64_t> end = checked_add(piece.offset, piece.literal.byte_count());
      if (!end || *end > module_.constant_bytes) {
        faults_.add("constants", where, "expected an end within {} bytes, found {}", module_.constant_bytes,
                    end.value_or(INT64_MAX));
      }
      free = end.value_or(INT64_MAX);
    }
  }

  void check_arena() {
    struct Piece {
      const ArenaBuffer* buffer;
      int64_t end;
    };
    std::vector<Piece> planned;
    for (const ArenaBuffer& buffer : module_.arena) {
      const std::string where = fmt::format("arena buffer {}", quoted(buffer.name));
      if (buffer.first > buffer.last)
        faults_.add("arena", where, "expected a first step of at most {}, found {}", buffer.last, buffer.first);
      if (buffer.offset < 0 || !buffer.bytes.valid()) continue;
      const std::optional<int64_t> bytes = constant_integer(buffer.bytes);
      const std::optional<int64_t> end = bytes ? checked_add(buffer.offset, *bytes) : std::nullopt;
      if (!end || *end > module_.arena_bytes) {
        faults_.add("arena", where, "expected an end within {} bytes, found {}", module_.arena_bytes,
                    end.value_or(INT64_MAX));
      }
      planned.push_back({&buffer, end.value_or(INT64_MAX)});
    }
    std::ranges::sort(planned, {}, [&](const Piece& piece) {
      return std::pair(piece.buffer->offset, piece.buffer - module_.arena.data());
    });
    for (size_t i = 0; i < planned.size(); ++i) {
      const ArenaBuffer& a = *planned[i].buffer;
      for (size_t j = i + 1; j < planned.size() && planned[j].buffer->offset < planned[i].end; ++j) {
        const ArenaBuffer& b = *planned[j].buffer;
        if (a.last < b.first || b.last < a.first || planned[j].end == b.offset) continue;
        faults_.add("arena", fmt::format("arena buffer {}", quoted(b.name)),
                    "expected an offset of at least {} (the end of {}), found {}", planned[i].end, quoted(a.name),
                    b.offset);
      }
    }
  }

  void check_buffer(const Buffer& buffer, const std::string& where) {
    const bool power = buffer.alignment > 0 && std::has_single_bit(static_cast<uint64_t>(buffer.alignment));
    if (!power)
      faults_.add("buffer", where, "expected a power of two as alignment of {}, found {}", value_text(buffer.name),
                  buffer.alignment);
    if (buffer.place == Place::kLocal && buffer.elements < 1) {
      faults_.add("buffer", where, "expected at least 1 element in {}, found {}", value_text(buffer.name),
                  buffer.elements);
    }
  }

  void check_kernel_buffers(const Kernel& kernel, const std::string& where) {
    int64_t position = 0;
    bool locals = false;
    for (const Buffer& buffer : kernel.buffers) {
      check_buffer(buffer, where);
      const bool parameter = buffer.place == Place::kParameter;
      if (parameter && (locals || buffer.slot != position)) {
        faults_.add("buffer", where, "expected parameter {} at position {} before locals, found {}",
                    value_text(buffer.name), position, buffer.slot);
      }
      if (!parameter && buffer.place != Place::kLocal) {
        faults_.add("buffer", where, "expected a parameter or a local buffer, found {} with another place",
                    value_text(buffer.name));
      }
      locals |= !parameter;
      ++position;
    }
  }

  void check_slot(const Buffer& buffer, size_t count, std::string_view what) {
    if (buffer.slot >= 0 && static_cast<size_t>(buffer.slot) < count) return;
    faults_.add("buffer", "entry", "expected one of {} {} for {}, found number {}", count, what,
                value_text(buffer.name), buffer.slot);
  }

  void check_element(const Buffer& buffer, ElementType element) {
    if (buffer.element == element) return;
    faults_.add("type-mismatch", "entry", "expected {} as elements of {}, found {}", info(element).name,
                value_text(buffer.name), info(buffer.element).name);
  }

  void check_interface_buffer(const Buffer& buffer, const std::vector<Interface>& tensors, std::string_view what) {
    check_slot(buffer, tensors.size(), what);
    const auto slot = static_cast<size_t>(buffer.slot);
    if (slot < tensors.size()) check_element(buffer, tensors[slot].element);
  }

  void check_constant_buffer(const Buffer& buffer) {
    const auto piece = std::ranges::find(module_.constants, buffer.slot, &ConstantPiece::offset);
    if (piece == module_.constants.end()) {
      faults_.add("buffer", "entry", "expected the offset of a constant for {}, found {}", value_text(buffer.name),
                  buffer.slot);
    } else {
      check_element(buffer, piece->literal.logical.element);
    }
  }

  void check_entry_buffers() {
    for (const Buffer& buffer : module_.entry.buffers) {
      check_buffer(buffer, "entry");
      switch (buffer.place) {
        case Place::kParameter:
          faults_.add("buffer", "entry", "expected a place of its own for {}, found a parameter",
                      value_text(buffer.name));
          break;
        case Place::kInput: check_interface_buffer(buffer, module_.inputs, "inputs"); break;
        case Place::kOutput: check_interface_buffer(buffer, module_.outputs, "outputs"); break;
        case Place::kConstant: check_constant_buffer(buffer); break;
        case Place::kArena: check_slot(buffer, module_.arena.size(), "arena buffers"); break;
        case Place::kSymbols: check_element(buffer, ElementType::kI64); break;
        case Place::kLocal: break;
      }
    }
  }

  const Module& module_;
  LoopStage stage_;
  Faults faults_;
};

}  // namespace

Status verify(const Module& module, LoopStage stage) { return ModuleVerifier(module, stage).run(); }

}  // namespace burin::ir
