#include "tests/codegen/statement_samples.h"

#include "tests/codegen/loop_samples.h"

namespace burin::ir {
namespace {

constexpr int64_t kCount = 64;

Literal indices(int64_t below, int64_t factor) {
  std::vector<double> values(kCount);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<double>((static_cast<int64_t>(i) * factor + 3) % below);
  return literal_of(ElementType::kI64, {kCount}, values);
}

}  // namespace

StatementSample gather_sample(int lanes) {
  ModuleBuilder builder;
  ExprPool& pool = builder.pool();
  KernelBuilder kernel(pool, "gather_scatter");
  const BufferId x = kernel.parameter("x", ElementType::kF32, false);
  const BufferId index = kernel.parameter("index", ElementType::kI64, false);
  const BufferId gathered = kernel.parameter("gathered", ElementType::kF32, true);
  const BufferId scattered = kernel.parameter("scattered", ElementType::kF32, true);
  const BufferId strided = kernel.parameter("strided", ElementType::kF32, true);
  const Expr three = pool.integer(3);
  kernel.loop(3 * kCount, [&](Expr i) { kernel.store(strided, i, pool.floating(-1, {ElementType::kF32, 1})); });
  kernel.loop(pool.integer(0), pool.integer(kCount), lanes, LoopKind::kSerial, [&](Expr i) {
    const Expr at = kernel.let("at", kernel.load(index, i, lanes));
    const auto gather = [&](Expr positions) { return load(pool, x, positions, {ElementType::kF32, lanes}); };
    kernel.add({Prefetch{x, min(i + lanes, pool.integer(kCount - 1))}});
    kernel.store(gathered, i, gather(at) + gather(splat(i, lanes)) + gather(ramp(i, pool.integer(1), lanes)));
    kernel.store(scattered, at, kernel.load(x, i, lanes));
    kernel.store(strided, ramp(i * 3, three, lanes), kernel.load(x, i, lanes));
    kernel.store(strided, ramp(i * 3 + 3 * lanes - 2, pool.integer(-3), lanes), kernel.load(x, i, lanes));
  });
  const KernelId id = builder.module.kernels.add(kernel.take());
  const BufferId in = builder.input("x", ElementType::kF32, builder.dims({kCount}));
  const BufferId at = builder.input("index", ElementType::kI64, builder.dims({kCount}));
  const BufferId out1 = builder.output("gathered", ElementType::kF32, builder.dims({kCount}));
  const BufferId out2 = builder.output("scattered", ElementType::kF32, builder.dims({kCount}));
  const BufferId out3 = builder.output("strided", ElementType::kF32, builder.dims({3 * kCount}));
  builder.call(id, {in, at, out1, out2, out3});
  builder.module.name = "gather";
  return {"gather", std::move(builder.module), {hostile_literal(ElementType::kF32, {kCount}, 7), indices(kCount, 5)}};
}

StatementSample control_sample() {
  ModuleBuilder builder;
  ExprPool& pool = builder.pool();
  KernelBuilder kernel(pool, "collatz_and_branches");
  const BufferId x = kernel.parameter("x", ElementType::kI64, false);
  const BufferId steps = kernel.parameter("steps", ElementType::kI32, true);
  const BufferId branches = kernel.parameter("branches", ElementType::kI64, true);
  const Expr none = kernel.scalar("none");
  kernel.loop(pool.integer(0), pool.integer(kCount), 1, LoopKind::kParallel, [&](Expr i) {
    const VariableId number = kernel.tile("number", kIndex, {});
    const VariableId count = kernel.tile("count", {ElementType::kI32, 1}, {});
    kernel.assign(number, {}, kernel.load(x, i) + 1);
    kernel.assign(count, {}, pool.integer(0, {ElementType::kI32, 1}));
    const auto value = [&] { return kernel.value_of(number, {}); };
    kernel.while_loop(not_equal(value(), pool.integer(1)), [&] {
      kernel.branch(
          equal(mod(value(), 2), pool.integer(0)), [&] { kernel.assign(number, {}, floor_div(value(), 2)); },
          [&] { kernel.assign(number, {}, value() * 3 + 1); });
      kernel.assign(count, {}, kernel.value_of(count, {}) + 1);
    });
    kernel.store(steps, i, kernel.value_of(count, {}));
  });
  kernel.loop(pool.integer(5), none, 1, LoopKind::kSerial, [&](Expr i) { kernel.store(branches, i, i); });
  kernel.loop(kCount / 4, [&](Expr group) {
    const VariableId kept = kernel.tile("kept", kIndex, {4});
    kernel.unrolled(4, [&](Expr j) {
      const Expr element = kernel.let("element", kernel.load(x, group * 4 + j));
      kernel.branch(
          less(j, pool.integer(2)), [&] { kernel.assign(kept, {j}, element); },
          [&] {
            kernel.assign(kept, {j}, pool.integer(-7));
            kernel.branch(less(pool.integer(10), element), [&] { kernel.assign(kept, {j}, element * element); }, [] {});
          });
      kernel.store(branches, group * 4 + j,
                   kernel.value_of(kept, {j}) + kernel.value_of(kept, {j - floor_div(j, 2)}) * 0 + j);
    });
  });
  const KernelId id = builder.module.kernels.add(kernel.take());
  const BufferId in = builder.input("x", ElementType::kI64, builder.dims({kCount}));
  const BufferId out1 = builder.output("steps", ElementType::kI32, builder.dims({kCount}));
  const BufferId out2 = builder.output("branches", ElementType::kI64, builder.dims({kCount}));
  builder.call(id, {in, out1, out2}, {pool.integer(5)});
  builder.module.name = "control";
  return {"control", std::move(builder.module), {indices(kCount, 5)}};
}

StatementSample calls_sample() {
  ModuleBuilder builder;
  ExprPool& pool = builder.pool();
  KernelBuilder inner(pool, "add_into");
  const BufferId from = inner.parameter("from", ElementType::kI64, false);
  const BufferId into = inner.parameter("into", ElementType::kI64, true);
  const Expr start = inner.scalar("start");
  inner.loop(8, [&](Expr i) { inner.store(into, i, inner.load(into, i) + inner.load(from, start + i)); });
  const KernelId inner_id = builder.module.kernels.add(inner.take());

  KernelBuilder outer(pool, "fold_rows");
  const BufferId x = outer.parameter("x", ElementType::kI64, false);
  const BufferId y = outer.parameter("y", ElementType::kI64, true);
  const BufferId sum = outer.local("sum", ElementType::kI64, 8);
  const Expr row = outer.scalar("row");
  outer.loop(8, [&](Expr i) { outer.store(sum, i, i); });
  outer.loop(4, [&](Expr i) { outer.add({Call{inner_id, {x, sum}, {i * 8}}}); });
  outer.loop(8, [&](Expr i) { outer.store(y, row * 8 + i, outer.load(sum, i) * (row + 1)); });
  // The callee's two buffers are one: it doubles what is there.
  outer.add({Call{inner_id, {y, y}, {row * 0}}});
  const KernelId outer_id = builder.module.kernels.add(outer.take());

  KernelBuilder count(pool, "count_down");
  const BufferId left = count.parameter("left", ElementType::kI64, true);
  count.store(left, pool.integer(0), count.load(left, pool.integer(0)) - 1);
  const KernelId count_id = builder.module.kernels.add(count.take());
  KernelBuilder set(pool, "set_to");
  const BufferId target = set.parameter("target", ElementType::kI64, true);
  const Expr value = set.scalar("value");
  set.store(target, pool.integer(0), value);
  const KernelId set_id = builder.module.kernels.add(set.take());

  const BufferId in = builder.input("x", ElementType::kI64, builder.dims({kCount}));
  const BufferId out = builder.output("y", ElementType::kI64, builder.dims({8, 8}));
  const BufferId chosen = builder.output("chosen", ElementType::kI64, builder.dims({1}));
  const BufferId rounds = builder.arena("rounds", ElementType::kI64, pool.integer(1), 0, 3);
  builder.arena("unused", ElementType::kI64, pool.integer(100), 1, 2);
  builder.plan_arena();
  const VariableId row_counter = pool.declare({.name = "row", .type = kIndex, .extent = pool.integer(8)});
  Block& entry = builder.module.entry.body;
  entry.push_back({Loop{row_counter,
                        pool.integer(0),
                        pool.integer(8),
                        1,
                        LoopKind::kSerial,
                        {{Call{outer_id, {in, out}, {pool.variable(row_counter)}}}}}});
  entry.push_back({Call{set_id, {rounds}, {pool.integer(3)}}});
  const Expr left_now = load(pool, rounds, pool.integer(0), kIndex);
  entry.push_back(
      {WhileLoop{less(pool.integer(0), left_now), {{Call{count_id, {rounds}, {}}}, {Call{count_id, {out}, {}}}}}});
  const Expr first = load(pool, in, pool.integer(0), kIndex);
  entry.push_back({Branch{
      less(first, pool.integer(4)), {{Call{set_id, {chosen}, {first}}}}, {{Call{set_id, {chosen}, {first * 2}}}}}});
  builder.module.name = "calls";
  return {"calls", std::move(builder.module), {indices(kCount, 5)}};
}

StatementSample lanes_sample(int lanes) {
  ModuleBuilder builder;
  ExprPool& pool = builder.pool();
  KernelBuilder kernel(pool, "lanes");
  const BufferId x = kernel.parameter("x", ElementType::kI32, false);
  const BufferId mask = kernel.parameter("mask", ElementType::kBool, false);
  const BufferId y = kernel.parameter("y", ElementType::kI32, true);
  const BufferId flags = kernel.parameter("flags", ElementType::kBool, true);
  kernel.loop(pool.integer(0), pool.integer(kCount), lanes, LoopKind::kSerial, [&](Expr i) {
    const Expr values = kernel.let("values", kernel.load(x, i, lanes));
    const Expr last = splat(lane(values, lanes - 1), lanes);
    const Expr counts = cast(ramp(i, pool.integer(-2), lanes), ElementType::kI32);
    const Expr narrow =
        cast(ramp(cast(i, ElementType::kU8), pool.integer(77, {ElementType::kU8, 1}), lanes), ElementType::kI32);
    const Expr all = kernel.load(mask, i);
    const Expr chosen = select(kernel.load(mask, i, lanes), values, last);
    kernel.store(y, i, select(splat(all, lanes), chosen, counts) + narrow);
    kernel.store(y, i, head(kernel.load(y, i, lanes) * last, lanes - 1));
    kernel.store(flags, i, logical_and(less(values, last), logical_not(kernel.load(mask, i, lanes))));
  });
  const KernelId id = builder.module.kernels.add(kernel.take());
  const BufferId in = builder.input("x", ElementType::kI32, builder.dims({kCount}));
  const BufferId in2 = builder.input("mask", ElementType::kBool, builder.dims({kCount}));
  const BufferId out = builder.output("y", ElementType::kI32, builder.dims({kCount}));
  const BufferId out2 = builder.output("flags", ElementType::kBool, builder.dims({kCount}));
  builder.call(id, {in, in2, out, out2});
  builder.module.name = "lanes";
  return {"lanes",
          std::move(builder.module),
          {hostile_literal(ElementType::kI32, {kCount}, 3), hostile_literal(ElementType::kBool, {kCount}, 4)}};
}

std::vector<StatementSample> statement_samples(int lanes) {
  std::vector<StatementSample> samples;
  samples.push_back(gather_sample(lanes));
  samples.push_back(control_sample());
  samples.push_back(calls_sample());
  samples.push_back(lanes_sample(lanes));
  return samples;
}

}  // namespace burin::ir
