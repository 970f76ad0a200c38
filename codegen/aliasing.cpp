#include "codegen/aliasing.h"

#include <algorithm>
#include <variant>

#include "ir/loop/walk.h"

namespace burin::codegen {
namespace {

// Pieces of a planned arena whose bytes meet, or may.
bool places_meet(const ir::ArenaBuffer& a, const ir::ArenaBuffer& b) {
  if (a.offset < 0 || b.offset < 0) return false;
  const int64_t a_bytes = ir::constant_integer(a.bytes).value_or(INT64_MAX - a.offset);
  const int64_t b_bytes = ir::constant_integer(b.bytes).value_or(INT64_MAX - b.offset);
  return a.offset < b.offset + b_bytes && b.offset < a.offset + a_bytes;
}

class Analysis {
 public:
  explicit Analysis(const ir::Module& module) : module_(module) {
    for (const ir::Kernel& kernel : module.kernels) {
      const auto is_parameter = [](const ir::Buffer& buffer) { return buffer.place == ir::Place::kParameter; };
      distinct_.emplace_back(static_cast<size_t>(std::ranges::count_if(kernel.buffers, is_parameter)), true);
    }
  }

  // Overlap found in one caller can reach its callees; every round settles at least one more parameter.
  DistinctParameters run() {
    do {
      changed_ = false;
      visit(module_.entry, nullptr, module_.entry.body);
      for (uint32_t i = 0; i < module_.kernels.size(); ++i) {
        const ir::Kernel& kernel = module_.kernels[ir::KernelId{i}];
        visit(kernel, &distinct_[i], kernel.body);
      }
    } while (changed_);
    return std::move(distinct_);
  }

 private:
  using Known = std::vector<bool>;

  bool may_overlap(const ir::Kernel& caller, const Known* known, ir::BufferId a, ir::BufferId b) const {
    if (a == b) return true;
    const ir::Buffer& x = caller.buffers[a];
    const ir::Buffer& y = caller.buffers[b];
    if (x.place == ir::Place::kLocal || y.place == ir::Place::kLocal || x.place != y.place) return false;
    if (x.place == ir::Place::kArena && x.slot != y.slot) {
      return places_meet(module_.arena[static_cast<size_t>(x.slot)], module_.arena[static_cast<size_t>(y.slot)]);
    }
    if (x.place != ir::Place::kParameter || known == nullptr) return x.slot == y.slot;
    return !(*known)[static_cast<size_t>(x.slot)] && !(*known)[static_cast<size_t>(y.slot)];
  }

  void visit(const ir::Kernel& caller, const Known* known, const ir::Block& block) {
    for_each_statement(block, [&](const ir::LoopStatement& statement) {
      if (const auto* call = std::get_if<ir::Call>(&statement.form)) visit(caller, known, *call);
    });
  }

  void visit(const ir::Kernel& caller, const Known* known, const ir::Call& call) {
    Known& callee = distinct_[call.kernel.index];
    for (size_t i = 0; i < call.buffers.size(); ++i) {
      for (size_t j = 0; j < call.buffers.size(); ++j) {
        if (i == j || !callee[i] || !may_overlap(caller, known, call.buffers[i], call.buffers[j])) continue;
        callee[i] = false;
        changed_ = true;
      }
    }
  }

  const ir::Module& module_;
  DistinctParameters distinct_;
  bool changed_ = false;
};

}  // namespace

DistinctParameters distinct_parameters(const ir::Module& module) { return Analysis(module).run(); }

}  // namespace burin::codegen
