// Modules of the loop form built by hand for the tests of the interpreter and of the emitters.
#pragma once

#include <fmt/format.h>

#include <span>
#include <string>
#include <vector>

#include "ir/base/result.h"
#include "ir/loop/loop.h"

namespace burin::ir {

// Builds a module around one or more kernels; a buffer of the entry is named by what it stands for.
class ModuleBuilder {
 public:
  ModuleBuilder() { module.entry.name = "entry"; }

  ExprPool& pool() { return *module.pool; }
  Expr integer(int64_t value) { return pool().integer(value); }
  Shape dims(std::vector<int64_t> numbers) { return shape_of_dims(numbers, pool()); }

  // Each also adds the entry's buffer of that place.
  BufferId input(std::string name, ElementType element, Shape shape);
  BufferId output(std::string name, ElementType element, Shape shape);
  BufferId constant(std::string name, Literal literal);
  BufferId arena(std::string name, ElementType element, Expr elements, int first, int last);
  BufferId symbols_buffer();
  VariableId symbol(std::string name, int64_t low, int64_t high);
  VariableId opaque_symbol(std::string name, Expr extent);

  void call(KernelId kernel, std::vector<BufferId> buffers, std::vector<Expr> scalars = {});
  // Gives the arena's buffers planned offsets, one after the other. All sizes are numbers.
  void plan_arena();

  Module module;
};

// Builds a kernel: statements go to the innermost open block.
class KernelBuilder {
 public:
  KernelBuilder(ExprPool& pool, std::string name);

  BufferId parameter(std::string name, ElementType element, bool written);
  BufferId local(std::string name, ElementType element, int64_t elements);
  Expr scalar(std::string name);
  Expr load(BufferId buffer, Expr index, int lanes = 1);

  template <class Body>
  void loop(Expr begin, Expr end, int64_t step, LoopKind kind, Body&& body) {
    const VariableId counter = pool_.declare({.name = fmt::format("i{}", counters_++), .type = kIndex, .extent = {}});
    open();
    body(pool_.variable(counter));
    Block inner = close();
    add({Loop{counter, begin, end, step, kind, std::move(inner)}});
  }
  template <class Body>
  void loop(int64_t end, Body&& body) {
    loop(pool_.integer(0), pool_.integer(end), 1, LoopKind::kSerial, body);
  }
  template <class Body>
  void unrolled(int64_t end, Body&& body) {
    loop(pool_.integer(0), pool_.integer(end), 1, LoopKind::kUnrolled, body);
  }
  template <class Body>
  void while_loop(Expr condition, Body&& body) {
    open();
    body();
    add({WhileLoop{condition, close()}});
  }
  template <class Then, class Else>
  void branch(Expr condition, Then&& then_body, Else&& else_body) {
    open();
    then_body();
    Block first = close();
    open();
    else_body();
    add({Branch{condition, std::move(first), close()}});
  }
  Expr let(std::string name, Expr value);
  VariableId tile(std::string name, ValueType type, std::vector<int64_t> dims);
  void assign(VariableId tile, std::vector<Expr> index, Expr value);
  Expr value_of(VariableId tile, std::vector<Expr> index);
  void store(BufferId buffer, Expr index, Expr value);
  void add(LoopStatement statement);
  Kernel take();

 private:
  void open() { blocks_.emplace_back(); }
  Block close();

  ExprPool& pool_;
  Kernel kernel_;
  std::vector<Block> blocks_;
  int counters_ = 0;
};

// A literal whose elements are `values` converted to `element`.
Literal literal_of(ElementType element, std::vector<int64_t> dims, std::span<const double> values);
// Values of every kind, fixed by `seed`: small, large, negative, zero, and for floats infinities, NaN and denormals.
Literal hostile_literal(ElementType element, std::vector<int64_t> dims, uint32_t seed);

// y[16, 96] = relu(a[16, 24] x b[24, 96] + bias[96]) with a register tile of 4 x 2 vectors of `lanes` floats; b and bias are
// constants.
Module matmul_sample(int lanes);
// out[i] = x[i] for x[i] > 0, packed, with the count as an opaque symbol; N symbolic.
Module compact_sample();
// y[N, 5] = sum over the row of x[N, 7] in one kernel, added to x's first columns in another, through an arena buffer.
Module two_step_sample();

}  // namespace burin::ir
