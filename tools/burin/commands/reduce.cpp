#include "tools/burin/commands/reduce.h"

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "codegen/link/scratch_folder.h"
#include "frontend/onnx/reader/external_data.h"
#include "tools/burin/base/output_files.h"
#include "tools/burin/reduce/check_command.h"
#include "tools/burin/reduce/model_edits.h"
#include "tools/burin/reduce/tensor_types.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

ir::Result<std::string> contents_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  if (!file.is_open() || file.bad())
    return ir::input_fault("missing-file", path.string(), "expected a file, found none");
  return bytes;
}

// Brings the elements that lie in files next to the model into it, as its copies lie elsewhere. What cannot be read stays.
void take_in_external_data(onnx::ModelProto& model, const fs::path& path) {
  frontend::ExternalFiles files(path);
  for (onnx::TensorProto* tensor : tensors_of(model)) {
    if (tensor->data_location() != onnx::TensorProto::EXTERNAL) continue;
    std::string location;
    uint64_t offset = 0, length = UINT64_MAX;
    for (const auto& entry : tensor->external_data()) {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "offset") offset = std::strtoull(entry.value().c_str(), nullptr, 10);
      if (entry.key() == "length") length = std::strtoull(entry.value().c_str(), nullptr, 10);
    }
    const ir::Result<std::span<const std::byte>> bytes = files.bytes(location, tensor->name());
    if (!bytes || offset > bytes->size()) continue;
    const auto part = bytes->subspan(offset, std::min<uint64_t>(length, bytes->size() - offset));
    tensor->set_raw_data(reinterpret_cast<const char*>(part.data()), part.size());
    tensor->clear_external_data();
    tensor->clear_data_location();
  }
}

// The model that is being reduced: what was found so far, and where it is kept.
class Reduction {
 public:
  Reduction(const Options& options, onnx::ModelProto model, TensorTypes types, codegen::ScratchFolder scratch)
      : options_(options), best_(std::move(model)), types_(std::move(types)), scratch_(std::move(scratch)) {
    const auto allowed = std::chrono::duration<double>(options.gave("--seconds") ? options.seconds : 1e9);
    end_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(allowed);
  }

  const onnx::ModelProto& best() const { return best_; }
  const TensorTypes& types() const { return types_; }
  bool is_over() const { return !status_ || Clock::now() >= end_; }
  const ir::Status& status() const { return status_; }
  int64_t checks() const { return checks_; }

  // Whether the check finds the fault in `candidate`, which then is the best.
  bool attempt(onnx::ModelProto candidate) {
    if (is_tidy_) drop_unused(candidate);
    return attempt_as_is(std::move(candidate));
  }

  // Takes the types of inner tensors from the best model.
  void find_types() { types_ = tensor_types(best_, options_.output_dir); }

  // The first attempts: whether the fault is there at all, and whether it stays when all that is unused goes.
  bool start() {
    if (!attempt_as_is(best_)) return false;
    is_tidy_ = true;
    is_tidy_ = attempt(best_);
    return true;
  }

 private:
  bool attempt_as_is(onnx::ModelProto candidate) {
    if (is_over()) return false;
    std::string bytes;
    if (!candidate.SerializeToString(&bytes) || !seen_.insert(bytes).second) return false;
    const fs::path path = scratch_.path_of("model.onnx");
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    ++checks_;
    show_progress(fmt::format("{} nodes, {} bytes, check {}", count_nodes(best_), best_.ByteSizeLong(), checks_));
    const ir::Result<bool> found = still_has_fault(options_.check, path, options_.timeout);
    if (!found) status_ = found.faults();
    if (!found || !*found) return false;
    best_ = std::move(candidate);
    status_ = write_output(options_.output_dir, bytes);
    return static_cast<bool>(status_);
  }

  const Options& options_;
  onnx::ModelProto best_;
  TensorTypes types_;
  codegen::ScratchFolder scratch_;
  std::set<std::string> seen_;
  Clock::time_point end_;
  ir::Status status_;
  int64_t checks_ = 0;
  bool is_tidy_ = false;
};

// Tries an edit of a copy of the best model; `edit` says whether it changed anything.
template <class Edit>
bool attempt_edit(Reduction& reduction, const Edit& edit) {
  onnx::ModelProto candidate = reduction.best();
  return edit(candidate) && reduction.attempt(std::move(candidate));
}

// Ends the model at each node, the first ones first, until one is enough.
void cut_outputs(Reduction& reduction) {
  for (int i = 0; i < reduction.best().graph().node_size() && !reduction.is_over(); ++i) {
    if (attempt_edit(reduction, [&](auto& model) { return end_at_node(model, i, reduction.types()); })) return;
  }
}

void drop_outputs(Reduction& reduction) {
  for (int i = reduction.best().graph().output_size(); i-- > 0 && !reduction.is_over();) {
    attempt_edit(reduction, [&](onnx::ModelProto& model) {
      auto& outputs = *model.mutable_graph()->mutable_output();
      if (outputs.size() < 2) return false;
      outputs.DeleteSubrange(i, 1);
      return true;
    });
  }
}

// Runs of nodes, long ones first (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002).
void drop_node_runs(Reduction& reduction) {
  for (int length = std::max(1, reduction.best().graph().node_size() / 2); length > 0; length /= 2) {
    for (int start = 0; start < reduction.best().graph().node_size() && !reduction.is_over();) {
      std::vector<int> run(static_cast<size_t>(std::min(length, reduction.best().graph().node_size() - start)));
      std::iota(run.begin(), run.end(), start);
      const bool is_smaller =
          attempt_edit(reduction, [&](auto& model) { return drop_nodes(model, run, reduction.types()); });
      if (!is_smaller) start += length;
    }
  }
}

void inline_bodies(Reduction& reduction) {
  for (int i = 0; i < reduction.best().graph().node_size() && !reduction.is_over(); ++i) {
    for (int graph = 0; graph < 2; ++graph) {
      if (attempt_edit(reduction, [&](auto& model) { return inline_body(model, i, graph); })) break;
    }
  }
}

// In all graphs, as those inside nodes cannot have inputs instead.
void bypass_nodes(Reduction& reduction) {
  onnx::ModelProto counted = reduction.best();
  const size_t lists = node_lists_of(counted).size();
  for (size_t list = 0; list < lists; ++list) {
    for (int i = 0; !reduction.is_over(); ++i) {
      int operands = -1;
      onnx::ModelProto now = reduction.best();
      const std::vector<NodeList*> all = node_lists_of(now);
      if (list < all.size() && i < all[list]->size()) operands = all[list]->Get(i).input_size();
      if (operands < 0) break;
      for (int operand = 0; operand < operands; ++operand) {
        const bool is_simpler =
            attempt_edit(reduction, [&](auto& model) { return bypass_node(*node_lists_of(model)[list], i, operand); });
        if (!is_simpler) continue;
        --i;  // another node may be there now
        break;
      }
    }
  }
}

void drop_attributes(Reduction& reduction) {
  onnx::ModelProto counted = reduction.best();
  for (size_t list = 0; list < node_lists_of(counted).size(); ++list) {
    for (int i = 0; i < node_lists_of(counted)[list]->size(); ++i) {
      for (int a = node_lists_of(counted)[list]->Get(i).attribute_size(); a-- > 0 && !reduction.is_over();) {
        attempt_edit(reduction, [&](onnx::ModelProto& model) {
          const std::vector<NodeList*> lists = node_lists_of(model);
          if (list >= lists.size() || i >= lists[list]->size()) return false;
          auto& attributes = *lists[list]->Mutable(i)->mutable_attribute();
          if (a >= attributes.size()) return false;
          attributes.DeleteSubrange(a, 1);
          return true;
        });
      }
    }
  }
}

void shrink_dimensions(Reduction& reduction) {
  for (const std::string& symbol : symbols_of(reduction.best())) {
    for (const int64_t value : {1, 2, 3}) {
      const auto edit = [&](auto& model) { return set_symbol(model, symbol, value), true; };
      if (attempt_edit(reduction, edit)) break;
    }
  }
  onnx::ModelProto measured = reduction.best();
  for (const int64_t from : dimensions_of(measured)) {
    for (const int64_t to : {int64_t{1}, int64_t{2}, int64_t{3}, from / 2, from - 1}) {
      if (to >= from || to < 1 || reduction.is_over()) continue;
      const auto edit = [&](bool values) {
        return attempt_edit(reduction, [&](auto& model) { return shrink_dimension(model, from, to, values), true; });
      };
      if (edit(true) || edit(false)) break;
    }
  }
  for (int input = 0; input < reduction.best().graph().input_size(); ++input) {
    const int rank = reduction.best().graph().input(input).type().tensor_type().shape().dim_size();
    for (int axis = 0; axis < rank && !reduction.is_over(); ++axis) {
      for (const int64_t to : {1, 2}) {
        if (attempt_edit(reduction, [&](auto& model) { return set_input_dimension(model, input, axis, to); })) break;
      }
    }
  }
}

void simplify_values(Reduction& reduction) {
  onnx::ModelProto counted = reduction.best();
  for (size_t i = 0; i < tensors_of(counted).size() && !reduction.is_over(); ++i) {
    attempt_edit(reduction, [&](onnx::ModelProto& model) {
      const std::vector<onnx::TensorProto*> tensors = tensors_of(model);
      return i < tensors.size() && zero_tensor(*tensors[i]);
    });
  }
  for (int i = reduction.best().graph().input_size(); i-- > 0 && !reduction.is_over();) {
    attempt_edit(reduction, [&](auto& model) { return make_input_constant(model, i); });
  }
}

// All steps in turn, until none of them makes the model smaller.
void run_steps(Reduction& reduction) {
  constexpr void (*kSteps[])(Reduction&) = {cut_outputs,  drop_outputs,    drop_node_runs,    inline_bodies,
                                            bypass_nodes, drop_attributes, shrink_dimensions, simplify_values};
  std::string before, after;
  do {
    before = reduction.best().SerializeAsString();
    for (const auto step : kSteps) step(reduction);
    reduction.find_types();  // dimensions have become others
    after = reduction.best().SerializeAsString();
  } while (after != before && !reduction.is_over());
}

ir::Result<onnx::ModelProto> read(const fs::path& path) {
  const ir::Result<std::string> bytes = contents_of(path);
  if (!bytes) return bytes.faults();
  onnx::ModelProto model;
  if (!model.ParseFromString(*bytes) || !model.has_graph()) {
    return ir::input_fault("malformed-protobuf", "", "expected an ONNX model that protobuf can parse");
  }
  take_in_external_data(model, path);
  for (onnx::TensorProto* tensor : tensors_of(model)) make_raw(*tensor);
  return model;
}

}  // namespace

ExitCode reduce(const Options& options) {
  const std::string subject = options.subject.string();
  if (options.check.empty() || options.output_dir.empty()) {
    return report("burin reduce", {usage_fault("", "expected --check COMMAND and -o FILE")});
  }
  ir::Result<onnx::ModelProto> model = read(options.subject);
  if (!model) return report(subject, model.faults());
  ir::Result<codegen::ScratchFolder> scratch = codegen::ScratchFolder::create();
  if (!scratch) return report(subject, scratch.faults());
  TensorTypes types = tensor_types(*model, options.subject);
  const int64_t nodes = count_nodes(*model);
  Reduction reduction(options, std::move(*model), std::move(types), std::move(*scratch));
  const bool has_fault = reduction.start();
  if (has_fault) run_steps(reduction);
  clear_progress();
  if (!reduction.status()) return report(subject, reduction.status().faults());
  if (!has_fault) {
    return report(subject, {ir::input_fault("no-fault", "--check",
                                            "expected exit code 0 for the model as it is: it is "
                                            "what says that the fault is there")});
  }
  const std::string text = fmt::format("{} nodes became {} in {} checks: {}\n", nodes, count_nodes(reduction.best()),
                                       reduction.checks(), options.output_dir.string());
  const ir::Status printed = print(text);
  return printed ? kDone : report("burin", printed.faults());
}

}  // namespace burin::tools
