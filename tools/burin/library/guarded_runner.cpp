#include "tools/burin/library/guarded_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "tools/burin/base/report.h"
#include "tools/burin/compile/build_library.h"
#include "tools/burin/library/cpu_fault.h"
#include "tools/burin/library/runner.h"

namespace burin::tools {
namespace {

// Two patterns, so that an element that was not written cannot be right by chance in both: one is NaN and -1, the other a
// large number of every type.
std::byte poison_for(Placement placement) {
  return placement == Placement::kFlushAtStart ? std::byte{0x5c} : std::byte{0xff};
}

Flush flush_for(Placement placement) { return placement == Placement::kFlushAtStart ? Flush::kStart : Flush::kEnd; }

// What one execution is to do, and what came of it.
struct GuardedCall {
  const burin_variant* variant = nullptr;  // the library's own
  std::span<const std::string> names;      // of the arena's buffers
  Placement placement = Placement::kPlannedArena;
  std::optional<GuardPages> arena = {};
  std::optional<CpuFault> fault = {};
  ir::Status status = {};
};

// For execute_in_guards, which the runtime calls with a frame alone.
thread_local GuardedCall* current = nullptr;

// Gives every arena buffer pages of its own; their offsets.
ir::Result<std::vector<int64_t>> spread_arena(GuardedCall& call, const int64_t* symbols) {
  std::vector<int64_t> numbers(static_cast<size_t>(call.variant->n_buffers));
  if (call.variant->sizes != nullptr) call.variant->sizes(symbols, numbers.data());
  std::vector<GuardedBuffer> buffers;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const std::string name = i < call.names.size() ? call.names[i] : std::to_string(i);
    const auto bytes = static_cast<size_t>(std::max<int64_t>(numbers[i], 0));
    buffers.push_back({fmt::format("arena buffer \"{}\"", name), bytes, BURIN_ALIGNMENT});
  }
  ir::Result<GuardPages> pages =
      GuardPages::allocate(std::move(buffers), flush_for(call.placement), poison_for(call.placement));
  if (!pages) return pages.faults();
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = (*pages)[i].data() - pages->base();
  call.arena = std::move(*pages);
  return numbers;
}

// The variant's entry as the runtime sees it.
void execute_in_guards(const burin_frame* given) {
  GuardedCall& call = *current;
  burin_frame frame = *given;
  std::vector<int64_t> offsets;
  if (call.placement != Placement::kPlannedArena) {
    ir::Result<std::vector<int64_t>> spread = spread_arena(call, given->symbols);
    if (!spread) {
      call.status = spread.faults();
      return;
    }
    offsets = std::move(*spread);
    frame.offsets = offsets.data();
    frame.arena = reinterpret_cast<unsigned char*>(call.arena->base());
  }
  call.fault = run_trapped([&] { call.variant->execute(&frame); });
}

std::string text_of(const CpuFault& fault, const GuardPages& buffers, const std::optional<GuardPages>& arena) {
  if (fault.address == nullptr) return "an end by " + signal_name(fault.signal);
  std::string_view access = "an access to";
  if (fault.access == Access::kRead) access = "a read of";
  if (fault.access == Access::kWrite) access = "a write to";
  std::string place = buffers.place_of(fault.address);
  if (place.empty() && arena) place = arena->place_of(fault.address);
  if (place.empty()) place = fmt::format("address {}, far from every buffer", fault.address);
  return fmt::format("{} {}", access, place);
}

std::string violation_of(const GuardedCall& call, const GuardPages& buffers) {
  if (call.fault) return text_of(*call.fault, buffers, call.arena);
  std::string place = buffers.overwritten();
  if (place.empty() && call.arena) place = call.arena->overwritten();
  return place.empty() ? place : "a write to " + place;
}

}  // namespace

ir::Result<GuardedRunner> make_guarded_runner(const ir::Graph& graph, const Options& options) {
  if (options.toolchain == Toolchain::kInterpret || !options.emulator.empty()) {
    return usage_fault("--guard_pages",
                       "expected a library that this machine runs, found another --toolchain or --emulator");
  }
  const ir::Result<LoweredModel> model = lower_to_run(graph, options);
  if (!model) return model.faults();
  std::vector<std::string> arena;
  for (const ir::ArenaBuffer& buffer : model->modules.front().arena) arena.push_back(buffer.name);
  ir::Result<Library> library = load_linked(*model, options);
  if (!library) return library.faults();
  return GuardedRunner::create(std::move(*library), std::move(arena));
}

std::string_view name_of(Placement placement) {
  switch (placement) {
    case Placement::kFlushAtEnd: return "flush at the end";
    case Placement::kFlushAtStart: return "flush at the start";
    case Placement::kPlannedArena: return "planned arena";
  }
  return "";
}

ir::Result<GuardedRunner> GuardedRunner::create(Library library, std::vector<std::string> arena) {
  auto parts = std::make_unique<Parts>(std::move(library));
  parts->arena = std::move(arena);
  parts->api = parts->library.api();
  parts->model = *static_cast<const burin_model_data*>(parts->api.model);
  if (parts->model.n_variants != 1) {
    return ir::input_fault("library", "--guard_pages", "expected code for one target, found {}",
                           parts->model.n_variants);
  }
  parts->variant = parts->model.variants[0];
  if (parts->variant.n_buffers > 0 && parts->variant.sizes == nullptr) {
    return ir::input_fault("library", "--guard_pages", "expected an arena that is planned when it runs, found offsets");
  }
  parts->variant.execute = execute_in_guards;
  parts->model.variants = &parts->variant;
  parts->api.model = &parts->model;
  ir::Result<Execution> execution = Execution::create(parts->api, parts->library.description());
  if (!execution) return execution.faults();
  return GuardedRunner(std::move(parts), std::move(*execution));
}

// Inputs, then outputs, the weights, and the planned arena.
ir::Result<GuardPages> GuardedRunner::allocate(Flush flush, std::byte poison, size_t arena_bytes) {
  std::vector<GuardedBuffer> buffers;
  for (size_t i = 0; i < description().inputs.size(); ++i) {
    const TensorDescription& input = description().inputs[i];
    const ir::Result<size_t> bytes = execution_.input_bytes(i);
    if (!bytes) return bytes.faults();
    buffers.push_back(
        {fmt::format("input \"{}\"", input.name), *bytes, static_cast<size_t>(ir::size_of(input.element))});
  }
  for (size_t i = 0; i < description().outputs.size(); ++i) {
    const TensorDescription& output = description().outputs[i];
    const ir::Result<size_t> bytes = execution_.output_bytes(i);
    if (!bytes) return bytes.faults();
    buffers.push_back(
        {fmt::format("output \"{}\"", output.name), *bytes, static_cast<size_t>(ir::size_of(output.element))});
  }
  buffers.push_back({"the weights", static_cast<size_t>(description().weights_bytes), BURIN_ALIGNMENT});
  buffers.push_back({"the arena", arena_bytes, BURIN_ALIGNMENT});
  return GuardPages::allocate(std::move(buffers), flush, poison);
}

// Inputs and weights are the caller's: no library may write them.
ir::Status GuardedRunner::bind(const GuardPages& pages, std::span<const ir::Literal> inputs) {
  ir::Status status;
  const size_t n_inputs = inputs.size(), n_outputs = description().outputs.size();
  for (size_t i = 0; status && i < n_inputs; ++i) {
    copy_elements(inputs[i], pages[i]);
    pages.make_read_only(i);
    status = execution_.bind_input(i, pages[i]);
  }
  for (size_t i = 0; status && i < n_outputs; ++i) status = execution_.bind_output(i, pages[n_inputs + i]);
  const size_t weights = n_inputs + n_outputs;
  if (status && !pages[weights].empty()) {
    std::memcpy(pages[weights].data(), parts_->model.weights, pages[weights].size());
    pages.make_read_only(weights);
    status = execution_.bind_weights(pages[weights]);
  }
  // The runtime touches the arena for states alone, and no output is one here: it may be inaccessible.
  if (status) status = execution_.bind_arena({pages[weights + 1].data(), execution_.arena_bytes()});
  return status;
}

ir::Result<std::vector<ir::Literal>> GuardedRunner::outputs_in(const GuardPages& pages) {
  std::vector<ir::Literal> values;
  const ModelDescription& model = description();
  for (size_t i = 0; i < model.outputs.size(); ++i) {
    ir::Result<std::vector<int64_t>> dims = execution_.output_shape(i);
    if (!dims) return dims.faults();
    const std::span<const std::byte> planned = pages[model.inputs.size() + i];
    ir::Literal value{model.outputs[i].element, std::move(*dims), {}, false, nullptr};
    const std::span<const std::byte> bytes = planned.first(static_cast<size_t>(value.byte_count()));
    values.push_back(ir::make_literal(value.element, value.dims, {bytes.begin(), bytes.end()}));
  }
  return values;
}

ir::Result<GuardedRun> GuardedRunner::run(std::span<const ir::Literal> inputs, Placement placement) {
  Shapes shapes;
  for (const ir::Literal& input : inputs) shapes.push_back(input.dims);
  const ir::Result<uint64_t> arena_bytes = execution_.plan(shapes, 1);
  if (!arena_bytes) return arena_bytes.faults();
  const size_t in_one_piece = placement == Placement::kPlannedArena ? *arena_bytes : 0;
  const ir::Result<GuardPages> pages = allocate(flush_for(placement), poison_for(placement), in_one_piece);
  if (!pages) return pages.faults();
  if (ir::Status status = bind(*pages, inputs); !status) return status.faults();
  const auto* own = static_cast<const burin_model_data*>(parts_->library.api().model);
  GuardedCall call{.variant = &own->variants[0], .names = parts_->arena, .placement = placement};
  current = &call;
  const ir::Status status = execution_.execute();
  current = nullptr;
  if (!call.status) return call.status.faults();
  if (std::string violation = violation_of(call, *pages); !violation.empty()) return GuardedRun{violation, {}};
  if (!status) return status.faults();
  ir::Result<std::vector<ir::Literal>> outputs = outputs_in(*pages);
  if (!outputs) return outputs.faults();
  return GuardedRun{{}, std::move(*outputs)};
}

}  // namespace burin::tools
