// Invariants that no text can break, because its parser would not get that far: the verifiers are given data made wrong by hand.
// What text can say is in tests/ir/*/verify*.test.
#include <gtest/gtest.h>

#include "ir/graph/text.h"
#include "ir/graph/verify.h"
#include "ir/loop/text.h"
#include "ir/loop/verify.h"
#include "ir/nest/text.h"
#include "ir/nest/verify.h"
#include "ir/ops/rows.h"

namespace burin::ir {
namespace {

// The first diagnostic; "" when there is none.
std::string first_fault(const Status& status) { return status ? "" : status.faults()[0].text(); }

Graph sample_graph() {
  Result<Graph> graph = parse_graph("func @f(%x: f32[2]) { %y = relu %x %z = neg %y return %z }");
  EXPECT_TRUE(graph);
  return std::move(*graph);
}

OpId op_at(const Graph& graph, size_t position) { return graph.main().ops[position]; }

TEST(VerifyGraph, use_before_definition) {
  Graph graph = sample_graph();
  std::swap(graph.regions[graph.body].ops[0], graph.regions[graph.body].ops[1]);
  EXPECT_EQ(first_fault(verify(graph)),
            "op neg %z: expected %y to be defined before its use here, found it not [definition]");
}

TEST(VerifyGraph, unknown_value) {
  Graph graph = sample_graph();
  graph.ops[op_at(graph, 0)].operands[0] = ValueId{77};
  EXPECT_EQ(first_fault(verify(graph)), "op relu %y: expected a value of the graph, found number 77 [value]");
}

TEST(VerifyGraph, two_definitions) {
  Graph graph = sample_graph();
  graph.ops[op_at(graph, 1)].results = graph.ops[op_at(graph, 0)].results;
  EXPECT_EQ(first_fault(verify(graph)), "op neg %y: expected one definition of %y, found another [definition]");
}

TEST(VerifyGraph, op_in_two_places) {
  Graph graph = sample_graph();
  graph.regions[graph.body].ops.push_back(op_at(graph, 0));
  EXPECT_EQ(first_fault(verify(graph)), "op relu %y: expected it in one region, found it in another too [op]");
}

TEST(VerifyGraph, attributes_of_another_op) {
  Graph graph = sample_graph();
  graph.ops[op_at(graph, 0)].attributes = Attributes(Cast{});
  EXPECT_EQ(first_fault(verify(graph)),
            "op relu %y: expected the attributes of relu, found those of another op [attribute]");
}

TEST(VerifyGraph, type_that_is_not_inferred) {
  Graph graph = sample_graph();
  graph.values[graph.main().yields[0]].type.shape = {graph.pool->integer(3)};
  EXPECT_EQ(first_fault(verify(graph)),
            "op neg %z: expected %z of the inferred type f32[2], found f32[3] [type-mismatch]");
}

TEST(VerifyGraph, symbol_of_nowhere) {
  Graph graph = sample_graph();
  const VariableId stray = graph.pool->declare({"K", kIndex, 1, 9, {}});
  graph.values[graph.main().parameters[0]].type.shape = {graph.pool->variable(stray)};
  EXPECT_EQ(first_fault(verify(graph)), "value %x: expected symbols of the graph in dimensions, found K [scope]");
}

TEST(VerifyGraph, one_name_for_two_values) {
  Graph graph = sample_graph();
  graph.values[graph.main().yields[0]].name = "y";
  EXPECT_EQ(first_fault(verify(graph)), "op neg %y: expected a name of its own, found \"y\" [name]");
}

TEST(VerifyGraph, constant_of_another_type) {
  Graph graph = sample_graph();
  const ValueId constant = graph.add_constant("c", make_splat(ElementType::kF32, {2}, {}));
  graph.values[constant].type.element = ElementType::kI8;
  EXPECT_EQ(first_fault(verify(graph)),
            "value %c: expected a constant of type i8, found f32 of another shape or element type [type-mismatch]");
}

Program sample_program() {
  Result<Program> program = parse_program(
      "program @f(%x) -> (%y) { tensor %x : f32[4] tensor %y : f32[] "
      "nest (| i: 4) { init acc: f32 = 0 combine acc = acc + %x[i] finish acc -> %y[] } }");
  EXPECT_TRUE(program);
  return std::move(*program);
}

Nest& nest_of(Program& program) { return std::get<Nest>(program.body[0].form); }

TEST(VerifyNests, unknown_tensor) {
  Program program = sample_program();
  nest_of(program).writes[0].tensor = TensorId{9};
  EXPECT_EQ(first_fault(verify(program)),
            "nest that writes tensor %?: expected a tensor of the program, found number 9 [tensor]");
}

TEST(VerifyNests, missing_combine) {
  Program program = sample_program();
  nest_of(program).accumulators[0].combine = {};
  EXPECT_EQ(first_fault(verify(program)),
            "nest that writes tensor %y: expected an expression, found none [expression]");
}

TEST(VerifyNests, combine_of_another_type) {
  Program program = sample_program();
  nest_of(program).accumulators[0].combine = program.pool->floating(1, {ElementType::kF64, 1});
  EXPECT_EQ(first_fault(verify(program)),
            "nest that writes tensor %y: expected type f32, found f64 in 1:f64 [type-mismatch]");
}

TEST(VerifyNests, load_in_a_nest) {
  Program program = sample_program();
  nest_of(program).writes[0].value = load(*program.pool, BufferId{0}, program.pool->integer(0), {ElementType::kF32, 1});
  EXPECT_EQ(first_fault(verify(program)),
            "nest that writes tensor %y: expected reads of tensors, found a load [expression]");
}

TEST(VerifyNests, vector_in_a_nest) {
  Program program = sample_program();
  nest_of(program).writes[0].value = splat(program.pool->floating(1, {ElementType::kF32, 1}), 4);
  EXPECT_EQ(first_fault(verify(program)),
            "nest that writes tensor %y: expected type f32, found f32x4 in 1:f32x4 [type-mismatch]");
}

TEST(VerifyNests, axis_twice) {
  Program program = sample_program();
  nest_of(program).axes.push_back(nest_of(program).axes[0]);
  EXPECT_EQ(first_fault(verify(program)), "nest that writes tensor %y: expected each axis once, found i again [scope]");
}

Module sample_module() {
  Result<Module> module = parse_module(
      "module @m target \"any\" { kernel @k(%x: written f32, N) { for i in 0..N { let a = load f32 %x[i] store a -> "
      "%x[i] } "
      "store 0:f32 -> %x[0] } entry @e() { } }");
  EXPECT_TRUE(module);
  return std::move(*module);
}

Kernel& kernel_of(Module& module) { return module.kernels[KernelId{0}]; }

TEST(VerifyLoops, use_out_of_scope) {
  Module module = sample_module();
  const VariableId a = std::get<Let>(std::get<Loop>(kernel_of(module).body[0].form).body[0].form).variable;
  std::get<StoreTo>(kernel_of(module).body[1].form).value = module.pool->variable(a);
  EXPECT_EQ(first_fault(verify(module, LoopStage::kScheduled)),
            "kernel @k: expected a variable that is defined before, found a [scope]");
}

TEST(VerifyLoops, defined_twice) {
  Module module = sample_module();
  Block& body = kernel_of(module).body;
  body.push_back(body[0]);
  EXPECT_EQ(first_fault(verify(module, LoopStage::kScheduled)),
            "kernel @k: expected each variable to be defined once, found i again [scope]");
}

TEST(VerifyLoops, call_of_itself) {
  Module module = sample_module();
  kernel_of(module).body.push_back({Call{KernelId{0}, {}, {}}});
  EXPECT_EQ(first_fault(verify(module, LoopStage::kScheduled)),
            "kernel @k: expected a call of a kernel above, found number 0 [call]");
}

TEST(VerifyLoops, read_of_a_tensor) {
  Module module = sample_module();
  std::get<StoreTo>(kernel_of(module).body[1].form).value =
      module.pool->make(Opcode::kRead, {}, {ElementType::kF32, 1}, 0);
  EXPECT_EQ(first_fault(verify(module, LoopStage::kScheduled)),
            "kernel @k: expected loads from buffers, found a read of a tensor [expression]");
}

TEST(VerifyLoops, transcendental_after_expansion) {
  Module module = sample_module();
  StoreTo& store = std::get<StoreTo>(kernel_of(module).body[1].form);
  store.value = unary(Opcode::kExp, load(*module.pool, BufferId{0}, module.pool->integer(0), {ElementType::kF32, 1}));
  EXPECT_EQ(first_fault(verify(module, LoopStage::kScheduled)), "");
  EXPECT_EQ(first_fault(verify(module, LoopStage::kExpanded)),
            "kernel @k: expected polynomials by now, found exp [transcendental]");
}

TEST(VerifyLoops, let_of_another_type) {
  Module module = sample_module();
  std::get<Let>(std::get<Loop>(kernel_of(module).body[0].form).body[0].form).value = module.pool->integer(0);
  EXPECT_EQ(first_fault(verify(module, LoopStage::kScheduled)),
            "kernel @k: expected type f32, found i64 in 0 [type-mismatch]");
}

}  // namespace
}  // namespace burin::ir
