#include "passes/lower_nests.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <map>
#include <ranges>
#include <set>

#include <fmt/format.h>

#include "ir/base/checked.h"
#include "ir/expr/largest.h"
#include "ir/expr/walk.h"
#include "ir/loop/walk.h"
#include "passes/annotated_schedule.h"
#include "passes/emit_nest.h"
#include "passes/equal_version.h"
#include "passes/flat_nest.h"
#include "passes/lifetimes.h"
#include "passes/plan_memory.h"
#include "passes/schedule.h"
#include "passes/tensor_uses.h"

namespace burin::passes {

using namespace ir;

namespace {

constexpr int64_t kConstantAlignment = 64;  // bytes
// Of one tensor in memory: 256 GiB. What is larger is a mistake in a shape, and no machine would run it.
constexpr int64_t kMostTensorBytes = int64_t{1} << 38;

// How many points or lanes of a tile a loop over an axis makes: what is planned, or what the axis has.
int64_t tile_points(const ScheduledLoop& loop, const FlatNest& nest, const ExprPool& pool) {
  const int64_t most = loop.factor;
  const Expr extent = pool[nest.axes[static_cast<size_t>(loop.axis)].variable].extent;
  const int64_t points = std::clamp<int64_t>(constant_integer(extent).value_or(most), 1, most);
  return loop.kind == LoopKind::kVector ? static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(points))) : points;
}

// "reduce_f32_14x2x16": what a kernel's innermost tile looks like.
std::string kernel_stem(const FlatNest& nest, const Schedule& schedule, const ExprPool& pool) {
  const ElementType element = nest.stores.empty() ? ElementType::kF32 : nest.stores[0].value->type.element;
  const bool reduces = !nest.accumulators.empty();
  const bool contracts = reduces && nest.accumulators[0].combine->opcode == Opcode::kFma;
  std::string stem = fmt::format("{}_{}", contracts ? "contract" : reduces ? "reduce" : "map", info(element).name);
  std::string tile;
  for (const ScheduledLoop& loop : schedule) {
    if (loop.factor == 0 || loop.kind == LoopKind::kSerial) continue;
    tile += fmt::format("{}{}", tile.empty() ? "_" : "x", tile_points(loop, nest, pool));
  }
  return stem + tile;
}

// The name of the first node that a kernel comes from, as letters, digits and underscores: node "conv1" (Conv) -> conv1.
std::string node_name(const std::vector<std::string>& origin) {
  constexpr size_t kMostLetters = 40;
  std::string name;
  if (origin.empty()) return name;
  std::string_view text = origin[0];
  if (const size_t open = text.find('"'); open != std::string_view::npos) {
    text.remove_prefix(open + 1);
    text = text.substr(0, text.find('"'));
  }
  for (char letter : text.substr(0, kMostLetters)) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(letter)) != 0;
    if (is_plain || (!name.empty() && name.back() != '_')) name += is_plain ? letter : '_';
  }
  return name;
}

// Numbers and symbols; a dimension that is computed is "..".
std::string shape_text(const Shape& shape) {
  std::vector<std::string> dims;
  for (Expr dim : shape) {
    const std::optional<int64_t> number = constant_integer(dim);
    dims.push_back(number ? std::to_string(*number) : is_variable(dim) ? (*dim->pool)[variable_of(dim)].name : "..");
  }
  return fmt::format("{}", fmt::join(dims, ", "));
}

// Collects one kernel: its buffers (parameters first come first), its body, what was decided.
class KernelBuilder {
 public:
  // `replacements` hold in all that is added.
  KernelBuilder(const Program& program, const Machine& machine, Math math, Replacements replacements = {})
      : program_(program), machine_(machine), math_(math), replacements_(std::move(replacements)) {}

  Kernel kernel;
  std::vector<TensorId> parameters;  // tensors of the parameters, in order
  std::string stem;
  std::vector<std::string> because;
  Diagnostics faults;  // of schedules that cannot be carried out

  // "x f32[N, 8], w f32[8, 4] -> y f32[N, 4]": what is read, then what is written.
  std::string shapes() const {
    std::vector<std::string> read, written;
    for (TensorId id : parameters) {
      const Tensor& tensor = program_.tensors[id];
      std::string text = fmt::format("{} {}[{}]", tensor.name, info(tensor.element).name, shape_text(tensor.shape));
      (kernel.buffers[buffers_.at(id)].written ? written : read).push_back(std::move(text));
    }
    return fmt::format("{}{}-> {}", fmt::join(read, ", "), read.empty() ? "" : " ", fmt::join(written, ", "));
  }

  BufferId buffer(TensorId id) {
    if (auto found = buffers_.find(id); found != buffers_.end()) return found->second;
    const Tensor& tensor = program_.tensors[id];
    const BufferId added = parameter(tensor.name, tensor.element, kArenaAlignment);
    parameters.push_back(id);
    buffers_.emplace(id, added);
    return added;
  }

  // True when `id` is small enough for the stack.
  bool fits_locally(TensorId id) const {
    const Tensor& tensor = program_.tensors[id];
    const std::optional<int64_t> count = static_element_count(physical_shape(tensor, *program_.pool));
    return count && *count <= machine_.most_local_bytes / size_of(tensor.element);
  }

  // Makes `id` a buffer of the kernel's own. Parameters come before locals.
  void make_local(TensorId id) {
    const Tensor& tensor = program_.tensors[id];
    const int64_t count = *static_element_count(physical_shape(tensor, *program_.pool));
    buffers_.emplace(id,
                     kernel.buffers.add({tensor.name, tensor.element, Place::kLocal, 0, count, true, kArenaAlignment}));
  }

  void add(const Nest& nest, Block& block) {
    ExprPool& pool = *program_.pool;
    FlatNest flat = flatten(program_, nest, [&](TensorId id) { return buffer(id); });
    for (const FlatStore& store : flat.stores) kernel.buffers[store.buffer].written = true;
    if (!replacements_.empty()) specialize(flat);
    collapse_axes(flat, pool);
    ChosenSchedule chosen;
    if (nest.schedule.empty()) {
      chosen = choose_schedule(flat, pool, machine_, math_);
    } else if (std::optional<Diagnostic> fault = schedule_fault(nest, flat, pool)) {
      faults.push_back(std::move(*fault));
      return;
    } else {
      chosen = {nest.schedule, "as annotated"};
    }
    if (stem.empty() || !flat.accumulators.empty()) stem = kernel_stem(flat, chosen.loops, *program_.pool);
    because.push_back(chosen.because);
    Block loops = emit_nest(flat, chosen.loops, pool);
    block.insert(block.end(), std::make_move_iterator(loops.begin()), std::make_move_iterator(loops.end()));
    add_origins(kernel, nest.origin);
  }

  void add(const Group& group, Block& block) {
    Block* body = &block;
    for (const Axis& axis : group.axes) {
      // The counter is the axis' own variable, or what is put in its place: the statements inside refer to it.
      const VariableId counter = replacements_.empty() ? axis.variable : specialized(axis.variable);
      body->push_back({counted_loop(counter, (*program_.pool)[counter].extent)});
      body = &std::get<Loop>(body->back().form).body;
    }
    for (const Statement& statement : group.body) {
      if (const auto* nest = std::get_if<Nest>(&statement.form)) add(*nest, *body);
      if (const auto* inner = std::get_if<Group>(&statement.form)) add(*inner, *body);
    }
    add_origins(kernel, group.origin);
  }

  // A walk that counts: `count_buffer` is where the final count goes, at position `slot`.
  void add(const Compact& compact, Block& block, int64_t slot) {
    ExprPool& pool = *program_.pool;
    const BufferId symbols = parameter("symbols", ElementType::kI64, 8);
    kernel.buffers[symbols].written = true;
    Nest writes;
    writes.writes = compact.writes;
    const FlatNest flat = flatten(program_, writes, [&](TensorId id) { return buffer(id); });
    Nest probe;
    probe.accumulators.push_back({compact.position, compact.where, compact.where});
    const Expr where = flatten(program_, probe, [&](TensorId id) { return buffer(id); }).accumulators[0].init;
    const VariableId counter = pool.declare({"count", kIndex, 0, INT64_MAX, {}});
    block.push_back({Tile{counter, {}}});
    const Assign step{counter, {}, pool.variable(counter) + 1};
    // Where elements lie depends on how many there are: count first, then write.
    const bool needs_count = std::ranges::any_of(
        flat.stores, [&](const FlatStore& store) { return uses_variable(store.index, compact.count); });
    if (needs_count) {
      walk(compact, counter, Branch{where, {{step}}, {}}, block);
      block.push_back({Let{compact.count, pool.variable(counter)}});
    }
    Branch found{where, {}, {}};
    found.then_body.push_back({Let{compact.position, pool.variable(counter)}});
    for (const FlatStore& store : flat.stores) {
      kernel.buffers[store.buffer].written = true;
      const LoopStatement statement{StoreTo{store.buffer, store.index, store.value}};
      if (store.where.valid()) {
        found.then_body.push_back({Branch{store.where, {statement}, {}}});
      } else {
        found.then_body.push_back(statement);
      }
    }
    found.then_body.push_back({step});
    walk(compact, counter, std::move(found), block);
    block.push_back({StoreTo{symbols, pool.integer(slot), pool.variable(counter)}});
    kernel.origin = compact.origin;
    stem = "compact";
    because.emplace_back("serial: it counts");
  }

 private:
  // An axis with the extent that the replacements make of its own.
  VariableId specialized(VariableId axis) {
    ExprPool& pool = *program_.pool;
    Variable variable = pool[axis];
    variable.extent = replace(variable.extent, replacements_);
    const VariableId added = pool.declare(std::move(variable));
    replacements_.insert_or_assign(pool.variable(axis).node(), pool.variable(added));
    return added;
  }

  void specialize(FlatNest& nest) {
    for (Axis& axis : nest.axes) axis.variable = specialized(axis.variable);
    map_exprs(nest, [&](Expr e) { return replace(e, replacements_); });
  }

  // `body` at every point of the compact's axes, the counter from zero on.
  void walk(const Compact& compact, VariableId counter, Branch body, Block& block) const {
    ExprPool& pool = *program_.pool;
    block.push_back({Assign{counter, {}, pool.integer(0)}});
    // Each walk has counters of its own: a variable is defined once.
    Substitution counters;
    Block* inner = &block;
    for (const Axis& axis : compact.axes) {
      const VariableId walked = pool.declare(Variable(pool[axis.variable]));
      counters.emplace(axis.variable.index, pool.variable(walked));
      inner->push_back({counted_loop(walked, pool[axis.variable].extent)});
      inner = &std::get<Loop>(inner->back().form).body;
    }
    inner->push_back({std::move(body)});
    map_exprs(*inner, [&](Expr e) { return substitute(e, counters); });
  }

  BufferId parameter(std::string name, ElementType element, int64_t alignment) {
    return kernel.buffers.add({std::move(name), element, Place::kParameter, parameter_count_++, 0, false, alignment});
  }

  const Program& program_;
  const Machine& machine_;
  Math math_;
  Replacements replacements_;
  std::map<TensorId, BufferId> buffers_;
  int64_t parameter_count_ = 0;
};

class ProgramLowering {
 public:
  ProgramLowering(Program program, const PassContext& context)
      : program_(std::move(program)),
        context_(context),
        inputs_(positions_in(program_.inputs)),
        outputs_(positions_in(program_.outputs)),
        lifetimes_(program_) {
    module_.name = program_.name;
    module_.target = context.target;
    module_.pool = program_.pool;
    module_.symbols = program_.symbols;
    module_.opaque_symbols = program_.opaque_symbols;
    module_.checks = program_.checks;
    module_.entry.name = "execute";
    module_.entry.scalars = program_.symbols;
    module_.entry.scalars.insert(module_.entry.scalars.end(), program_.opaque_symbols.begin(),
                                 program_.opaque_symbols.end());
  }

  Result<Module> run() {
    describe(program_.inputs, module_.inputs);
    describe(program_.outputs, module_.outputs);
    for (const Statement& statement : program_.body) lower(statement, module_.entry.body);
    if (!fault_.empty()) return fault_;
    plan_memory(module_);
    return std::move(module_);
  }

 private:
  void describe(const std::vector<TensorId>& tensors, std::vector<Interface>& interface) const {
    for (TensorId id : tensors)
      interface.push_back({program_.tensors[id].name, program_.tensors[id].element, program_.tensors[id].shape});
  }

  // Where each tensor comes first in the list.
  static std::map<TensorId, int64_t> positions_in(const std::vector<TensorId>& tensors) {
    std::map<TensorId, int64_t> positions;
    for (size_t i = 0; i < tensors.size(); ++i) positions.emplace(tensors[i], static_cast<int64_t>(i));
    return positions;
  }

  bool is_interface(TensorId id) const { return inputs_.contains(id) || outputs_.contains(id); }

  // The entry's buffer of a tensor.
  BufferId place(TensorId id) {
    if (auto found = places_.find(id); found != places_.end()) return found->second;
    const Tensor& tensor = program_.tensors[id];
    Buffer buffer{tensor.name, tensor.element, Place::kArena, 0, 0, false, kArenaAlignment};
    const auto input = inputs_.find(id);
    const auto output = outputs_.find(id);
    if (tensor.constant) {
      buffer.place = Place::kConstant;
      buffer.slot = add_constant(tensor);
    } else if (input != inputs_.end()) {
      buffer.place = Place::kInput;
      buffer.slot = input->second;
    } else if (output != outputs_.end()) {
      buffer.place = Place::kOutput;
      buffer.slot = output->second;
    } else {
      buffer.slot = add_arena(id);
    }
    if (!tensor.constant) check_size(tensor);
    const BufferId added = module_.entry.buffers.add(std::move(buffer));
    places_.emplace(id, added);
    return added;
  }

  void check_size(const Tensor& tensor) {
    const std::optional<int64_t> count = static_element_count(tensor.shape);
    if (!count || *count <= kMostTensorBytes / size_of(tensor.element)) return;
    fault_.push_back(input_fault("tensor-too-large", fmt::format("tensor \"{}\"", tensor.name),
                                 "expected at most {} bytes in memory, found {} elements of {} bytes", kMostTensorBytes,
                                 *count, size_of(tensor.element)));
  }

  int64_t add_constant(const Tensor& tensor) {
    const PackedLiteral packed{*tensor.constant, tensor.layout};
    const int64_t offset = (module_.constant_bytes + kConstantAlignment - 1) / kConstantAlignment * kConstantAlignment;
    module_.constants.push_back({offset, packed});
    // A constant of nothing has a place of its own too: buffers find theirs by the offset.
    module_.constant_bytes = offset + std::max<int64_t>(packed.byte_count(), 1);
    return offset;
  }

  int64_t add_arena(TensorId id) {
    const Tensor& tensor = program_.tensors[id];
    ExprPool& pool = *program_.pool;
    const Expr elements = largest(element_count(physical_shape(tensor, pool), pool), program_.opaque_symbols);
    Expr bytes = elements * size_of(tensor.element);
    // A count found while running is planned for at its bound, which may be in terms of counts declared before.
    for (VariableId opaque : program_.opaque_symbols | std::views::reverse) {
      if (!bytes->has_variables) break;
      const Variable& variable = pool[opaque];
      const Expr most = variable.extent.valid() ? variable.extent - 1 : pool.integer(variable.high);
      bytes = substitute(bytes, {{opaque.index, most}});
    }
    if (!constant_integer(bytes) && !bytes->has_variables) {
      fault_.push_back(input_fault("size-limit", fmt::format("tensor \"{}\"", tensor.name),
                                   "expected a size that fits 64 bits, found a larger one"));
    }
    const Life life = lifetimes_.of(id);
    ArenaBuffer buffer{tensor.name, bytes, std::max(life.first, 0), std::max(life.last, 0), -1};
    module_.arena.push_back(std::move(buffer));
    return static_cast<int64_t>(module_.arena.size()) - 1;
  }

  void lower(const Statement& statement, Block& block) {
    std::visit([&](const auto& form) { lower_form(form, statement, block); }, statement.form);
  }

  void lower_form(const Nest& nest, const Statement& statement, Block& block) {
    lower_versions(statement, block, [&](Replacements replacements, Block& into) {
      KernelBuilder builder(program_, context_.machine, context_.math, std::move(replacements));
      builder.add(nest, builder.kernel.body);
      call(builder, into);
    });
  }

  void lower_form(const Group& group, const Statement& statement, Block& block) {
    lower_versions(statement, block, [&](Replacements replacements, Block& into) {
      lower_group(group, statement, std::move(replacements), into);
    });
  }

  // `lower(replacements, block)` for the one version that a statement has, or for both.
  template <class Lower>
  void lower_versions(const Statement& statement, Block& block, Lower&& lower) {
    EqualVersion version = equal_version(program_, statement);
    if (!version.condition.valid()) return lower(Replacements{}, block);
    Branch branch{version.condition, {}, {}};
    lower(std::move(version.replacements), branch.then_body);
    lower(Replacements{}, branch.else_body);
    block.push_back({std::move(branch)});
  }

  void lower_group(const Group& group, const Statement& statement, Replacements replacements, Block& block) {
    KernelBuilder builder(program_, context_.machine, context_.math, std::move(replacements));
    // Tensors that only this statement touches are local to a step of the group.
    std::vector<TensorId> locals;
    for (TensorId tensor : touched_by(statement)) {
      const bool only_here = lifetimes_.is_only_in(tensor, statement);
      const bool local =
          only_here && !is_interface(tensor) && !program_.tensors[tensor].constant && builder.fits_locally(tensor);
      if (local) {
        locals.push_back(tensor);
      } else {
        builder.buffer(tensor);
      }
    }
    for (TensorId tensor : locals) builder.make_local(tensor);
    builder.add(group, builder.kernel.body);
    call(builder, block);
  }

  // Where the symbols' buffer has an opaque symbol.
  int64_t slot_of(VariableId count) const {
    const auto opaque = std::ranges::find(program_.opaque_symbols, count);
    return static_cast<int64_t>(program_.symbols.size()) + (opaque - program_.opaque_symbols.begin());
  }

  void lower_form(const Count& count, const Statement&, Block& block) {
    ExprPool& pool = *program_.pool;
    const Expr value = rewrite_bottom_up(count.value, [&](Expr node) {
      if (node->opcode != Opcode::kRead) return node;
      const TensorId id = tensor_of(node);
      const Expr position = physical_position(program_.tensors[id], index_of(program_, node), pool);
      return load(pool, place(id), position, node->type);
    });
    block.push_back({StoreTo{symbols_buffer(), pool.integer(slot_of(count.count)), value}});
  }

  void lower_form(const Compact& compact, const Statement&, Block& block) {
    KernelBuilder builder(program_, context_.machine, context_.math);
    builder.add(compact, builder.kernel.body, slot_of(compact.count));
    const BufferId symbols = symbols_buffer();
    // The count's buffer was the builder's first.
    call(builder, block, {symbols});
  }

  void lower_form(const For& loop, const Statement&, Block& block) {
    start(loop.carried, block);
    Loop serial = counted_loop(loop.counter, (*program_.pool)[loop.counter].extent);
    body(loop.body, loop.carried, serial.body);
    block.push_back({std::move(serial)});
  }

  void lower_form(const While& loop, const Statement&, Block& block) {
    ExprPool& pool = *program_.pool;
    start(loop.carried, block);
    const VariableId turn = pool.declare({"turn", kIndex, 0, INT64_MAX, {}});
    block.push_back({Tile{turn, {}}});
    block.push_back({Assign{turn, {}, pool.integer(0)}});
    const Expr goes_on = load(pool, place(loop.condition), pool.integer(0), kBool);
    WhileLoop repeat{logical_and(goes_on, less(pool.variable(turn), pool[loop.counter].extent)), {}};
    repeat.body.push_back({Let{loop.counter, pool.variable(turn)}});
    body(loop.body, loop.carried, repeat.body);
    repeat.body.push_back({Assign{turn, {}, pool.variable(turn) + 1}});
    block.push_back({std::move(repeat)});
  }

  void lower_form(const If& branch, const Statement&, Block& block) {
    ExprPool& pool = *program_.pool;
    Branch lowered{load(pool, place(branch.condition), pool.integer(0), kBool), {}, {}};
    for (const Statement& inner : branch.then_body) lower(inner, lowered.then_body);
    for (const Statement& inner : branch.else_body) lower(inner, lowered.else_body);
    block.push_back({std::move(lowered)});
  }

  void body(const std::vector<Statement>& statements, const std::vector<Carried>& carried, Block& block) {
    for (const Statement& inner : statements) lower(inner, block);
    // Where a tensor is carried into another, all next values are saved before the first is overwritten.
    std::map<TensorId, TensorId> saved;
    for (const Carried& c : carried) {
      const bool overwritten =
          std::ranges::any_of(carried, [&](const Carried& other) { return other.tensor == c.next; });
      if (!overwritten || c.next == c.tensor) continue;
      saved.emplace(c.next, c.next);
    }
    for (auto& [from, to] : saved) {
      to = scratch_like(from);
      copy(from, to, block);
    }
    for (const Carried& c : carried) {
      if (c.next != c.tensor) copy(saved.contains(c.next) ? saved.at(c.next) : c.next, c.tensor, block);
    }
  }

  void start(const std::vector<Carried>& carried, Block& block) {
    for (const Carried& c : carried) copy(c.initial, c.tensor, block);
  }

  TensorId scratch_like(TensorId id) {
    const Tensor original = program_.tensors[id];
    const TensorId added = program_.add_tensor(original.name + ".saved", original.element, original.shape);
    lifetimes_.add_like(id);
    return added;
  }

  void copy(TensorId from, TensorId to, Block& block) {
    NestBuilder nest(program_, "");
    const std::vector<Expr> index = nest.parallel(program_.tensors[to].shape);
    nest.write(to, index, read(program_, from, index));
    KernelBuilder builder(program_, context_.machine, context_.math);
    builder.add(nest.take(), builder.kernel.body);
    call(builder, block);
  }

  BufferId symbols_buffer() {
    if (!symbols_.valid()) {
      symbols_ = module_.entry.buffers.add({"symbols", ElementType::kI64, Place::kSymbols, 0, 0, true, 8});
    }
    return symbols_;
  }

  // Adds the kernel and a call of it. `first` are entry buffers for parameters that are no tensors.
  void call(KernelBuilder& builder, Block& block, std::vector<BufferId> first = {}) {
    ExprPool& pool = *program_.pool;
    fault_.insert(fault_.end(), builder.faults.begin(), builder.faults.end());
    Call call{{}, std::move(first), {}};
    for (TensorId tensor : builder.parameters) call.buffers.push_back(place(tensor));
    for (const Buffer& buffer : builder.kernel.buffers) {
      if (buffer.place != Place::kParameter || !buffer.written) continue;
      module_.entry.buffers[call.buffers[static_cast<size_t>(buffer.slot)]].written = true;
    }
    builder.kernel.scalars = free_variables(builder.kernel.body);
    for (VariableId scalar : builder.kernel.scalars) call.scalars.push_back(pool.variable(scalar));
    builder.kernel.name = kernel_name(builder);
    builder.kernel.shapes = builder.shapes();
    if (context_.explained != nullptr) context_.explain(explanation(builder));
    call.kernel = module_.kernels.add(std::move(builder.kernel));
    block.push_back({std::move(call)});
  }

  // "contract_f32_14x2x16_conv1": what profilers and backtraces show. A number keeps names apart.
  std::string kernel_name(const KernelBuilder& builder) {
    std::string name = builder.stem;
    if (const std::string node = node_name(builder.kernel.origin); !node.empty()) name += "_" + node;
    std::string unique = name;
    for (int& number = numbers_[name]; !names_.insert(unique).second;)
      unique = fmt::format("{}_{}", name, ++number + 1);
    return unique;
  }

  static std::string explanation(const KernelBuilder& builder) {
    std::string line = "schedule: " + builder.kernel.name + ":";
    for (const std::string& reason : builder.because) line += " " + reason + ";";
    for (const std::string& origin : builder.kernel.origin) line += " from " + origin;
    return line;
  }

  Program program_;
  const PassContext& context_;
  Module module_;
  Diagnostics fault_;
  std::set<std::string> names_;         // of kernels
  std::map<std::string, int> numbers_;  // used with a name so far: a Concat of thousands would search them all
  std::map<TensorId, int64_t> inputs_, outputs_;  // positions in the interface
  std::map<TensorId, BufferId> places_;
  Lifetimes lifetimes_;
  BufferId symbols_;
};

}  // namespace

Result<Module> lower_nests(Program program, const PassContext& context) {
  return ProgramLowering(std::move(program), context).run();
}

}  // namespace burin::passes
