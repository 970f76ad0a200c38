// A copied graph is equal, and neither it nor what is made of it shows in the original.
#include "ir/graph/copy.h"

#include <gtest/gtest.h>

#include "ir/graph/op.h"
#include "ir/graph/text.h"

namespace burin::ir {
namespace {

Graph graph_of(std::string_view text) {
  Result<Graph> graph = parse_graph(text);
  EXPECT_TRUE(graph) << text_of(graph.faults());
  return std::move(*graph);
}

// Expressions in shapes, in known elements and in attributes; a symbol that data counts, with a bound in terms of another.
constexpr std::string_view kText = R"(
func @sample(%x: f32[N, 4], %c: bool[]) -> (f32[2 * N + 2], f32[K]) where 1 <= N, opaque K < N + 4 {
  %three = constant : f32[3] = [7, 8, 9]
  %flat = reshape %x {shape = [N * 4]} : f32[4 * N]
  %part = slice %flat {starts = [N * 2 - 2], steps = [1], sizes = [N * 2 + 2]} : f32[2 * N + 2]
  %y = if %c : f32[K] () {
    %row = slice %part {starts = [0], steps = [1], sizes = [N]} : f32[N]
    yield %row
  } () {
    yield %three
  }
  return %part, %y
})";

// Expressions in the graph whose pool is another than its own.
int strangers_in(const Graph& graph) {
  int found = 0;
  const auto look_at = [&](Expr e) { found += e->pool != graph.pool.get() ? 1 : 0; };
  for (const Value& value : graph.values) {
    for (Expr dim : value.type.shape) look_at(dim);
    if (value.elements) {
      for (Expr element : *value.elements) look_at(element);
    }
  }
  for (const Op& op : graph.ops) {
    for (const FieldInfo& field : op.attributes.schema().fields) {
      const AttributeValue value = field.get(op.attributes.get());
      if (const auto* exprs = std::get_if<std::vector<Expr>>(&value)) {
        for (Expr e : *exprs) look_at(e);
      }
    }
  }
  return found;
}

TEST(GraphCopy, is_equal_and_has_expressions_of_its_own) {
  const Graph graph = graph_of(kText);
  const Graph copy = copy_of(graph);
  EXPECT_EQ(text_of(copy), text_of(graph));
  EXPECT_NE(copy.pool, graph.pool);
  EXPECT_EQ(strangers_in(graph), 0);
  EXPECT_EQ(strangers_in(copy), 0);
}

TEST(GraphCopy, keeps_what_is_known_of_symbols) {
  Graph graph = graph_of(kText);
  graph.pool->tighten(graph.symbols[0], 100);
  const Graph copy = copy_of(graph);
  ASSERT_EQ(copy.symbols.size(), 1u);
  EXPECT_EQ((*copy.pool)[copy.symbols[0]].name, "N");
  EXPECT_EQ((*copy.pool)[copy.symbols[0]].high, 100);
  ASSERT_EQ(copy.opaque_symbols.size(), 1u);
  const Variable& count = (*copy.pool)[copy.opaque_symbols[0]];
  EXPECT_EQ(count.name, (*graph.pool)[graph.opaque_symbols[0]].name);
  EXPECT_EQ(count.extent->pool, copy.pool.get());
}

TEST(GraphCopy, is_changed_alone) {
  const Graph graph = graph_of(kText);
  Graph copy = copy_of(graph);
  copy.pool->tighten(copy.symbols[0], 8);
  copy.values[copy.main().parameters[0]].type.shape = {};
  EXPECT_EQ((*graph.pool)[graph.symbols[0]].high, (*graph_of(kText).pool)[graph.symbols[0]].high);
  EXPECT_EQ(text_of(graph), text_of(graph_of(kText)));
}

}  // namespace
}  // namespace burin::ir
