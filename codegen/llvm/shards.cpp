#include "codegen/llvm/shards.h"

#include <algorithm>
#include <unordered_map>

#include "ir/loop/walk.h"

namespace burin::codegen {
namespace {

// What a kernel costs LLVM: the nodes of its expressions, shared ones counted each time.
int64_t size_of(const ir::Kernel& kernel) {
  int64_t nodes = 0;
  ir::for_each_expr(kernel.body, [&](ir::Expr e) { nodes += e->size; });
  return nodes;
}

std::vector<KernelRange> divide_kernels(const ir::Module& module, int64_t most_nodes) {
  std::vector<KernelRange> ranges;
  int64_t nodes = 0;
  uint32_t begin = 0;
  for (uint32_t i = 0; i < module.kernels.size(); ++i) {
    if (nodes > most_nodes) {
      ranges.push_back({begin, i});
      begin = i;
      nodes = 0;
    }
    nodes += size_of(module.kernels[ir::KernelId{i}]);
  }
  ranges.push_back({begin, static_cast<uint32_t>(module.kernels.size())});
  return ranges;
}

// By statement: the last one that uses a variable which it, or one before it, defines outside of inner blocks.
std::vector<size_t> last_uses(const ir::Block& body) {
  std::unordered_map<uint32_t, size_t> defined;  // variables, by index, to the statement
  std::vector<size_t> last(body.size());
  for (size_t i = 0; i < body.size(); ++i) {
    last[i] = i;
    for (ir::VariableId variable : ir::free_variables({body[i]})) {
      if (auto found = defined.find(variable.index); found != defined.end()) last[found->second] = i;
    }
    if (const auto* let = std::get_if<ir::Let>(&body[i].form)) defined.emplace(let->variable.index, i);
    if (const auto* tile = std::get_if<ir::Tile>(&body[i].form)) defined.emplace(tile->variable.index, i);
  }
  for (size_t i = 1; i < last.size(); ++i) last[i] = std::max(last[i], last[i - 1]);
  return last;
}

std::vector<StatementRange> divide_entry(const ir::Kernel& entry, size_t most) {
  std::vector<StatementRange> ranges;
  size_t begin = 0;
  if (entry.body.size() > most) {
    const std::vector<size_t> last = last_uses(entry.body);
    for (size_t i = 1; i < entry.body.size(); ++i) {
      if (i - begin < most || last[i - 1] >= i) continue;
      ranges.push_back({begin, i});
      begin = i;
    }
  }
  ranges.push_back({begin, entry.body.size()});
  return ranges;
}

bool has_locals(const ir::Kernel& entry) {
  for (const ir::Buffer& buffer : entry.buffers) {
    if (buffer.place == ir::Place::kLocal) return true;
  }
  return false;
}

}  // namespace

Division divide(const ir::Module& module, const DivisionLimits& limits) {
  Division division;
  division.kernels = divide_kernels(module, limits.expression_nodes);
  // Local buffers are on the stack of one function.
  division.parts = divide_entry(module.entry, has_locals(module.entry) ? module.entry.body.size() : limits.statements);
  return division;
}

}  // namespace burin::codegen
