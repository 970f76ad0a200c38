#include "frontend/onnx/graph/node_order.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <string>
#include <unordered_map>

#include "frontend/closest_name.h"

namespace burin::frontend {
namespace {

constexpr int kMostNamesOfCycle = 8;
constexpr size_t kMostCandidates = 5000;  // a hint is not worth more comparisons
constexpr size_t kMostHints = 5;

using Producers = std::unordered_map<std::string_view, int>;

// Where `name` stands in the same graph besides its nodes: `input`, `initializer`; "" when nowhere.
std::string_view other_definition(std::string_view name, const Scope& scope) {
  if (scope.names.contains(name)) return "an input";
  if (scope.initializers.contains(name)) return "an initializer";
  return {};
}

bool is_known(std::string_view name, const Scope& scope) {
  for (const Scope* at = &scope; at != nullptr; at = at->outer) {
    if (!other_definition(name, *at).empty()) return true;
  }
  return false;
}

Producers find_producers(const Nodes& nodes, const Scope& scope, FaultLog& faults) {
  Producers producers;
  for (int i = 0; i < nodes.size(); ++i) {
    for (const std::string& output : nodes[i].output()) {
      if (output.empty()) continue;
      const std::string_view other = other_definition(output, scope);
      if (!other.empty()) {
        faults.add(ir::input_fault("duplicate-name", where_of(nodes[i], scope.call),
                                   "expected a new name for output \"{}\", found it to be {} already", output, other));
        continue;
      }
      const auto [first, is_new] = producers.emplace(output, i);
      if (is_new) continue;
      faults.add(ir::input_fault("duplicate-name", where_of(nodes[i], scope.call),
                                 "expected a new name for output \"{}\", found it to be an output of {} already",
                                 output, where_of(nodes[first->second], scope.call)));
    }
  }
  return producers;
}

void check_operands(const Nodes& nodes, const Producers& producers, const Scope& scope, FaultLog& faults) {
  size_t hints = 0;
  for (const onnx::NodeProto& node : nodes) {
    for (int i = 0; i < node.input_size(); ++i) {
      const std::string& name = node.input(i);
      if (name.empty() || producers.contains(name) || is_known(name, scope)) continue;
      ir::Diagnostic fault =
          ir::input_fault("missing-input", where_of(node, scope.call),
                          "operand {}: expected a tensor named \"{}\", found none in the graph", i, name);
      if (hints++ < kMostHints) fault.hint = similar_name_hint(name, nodes, scope);
      faults.add(std::move(fault));
    }
  }
}

// For each node the nodes that wait for it, and how many it waits for.
struct Dependence {
  std::vector<std::vector<int>> users;
  std::vector<int> waits_for;
};

bool in_order(const Nodes& nodes, const Producers& producers) {
  for (int i = 0; i < nodes.size(); ++i) {
    bool ready = true;
    for_each_used_name(nodes[i], [&](std::string_view name) {
      const auto found = producers.find(name);
      ready &= found == producers.end() || found->second < i;
    });
    if (!ready) return false;
  }
  return true;
}

Dependence find_dependence(const Nodes& nodes, const Producers& producers) {
  Dependence dependence{std::vector<std::vector<int>>(static_cast<size_t>(nodes.size())),
                        std::vector<int>(static_cast<size_t>(nodes.size()))};
  for (int i = 0; i < nodes.size(); ++i) {
    for_each_used_name(nodes[i], [&](std::string_view name) {
      const auto found = producers.find(name);
      if (found == producers.end()) return;
      dependence.users[static_cast<size_t>(found->second)].push_back(i);
      ++dependence.waits_for[static_cast<size_t>(i)];
    });
  }
  return dependence;
}

// A cycle among the nodes that still wait, as text: `"a" -> "b" -> "a"`.
void report_cycle(const Nodes& nodes, const Producers& producers, const std::vector<int>& waits_for, const Scope& scope,
                  FaultLog& faults) {
  const auto waiting = [&](int node) { return waits_for[static_cast<size_t>(node)] > 0; };
  int at = 0;
  while (!waiting(at)) ++at;
  // Backwards along operands that wait too, until a node comes again: everything between is a cycle.
  std::vector<int> path;
  std::vector<int> position(static_cast<size_t>(nodes.size()), -1);
  while (position[static_cast<size_t>(at)] < 0) {
    position[static_cast<size_t>(at)] = static_cast<int>(path.size());
    path.push_back(at);
    int next = at;
    for_each_used_name(nodes[at], [&](std::string_view name) {
      const auto found = producers.find(name);
      if (next == at && found != producers.end() && waiting(found->second)) next = found->second;
    });
    if (next == at) break;  // its own operand
    at = next;
  }
  const auto first = static_cast<size_t>(position[static_cast<size_t>(at)]);
  std::string names;
  const auto length = static_cast<int>(path.size() - first);
  for (int i = 0; i < std::min(length, kMostNamesOfCycle); ++i) {
    names += (i == 0 ? "" : ", ") + where_of(nodes[path[path.size() - 1 - static_cast<size_t>(i)]], scope.call);
  }
  if (length > kMostNamesOfCycle) names += fmt::format(" and {} more", length - kMostNamesOfCycle);
  faults.add(ir::input_fault("cycle", where_of(nodes[at], scope.call),
                             "expected a graph without cycles, found {} node{} that depend on each other: {}", length,
                             length == 1 ? "" : "s", names));
}

std::vector<int> sorted_nodes(const Nodes& nodes, const Producers& producers, const Scope& scope, FaultLog& faults) {
  std::vector<int> order;
  if (in_order(nodes, producers)) {
    for (int i = 0; i < nodes.size(); ++i) order.push_back(i);
    return order;
  }
  Dependence dependence = find_dependence(nodes, producers);
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int i = 0; i < nodes.size(); ++i) {
    if (dependence.waits_for[static_cast<size_t>(i)] == 0) ready.push(i);
  }
  while (!ready.empty()) {
    const int node = ready.top();
    ready.pop();
    order.push_back(node);
    for (int user : dependence.users[static_cast<size_t>(node)]) {
      if (--dependence.waits_for[static_cast<size_t>(user)] == 0) ready.push(user);
    }
  }
  if (order.size() < static_cast<size_t>(nodes.size()))
    report_cycle(nodes, producers, dependence.waits_for, scope, faults);
  return order;
}

std::vector<int> keep_live(const Nodes& nodes, std::vector<int> order, const Producers& producers,
                           std::span<const std::string_view> results) {
  std::vector<bool> live(static_cast<size_t>(nodes.size()));
  const auto use = [&](std::string_view name) {
    const auto found = producers.find(name);
    if (found != producers.end()) live[static_cast<size_t>(found->second)] = true;
  };
  for (std::string_view result : results) use(result);
  for (size_t i = order.size(); i-- > 0;) {
    if (live[static_cast<size_t>(order[i])]) for_each_used_name(nodes[order[i]], use);
  }
  std::erase_if(order, [&](int node) { return !live[static_cast<size_t>(node)]; });
  return order;
}

}  // namespace

std::string similar_name_hint(std::string_view name, const Nodes& nodes, const Scope& scope) {
  size_t candidates = 0;
  ClosestName closest(name);
  const auto consider = [&](std::string_view candidate) {
    if (++candidates <= kMostCandidates) closest.consider(candidate);
  };
  for (const onnx::NodeProto& node : nodes) {
    for (const std::string& output : node.output()) consider(output);
  }
  // The order of a hash table does not show: ClosestName takes the first in the alphabet.
  for (const Scope* at = &scope;
       at != nullptr && candidates + at->names.size() + at->initializers.size() <= kMostCandidates; at = at->outer) {
    for (const auto& [known, held] : at->names) consider(known);
    for (const auto& [known, held] : at->initializers) consider(known);
  }
  return closest.hint();
}

std::vector<int> order_nodes(const Nodes& nodes, std::span<const std::string_view> results, const Scope& scope,
                             FaultLog& faults) {
  const Producers producers = find_producers(nodes, scope, faults);
  check_operands(nodes, producers, scope, faults);
  return keep_live(nodes, sorted_nodes(nodes, producers, scope, faults), producers, results);
}

}  // namespace burin::frontend
