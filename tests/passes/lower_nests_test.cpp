// From one op to loops and back to numbers: what the interpreter of loops computes equals what the nests mean.
#include "passes/lower_nests.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ir/graph/copy.h"
#include "ir/loop/text.h"
#include "ir/nest/text.h"
#include "ir/ops/rows.h"
#include "ir/run/evaluate.h"
#include "ir/run/interpret_loops.h"
#include "passes/lower_graph.h"
#include "passes/pipeline.h"
#include "tests/passes/random_literal.h"

namespace burin::passes {
namespace {

using namespace ir;
using burin::testing::random_literal;

// A graph under construction: inputs and constants of random values, ops on them.
class Model {
 public:
  Model() { graph.body = graph.regions.add({}); }

  ValueId input(std::string name, std::vector<int64_t> dims, ElementType element = ElementType::kF32) {
    inputs.push_back(random_literal(element, dims, inputs.size() + 7));
    const ValueId id = graph.add_value(std::move(name), {element, shape_of_dims(dims, *graph.pool)});
    graph.regions[graph.body].parameters.push_back(id);
    return id;
  }
  // An input whose first dimension is the symbol N, bound to `dims[0]` when the model runs.
  ValueId symbolic_input(std::string name, std::vector<int64_t> dims) {
    const ValueId id = input(std::move(name), std::move(dims));
    const VariableId n = graph.pool->declare({"N", kIndex, 1, 64, {}});
    graph.symbols.push_back(n);
    graph.values[id].type.shape[0] = graph.pool->variable(n);
    return id;
  }
  ValueId constant(std::string name, std::vector<int64_t> dims) {
    return graph.add_constant(std::move(name), random_literal(ElementType::kF32, std::move(dims), ++seed_));
  }
  ValueId op(const OpInfo& info, std::vector<ValueId> operands) {
    return op(info, std::move(operands), {info.schema(), info.schema().make()});
  }
  ValueId op(const OpInfo& info, std::vector<ValueId> operands, Attributes attributes) {
    const OpId id = graph.add_op(graph.body, info, std::move(operands), std::move(attributes),
                                 {"v" + std::to_string(graph.values.size())}, "");
    const Status status = infer_types(graph, id);
    EXPECT_TRUE(status) << text_of(status.faults());
    return graph.ops[id].results[0];
  }
  std::vector<Expr> numbers(std::vector<int64_t> values) { return shape_of_dims(values, *graph.pool); }

  Graph graph;
  std::vector<Literal> inputs;

 private:
  uint64_t seed_ = 100;
};

constexpr Machine kMachines[] = {{16, 16, 4096}, {32, 16, 32768}, {64, 32, 32768}};

void expect_close(const Literal& expected, const Literal& actual, const std::string& what) {
  ASSERT_EQ(expected.dims, actual.dims) << what;
  for (int64_t i = 0; i < expected.element_count(); ++i) {
    if (!is_float(expected.element)) {
      ASSERT_EQ(expected.at(i).integer, actual.at(i).integer) << what << " at " << i;
    } else {
      ASSERT_NEAR(expected.at(i).number, actual.at(i).number, 1e-5 + 1e-5 * std::fabs(expected.at(i).number))
          << what << " at " << i;
    }
  }
}

// Compiles the graph for several machines and compares with the nests evaluated in double precision.
void expect_loops_compute(Model& model, ValueId output) {
  model.graph.regions[model.graph.body].yields = {output};
  Result<Program> lowered = lower_graph(copy_of(model.graph));
  ASSERT_TRUE(lowered) << text_of(lowered.faults());
  Result<Evaluation> expected = evaluate(*lowered, model.inputs, Precision::kDouble);
  ASSERT_TRUE(expected) << text_of(expected.faults());
  for (const Machine& machine : kMachines) {
    PassContext context;
    context.machine = machine;
    std::string nests;
    StepHooks hooks;
    hooks.after = [&](std::string_view, const AnyForm& form) {
      if (const auto* program = std::get_if<Program>(&form)) nests = text_of(*program);
      return Status();
    };
    Result<Module> module = lowered_to<Module>(copy_of(model.graph), context, hooks);
    ASSERT_TRUE(module) << text_of(module.faults());
    Result<std::vector<Literal>> actual = interpret(*module, model.inputs);
    ASSERT_TRUE(actual) << text_of(actual.faults()) << nests << text_of(*module);
    expect_close(expected->outputs[0], (*actual)[0], "vectors of " + std::to_string(machine.vector_bytes));
    if (::testing::Test::HasFailure()) {
      FAIL() << nests << text_of(*module);
    }
  }
}

TEST(LowerNests, matmul_of_every_remainder) {
  for (const auto& [m, k, n] :
       std::vector<std::array<int64_t, 3>>{{1, 7, 1}, {1, 33, 40}, {15, 5, 33}, {30, 17, 64}, {3, 4, 7}}) {
    Model model;
    const ValueId x = model.input("x", {m, k});
    const ValueId y = model.op(kMatMul, {x, model.constant("w", {k, n})});
    expect_loops_compute(model, model.op(kRelu, {model.op(kAdd, {y, model.constant("b", {n})})}));
  }
}

TEST(LowerNests, batched_matmul_of_two_inputs) {
  Model model;
  const ValueId a = model.input("a", {2, 3, 18, 5});
  const ValueId b = model.input("b", {2, 3, 5, 20});
  expect_loops_compute(model, model.op(kMatMul, {a, b}));
}

TEST(LowerNests, matmul_with_a_symbolic_batch) {
  Model model;
  const ValueId x = model.symbolic_input("x", {17, 9});
  const ValueId y = model.op(kMatMul, {x, model.constant("w", {9, 40})});
  expect_loops_compute(model, model.op(kSigmoid, {y}));
}

TEST(LowerNests, convolutions_with_padding_strides_and_groups) {
  struct Case {
    std::vector<int64_t> x, w, strides, dilations, pads;
    int64_t groups;
  };
  const Case cases[] = {
      {{1, 3, 8, 8}, {16, 3, 3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 1},
      {{2, 4, 7, 9}, {20, 4, 3, 3}, {2, 2}, {1, 1}, {1, 0, 1, 2}, 1},
      {{1, 24, 6, 6}, {24, 1, 3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 24},
      {{1, 8, 6, 6}, {12, 4, 1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 2},
      {{1, 2, 9, 9}, {5, 2, 3, 3}, {1, 1}, {2, 2}, {2, 2, 2, 2}, 1},
  };
  for (const Case& c : cases) {
    Model model;
    const ValueId x = model.input("x", c.x);
    Conv conv{c.strides, c.dilations, model.numbers(c.pads), c.groups};
    const ValueId y = model.op(kConv, {x, model.constant("w", c.w), model.constant("b", {c.w[0]})}, Attributes(conv));
    const ValueId z = model.op(kRelu, {y});
    const Conv again{{1, 1}, {1, 1}, model.numbers({0, 0, 0, 0}), 1};
    const ValueId v = model.op(kConv, {z, model.constant("w2", {6, c.w[0], 1, 1})}, Attributes(again));
    expect_loops_compute(model, v);
  }
}

TEST(LowerNests, pools) {
  Model model;
  const ValueId x = model.input("x", {1, 20, 9, 9});
  Pool pool{{3, 3}, {2, 2}, {1, 1}, model.numbers({1, 1, 1, 1}), false, false, false, 2};
  const ValueId y = model.op(kMaxPool, {x}, Attributes(pool));
  pool.strides = {1, 1};
  expect_loops_compute(model, model.op(kAveragePool, {y}, Attributes(pool)));
}

TEST(LowerNests, softmax_over_rows_of_odd_length) {
  Model model;
  const ValueId x = model.input("x", {5, 37});
  expect_loops_compute(model, model.op(kSoftmax, {model.op(kExp, {x})}, Attributes(OverAxes{{1}})));
}

}  // namespace
}  // namespace burin::passes
