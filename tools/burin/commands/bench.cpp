#include "tools/burin/commands/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

#include "tools/burin/base/json_text.h"
#include "tools/burin/base/output_files.h"
#include "tools/burin/commands/subject.h"
#include "tools/burin/data/input_list.h"

namespace burin::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMostSamples = 10'000'000;

double milliseconds(Clock::duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

// Floats from -1 to 1, the same every time; integers and bools are zero, which is a valid index everywhere.
void fill(const TensorDescription& input, std::span<std::byte> bytes) {
  std::fill(bytes.begin(), bytes.end(), std::byte{0});
  if (!ir::is_float(input.element)) return;
  const auto each = static_cast<size_t>(ir::size_of(input.element));
  uint64_t state = 0x9e3779b97f4a7c15u;
  for (size_t at = 0; at + each <= bytes.size(); at += each) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    const double value = static_cast<double>(static_cast<int64_t>(state) >> 11) * 0x1p-52;
    ir::store_scalar(bytes.data() + at, input.element, ir::round_number(value, input.element));
  }
}

ir::Status fill_from_list(Execution& execution, const ModelDescription& model, const Shapes& shapes,
                          const Options& options) {
  const ir::Result<InputList> list = read_input_list(options.input_list);
  if (!list) return list.faults();
  const RawElements elements = options.native_inputs ? RawElements::kNative : RawElements::kFloat32;
  const ir::Result<std::vector<ir::Literal>> values =
      load_inputs(*list, list->inferences.front(), model.inputs, shapes, elements);
  if (!values) return values.faults();
  for (size_t i = 0; i < values->size(); ++i) {
    const std::span<const std::byte> bytes = (*values)[i].bytes;
    if (!bytes.empty()) std::memcpy(execution.input(i).data(), bytes.data(), bytes.size());
  }
  return {};
}

// At least one inference, after a tenth of the time to warm up.
ir::Result<std::vector<double>> measure(Execution& execution, double seconds) {
  const auto lasts = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const Clock::time_point warm = Clock::now() + lasts / 10;
  do {
    if (ir::Status status = execution.execute(); !status) return status.faults();
  } while (Clock::now() < warm);
  std::vector<double> samples;
  const Clock::time_point end = Clock::now() + lasts;
  Clock::time_point before = Clock::now();
  do {
    if (ir::Status status = execution.execute(); !status) return status.faults();
    const Clock::time_point after = Clock::now();
    samples.push_back(milliseconds(after - before));
    before = after;
  } while (before < end && samples.size() < kMostSamples);
  return samples;
}

ir::Result<BenchReport> measure_library(const Library& library, const Options& options) {
  const ModelDescription& model = library.description();
  const ir::Result<Shapes> shapes = shapes_to_run(model, options);
  if (!shapes) return shapes.faults();
  ir::Result<Execution> execution = Execution::create(library);
  if (!execution) return execution.faults();
  if (ir::Status status = execution->prepare(*shapes, options.threads); !status) return status.faults();
  for (size_t i = 0; i < model.inputs.size(); ++i) fill(model.inputs[i], execution->input(i));
  if (!options.input_list.empty()) {
    if (ir::Status status = fill_from_list(*execution, model, *shapes, options); !status) return status.faults();
  }
  show_progress(fmt::format("measuring {} for {} s", model.name, options.seconds));
  ir::Result<std::vector<double>> samples = measure(*execution, options.seconds);
  if (!samples) return samples.faults();
  return BenchReport{model.name, model.target, execution->threads(), execution->arena_bytes(),
                     timing_of(std::move(*samples))};
}

// {"name", "target", "threads", "iterations", "min_ms", "median_ms", "p95_ms", "p99_ms", "mean_ms", "arena_bytes"}
ir::Status write_bench_report(const BenchReport& found, const std::filesystem::path& file) {
  const Timing& timing = found.timing;
  const Json json = {{"name", found.name},       {"target", found.target},
                     {"threads", found.threads}, {"iterations", timing.iterations},
                     {"min_ms", timing.min},     {"median_ms", timing.median},
                     {"p95_ms", timing.p95},     {"p99_ms", timing.p99},
                     {"mean_ms", timing.mean},   {"arena_bytes", found.arena_bytes}};
  return write_output(file, json_text(json));
}

}  // namespace

Timing timing_of(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const auto rank = [&](double part) {
    const auto at = static_cast<size_t>(std::ceil(part * static_cast<double>(samples.size())));
    return samples[std::clamp<size_t>(at, 1, samples.size()) - 1];
  };
  Timing timing;
  timing.iterations = static_cast<int64_t>(samples.size());
  if (samples.empty()) return timing;
  timing.min = samples.front();
  timing.median = rank(0.5);
  timing.p95 = rank(0.95);
  timing.p99 = rank(0.99);
  timing.mean = std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
  return timing;
}

ExitCode bench(const Options& options) {
  const std::string subject = options.subject.string();
  const ir::Result<Library> library = open_library(options);
  if (!library) return report(subject, library.faults());
  const ir::Result<BenchReport> found = measure_library(*library, options);
  if (!found) return report(subject, found.faults());
  const Timing& timing = found->timing;
  std::string text = fmt::format("{} on {}, {} thread{}, {} inferences\n", found->name, found->target, found->threads,
                                 found->threads == 1 ? "" : "s", timing.iterations);
  text += fmt::format("  min {:.4f} ms  median {:.4f} ms  p95 {:.4f} ms  p99 {:.4f} ms  mean {:.4f} ms\n", timing.min,
                      timing.median, timing.p95, timing.p99, timing.mean);
  ir::Status status = options.json == "-" ? ir::Status() : print(text);
  if (options.json) status.merge(write_bench_report(*found, *options.json));
  clear_progress();
  return status ? kDone : report("burin", status.faults());
}

}  // namespace burin::tools
