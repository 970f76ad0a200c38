#include "ir/run/loop_machine.h"

#include <algorithm>

namespace burin::ir {
namespace {

// What memory holds before anything is written: not zero, so that a read too early does not go unnoticed.
constexpr std::byte kUnwritten{0x5c};

void load_lanes(const std::byte* at, ElementType type, Scalar* out, int lanes) {
  if (type == ElementType::kF32) {
    for (int i = 0; i < lanes; ++i) {
      float value;
      __builtin_memcpy(&value, at + static_cast<ptrdiff_t>(i) * 4, 4);
      out[i].number = value;
    }
    return;
  }
  const int size = size_of(type);
  for (int i = 0; i < lanes; ++i) out[i] = load_scalar(at + static_cast<ptrdiff_t>(i) * size, type);
}

}  // namespace

LoopMachine::LoopMachine(const Module& module, std::span<int64_t> symbols, int64_t most_steps)
    : module_(module), symbols_(symbols), steps_left_(most_steps) {
  frames_.reserve(module.kernels.size() + 1);
  for (const Kernel& kernel : module.kernels) make_frame(kernel);
  make_frame(module.entry);
}

void LoopMachine::make_frame(const Kernel& kernel) {
  Frame& frame = frames_.emplace_back();
  frame.code = make_kernel_code(module_, kernel);
  frame.slots = frame.code.initial;
  for (const Buffer& buffer : kernel.buffers) {
    frame.elements.push_back(buffer.element);
    std::vector<std::byte>& local = frame.locals.emplace_back();
    if (buffer.place == Place::kLocal)
      local.assign(static_cast<size_t>(buffer.elements * size_of(buffer.element)), kUnwritten);
    frame.buffers.push_back({local.data(), static_cast<int64_t>(local.size())});
  }
}

bool LoopMachine::run_entry(std::span<const BufferView> buffers) {
  Frame& entry = frames_.back();
  for (size_t i = 0; i < buffers.size(); ++i) {
    if (entry.locals[i].empty()) entry.buffers[i] = buffers[i];
  }
  entry.active = true;
  return run(entry, entry.code.body);
}

bool LoopMachine::fail(const Frame& frame, std::string_view kind, std::string message) {
  if (!fault_) {
    fault_ = Diagnostic{Fault::kInternal,
                        std::string(kind),
                        fmt::format("kernel \"{}\"", frame.code.kernel->name),
                        std::move(message),
                        {}};
  }
  return false;
}

// --- Statements.
bool LoopMachine::run(Frame& frame, const BlockCode& block) {
  for (const StatementCode& statement : block) {
    if (--steps_left_ < 0) return fail(frame, "step-limit", "expected an end within the limit of steps, found none");
    if (!std::visit([&](const auto& form) { return run(frame, form); }, statement.form)) return false;
  }
  return true;
}

bool LoopMachine::run(Frame& frame, const LoopCode& loop) {
  if (!evaluate(frame, loop.bounds)) return false;
  const int64_t end = frame.slots[static_cast<size_t>(loop.end)].integer;
  for (int64_t i = frame.slots[static_cast<size_t>(loop.begin)].integer; i < end; i += loop.step) {
    frame.slots[static_cast<size_t>(loop.counter)].integer = i;
    if (!run(frame, loop.body)) return false;
    if (end - i <= loop.step) break;  // the next addition could wrap
    if (--steps_left_ < 0) return fail(frame, "step-limit", "expected an end within the limit of steps, found none");
  }
  return true;
}

bool LoopMachine::run(Frame& frame, const WhileCode& loop) {
  while (true) {
    if (!evaluate(frame, loop.range)) return false;
    if (frame.slots[static_cast<size_t>(loop.condition)].integer == 0) return true;
    if (!run(frame, loop.body)) return false;
    if (--steps_left_ < 0) return fail(frame, "step-limit", "expected an end within the limit of steps, found none");
  }
}

bool LoopMachine::run(Frame& frame, const BranchCode& branch) {
  if (!evaluate(frame, branch.range)) return false;
  const bool holds = frame.slots[static_cast<size_t>(branch.condition)].integer != 0;
  return run(frame, holds ? branch.then_body : branch.else_body);
}

bool LoopMachine::run(Frame& frame, const LetCode& let) {
  if (!evaluate(frame, let.range)) return false;
  std::copy_n(frame.slots.begin() + let.value, let.lanes, frame.slots.begin() + let.variable);
  return true;
}

bool LoopMachine::run(Frame& frame, const TileStart& start) {
  const TileCode& tile = frame.code.tiles[static_cast<size_t>(start.tile)];
  Scalar unwritten;
  unwritten.integer = 0x5c5c5c5c5c5c5c5c;
  std::fill_n(frame.slots.begin() + tile.first, tile.elements * tile.lanes, unwritten);
  return true;
}

std::optional<int> LoopMachine::tile_slot(Frame& frame, int tile_id, int index) {
  const TileCode& tile = frame.code.tiles[static_cast<size_t>(tile_id)];
  int64_t position = 0;
  for (size_t d = 0; d < tile.dims.size(); ++d) {
    const int64_t i = frame.slots[static_cast<size_t>(index) + d].integer;
    if (i < 0 || i >= tile.dims[d]) {
      fail(frame, "out-of-bounds", fmt::format("tile: expected an index of 0 to {}, found {}", tile.dims[d] - 1, i));
      return std::nullopt;
    }
    position = position * tile.dims[d] + i;
  }
  return tile.first + static_cast<int>(position) * tile.lanes;
}

bool LoopMachine::run(Frame& frame, const AssignCode& assign) {
  if (!evaluate(frame, assign.range)) return false;
  const std::optional<int> slot = tile_slot(frame, assign.tile, assign.index);
  if (!slot) return false;
  const int lanes = frame.code.tiles[static_cast<size_t>(assign.tile)].lanes;
  std::copy_n(frame.slots.begin() + assign.value, lanes, frame.slots.begin() + *slot);
  return true;
}

bool LoopMachine::is_inside(Frame& frame, size_t buffer, int64_t index, int64_t count) {
  const int64_t size = frame.buffers[buffer].bytes / size_of(frame.elements[buffer]);
  if (index >= 0 && count <= size && index <= size - count) return true;
  const Buffer& named = frame.code.kernel->buffers[BufferId{static_cast<uint32_t>(buffer)}];
  return fail(frame, "out-of-bounds",
              fmt::format("buffer \"{}\" of {} elements: expected {} of them from index {} on", named.name, size, count,
                          index));
}

bool LoopMachine::run(Frame& frame, const StoreCode& store) {
  if (!evaluate(frame, store.range)) return false;
  const size_t buffer = store.buffer.index;
  const ElementType type = frame.elements[buffer];
  const int64_t size = size_of(type);
  const Scalar* index = &frame.slots[static_cast<size_t>(store.index)];
  const Scalar* values = &frame.slots[static_cast<size_t>(store.value)];
  if (!store.scatters && !is_inside(frame, buffer, index->integer, store.lanes)) return false;
  for (int i = 0; i < store.lanes; ++i) {
    if (store.scatters && !is_inside(frame, buffer, index[i].integer, 1)) return false;
    const int64_t position = store.scatters ? index[i].integer : index->integer + i;
    store_scalar(frame.buffers[buffer].data + position * size, type, values[i]);
  }
  return true;
}

bool LoopMachine::run(Frame& frame, const CallCode& call) {
  if (!evaluate(frame, call.range)) return false;
  Frame& callee = frames_[call.kernel.index];
  if (callee.active) return fail(frame, "recursion", "expected calls without circles, found one");
  for (size_t i = 0; i < call.buffers.size(); ++i) callee.buffers[i] = frame.buffers[call.buffers[i].index];
  for (size_t i = 0; i < call.scalars.size(); ++i) {
    callee.slots[static_cast<size_t>(callee.code.scalars[i])] = frame.slots[static_cast<size_t>(call.scalars[i])];
  }
  callee.active = true;
  const bool ran = run(callee, callee.code.body);
  callee.active = false;
  return ran;
}

// --- Expressions.
bool LoopMachine::evaluate(Frame& frame, Range range) {
  for (int i = range.first; i < range.last; ++i) {
    const LoopInstruction& instruction = frame.code.instructions[static_cast<size_t>(i)];
    if (instruction.action == Action::kCompute) {
      Scalar* slots = frame.slots.data();
      instruction.function(instruction.operation, slots + instruction.a, slots + instruction.b, slots + instruction.c,
                           slots + instruction.result, instruction.lanes);
    } else if (!evaluate(frame, instruction)) {
      return false;
    }
  }
  return true;
}

bool LoopMachine::load(Frame& frame, const LoopInstruction& instruction) {
  const auto buffer = static_cast<size_t>(instruction.payload);
  const ElementType type = frame.elements[buffer];
  const Scalar* index = &frame.slots[static_cast<size_t>(instruction.a)];
  Scalar* out = &frame.slots[static_cast<size_t>(instruction.result)];
  const std::byte* data = frame.buffers[buffer].data;
  if (instruction.action == Action::kLoad) {
    if (!is_inside(frame, buffer, index->integer, instruction.lanes)) return false;
    load_lanes(data + index->integer * size_of(type), type, out, instruction.lanes);
    return true;
  }
  for (int i = 0; i < instruction.lanes; ++i) {
    if (!is_inside(frame, buffer, index[i].integer, 1)) return false;
    load_lanes(data + index[i].integer * size_of(type), type, out + i, 1);
  }
  return true;
}

bool LoopMachine::evaluate(Frame& frame, const LoopInstruction& instruction) {
  Scalar* slots = frame.slots.data();
  Scalar* out = slots + instruction.result;
  switch (instruction.action) {
    case Action::kCompute: break;
    case Action::kLoad:
    case Action::kGather: return load(frame, instruction);
    case Action::kTile: {
      const std::optional<int> slot = tile_slot(frame, static_cast<int>(instruction.payload), instruction.a);
      if (!slot) return false;
      std::copy_n(slots + *slot, instruction.lanes, out);
      return true;
    }
    case Action::kSplat: std::fill_n(out, instruction.lanes, slots[instruction.a]); return true;
    case Action::kRamp:
      for (int i = 0; i < instruction.lanes; ++i) {
        const auto base = static_cast<uint64_t>(slots[instruction.a].integer);
        const auto stride = static_cast<uint64_t>(slots[instruction.b].integer);
        out[i] =
            wrap_integer(static_cast<int64_t>(base + stride * static_cast<uint64_t>(i)), instruction.operation.out);
      }
      return true;
    case Action::kCopy: std::copy_n(slots + instruction.a, instruction.lanes, out); return true;
    case Action::kSymbol: out->integer = symbols_[static_cast<size_t>(instruction.payload)]; return true;
  }
  return true;
}

}  // namespace burin::ir
