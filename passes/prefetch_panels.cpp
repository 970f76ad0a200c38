#include "passes/prefetch_panels.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "ir/expr/walk.h"
#include "ir/loop/walk.h"

namespace burin::passes {

using namespace ir;

namespace {

constexpr std::ptrdiff_t kLeastUses = 6;  // values computed per line asked for: below, asking costs as much as it saves

class PanelPrefetch {
 public:
  PanelPrefetch(Kernel& kernel, const PassContext& context) : kernel_(kernel), context_(context) {}

  void run() { walk(kernel_.body); }

 private:
  void walk(Block& block) {
    bool innermost = true;
    for (LoopStatement& statement : block) {
      auto* loop = std::get_if<Loop>(&statement.form);
      if (loop != nullptr) {
        innermost = false;
        loops_.push_back(loop);
      }
      for_each_block(statement, [this](Block& inner) { walk(inner); });
      if (loop != nullptr) loops_.pop_back();
    }
    if (innermost && loops_.size() >= 3) ask(block);
  }

  void ask(Block& block) {
    std::vector<Prefetch> wanted(block.size());
    std::ptrdiff_t lines = 0;
    const auto is_prefetch = [](const LoopStatement& statement) {
      return std::holds_alternative<Prefetch>(statement.form);
    };
    if (std::ranges::any_of(block, is_prefetch)) return;  // asked already
    for (size_t i = 0; i < block.size(); ++i) {
      const auto* let = std::get_if<Let>(&block[i].form);
      if (let == nullptr || let->value->opcode != Opcode::kLoad || let->value->type.lanes == 1) continue;
      const Panel panel = panel_of(let->value);
      if (!panel.objection.empty()) decline(let->value, panel.objection);
      if (!panel.next.valid()) continue;
      wanted[i] = {buffer_of(let->value), panel.next};
      ++lines;
    }
    const auto is_assign = [](const LoopStatement& statement) {
      return std::holds_alternative<Assign>(statement.form);
    };
    if (lines == 0) return;
    if (std::ranges::count_if(block, is_assign) < kLeastUses * lines) {
      for (size_t i = 0; i < block.size(); ++i) {
        if (wanted[i].index.valid())
          decline(std::get<Let>(block[i].form).value, "too few values are computed per line of it");
      }
      return;
    }
    Block asking;
    for (size_t i = 0; i < block.size(); ++i) {
      asking.push_back(std::move(block[i]));
      if (wanted[i].index.valid()) asking.push_back({wanted[i]});
    }
    block = std::move(asking);
  }

  // `next` is where a load stands one panel further on, at the last panel where it stands: invalid when nothing is to be asked
  // for. Of a load that walks no panel there is nothing to object either.
  struct Panel {
    Expr next;
    std::string_view objection = "";
  };

  Panel panel_of(Expr load) const {
    constexpr std::string_view kUnknown = "the turns of a loop over it are not known";
    const Expr index = load->operands[0];
    if (index->type != kIndex) return {};
    // From the inside: loops that walk the panel, loops that walk it again, the loop over panels.
    size_t level = loops_.size();
    int64_t bytes = info(load->type.element).bytes * load->type.lanes;
    while (level > 0 && uses_variable(index, loops_[level - 1]->counter)) {
      if (!grow(bytes, *loops_[--level])) return {{}, kUnknown};
    }
    if (level == loops_.size()) return {};
    bool again = false;
    for (; level > 0 && !uses_variable(index, loops_[level - 1]->counter); --level) again = true;
    if (!again) return {{}, "no loop walks it again"};
    if (level == 0) return {{}, "it is one panel"};
    const Loop& panels = *loops_[level - 1];
    if (!grow(bytes, panels)) return {{}, kUnknown};
    if (bytes <= context_.machine.l2_bytes) return {{}, "it fits into the second cache"};
    const Expr next = min(index->pool->variable(panels.counter) + panels.step, panels.end - 1);
    return {substitute(index, {{panels.counter.index, next}})};
  }

  void decline(Expr load, std::string_view why) const {
    context_.explain(fmt::format("prefetch-panels: declined \"{}\" in \"{}\": {}",
                                 kernel_.buffers[buffer_of(load)].name, kernel_.name, why));
  }

  // Multiplies by the loop's turns, when those are known and no panel has gigabytes.
  static bool grow(int64_t& bytes, const Loop& loop) {
    constexpr int64_t kMost = int64_t{1} << 32;
    const std::optional<int64_t> end = constant_integer(loop.end);
    if (!is_constant_value(loop.begin, 0) || loop.step != 1 || !end || *end < 1 || *end > kMost / bytes) return false;
    bytes *= *end;
    return true;
  }

  Kernel& kernel_;
  const PassContext& context_;
  std::vector<const Loop*> loops_;  // around the present block, outermost first
};

}  // namespace

Status prefetch_panels(Module& module, const PassContext& context) {
  for (Kernel& kernel : module.kernels) PanelPrefetch(kernel, context).run();
  return {};
}

}  // namespace burin::passes
