// The pass hoist on small kernels: what they become, and that they compute the same.
#include "passes/hoist.h"

#include <gtest/gtest.h>

#include <functional>

#include "ir/interpret_loops.h"
#include "ir/loop_text.h"
#include "passes/expand_math.h"
#include "tests/codegen/loop_samples.h"

namespace burin::passes {
namespace {

using ir::BufferId;
using ir::ElementType;
using ir::Expr;
using ir::KernelBuilder;
using ir::Literal;
using ir::Module;

constexpr int64_t kElements = 256;

// A kernel from x to y, both f32[256].
struct Sample {
  KernelBuilder kernel;
  ir::ExprPool& pool;
  BufferId x, y;
};
using Fill = std::function<void(Sample&)>;

Module module_with(const Fill& fill) {
  ir::ModuleBuilder builder;
  Sample sample{KernelBuilder(builder.pool(), "k"), builder.pool(), {}, {}};
  sample.x = sample.kernel.parameter("x", ElementType::kF32, false);
  sample.y = sample.kernel.parameter("y", ElementType::kF32, true);
  fill(sample);
  const ir::KernelId id = builder.module.kernels.add(sample.kernel.take());
  const BufferId in = builder.input("x", ElementType::kF32, builder.dims({kElements}));
  const BufferId out = builder.output("y", ElementType::kF32, builder.dims({kElements}));
  builder.call(id, {in, out});
  return std::move(builder.module);
}

// The statements of the kernel, as printed, without the indentation of all.
std::string body_of(const Module& module) {
  const std::string text = text_of(*module.kernels.begin(), module);
  std::string body;
  for (size_t at = text.find('\n') + 1; at < text.rfind('}');) {
    const size_t end = text.find('\n', at);
    body += text.substr(at + 2, end - at - 1);
    at = end + 1;
  }
  return body;
}

std::vector<std::byte> run(const Module& module) {
  const Literal input = ir::hostile_literal(ElementType::kF32, {kElements}, 1);
  const ir::Result<std::vector<Literal>> outputs = ir::interpret(module, {&input, 1});
  EXPECT_TRUE(outputs) << ir::text_of(outputs.faults());
  if (!outputs) return {};
  return {(*outputs)[0].bytes.begin(), (*outputs)[0].bytes.end()};
}

// Hoists the kernel, which must compute the same after it, and not change when hoisted again. Returns what it became.
std::string hoisted(const Fill& fill) {
  Module module = module_with(fill);
  const std::vector<std::byte> expected = run(module);
  hoist(module);
  EXPECT_EQ(run(module), expected);
  std::string once = body_of(module);
  hoist(module);
  EXPECT_EQ(body_of(module), once);
  return once;
}

TEST(Hoist, terms_of_an_index_are_added_where_their_loop_is) {
  const std::string after = hoisted([](Sample& s) {
    s.kernel.loop(4, [&](Expr p) {
      s.kernel.loop(4, [&](Expr q) {
        s.kernel.loop(2, [&](Expr c) {
          s.kernel.store(s.y, p * 16 + q * 4 + c, s.kernel.load(s.x, c * 2 + p * 16 + q * 4 + 1));
        });
      });
    });
  });
  EXPECT_EQ("\n" + after, R"(
for i0 in 0..4 {
  let offset = i0 * 16
  for i1 in 0..4 {
    let offset_1 = offset + i1 * 4
    for i2 in 0..2 {
      store load f32 %x[offset_1 + i2 * 2 + 1] -> %y[offset_1 + i2]
    }
  }
}
)");
}

TEST(Hoist, a_load_leaves_a_loop_that_surely_runs_and_does_not_store_to_its_buffer) {
  const std::string after = hoisted([](Sample& s) {
    s.kernel.loop(4, [&](Expr p) {
      s.kernel.loop(8,
                    [&](Expr c) { s.kernel.store(s.y, p * 8 + c, s.kernel.load(s.x, p * 3) + s.kernel.load(s.x, c)); });
    });
  });
  EXPECT_EQ("\n" + after, R"(
for i0 in 0..4 {
  let offset = i0 * 8
  let x_value = load f32 %x[i0 * 3]
  for i1 in 0..8 {
    store x_value + load f32 %x[i1] -> %y[offset + i1]
  }
}
)");
}

TEST(Hoist, a_load_stays_in_a_loop_that_may_not_run) {
  const std::string after = hoisted([](Sample& s) {
    const Expr count = s.kernel.let("count", cast(s.kernel.load(s.x, s.pool.integer(0)), ElementType::kI64));
    s.kernel.loop(s.pool.integer(0), mod(count, 4) - 3, 1, ir::LoopKind::kSerial, [&](Expr c) {
      s.kernel.store(s.y, c, s.kernel.load(s.x, s.pool.integer(100000)) * s.kernel.load(s.x, count));
    });
  });
  EXPECT_EQ("\n" + after, R"(
let count = i64(load f32 %x[0])
for i0 in 0..count mod 4 - 3 {
  store load f32 %x[100000] * load f32 %x[count] -> %y[i0]
}
)");
}

TEST(Hoist, a_load_stays_behind_the_store_to_its_buffer) {
  const std::string after = hoisted([](Sample& s) {
    s.kernel.loop(4, [&](Expr c) {
      s.kernel.store(s.y, c, s.kernel.load(s.y, s.pool.integer(7)) + s.kernel.load(s.x, c));
      s.kernel.store(s.y, s.pool.integer(7), s.kernel.load(s.x, c) + s.kernel.load(s.y, s.pool.integer(7)));
    });
  });
  EXPECT_EQ("\n" + after, R"(
for i0 in 0..4 {
  let x_value = load f32 %x[i0]
  store load f32 %y[7] + x_value -> %y[i0]
  store x_value + load f32 %y[7] -> %y[7]
}
)");
}

TEST(Hoist, a_load_stays_in_its_branch) {
  const std::string after = hoisted([](Sample& s) {
    s.kernel.loop(4, [&](Expr c) {
      s.kernel.branch(
          less(s.pool.integer(4), c), [&] { s.kernel.store(s.y, c, s.kernel.load(s.x, s.pool.integer(1000000))); },
          [&] { s.kernel.store(s.y, c, s.kernel.load(s.x, c)); });
    });
  });
  EXPECT_EQ("\n" + after, R"(
for i0 in 0..4 {
  if 4 < i0 {
    store load f32 %x[1000000] -> %y[i0]
  } else {
    store load f32 %x[i0] -> %y[i0]
  }
}
)");
}

TEST(Hoist, a_read_of_a_tile_stays_between_its_assignments) {
  const std::string after = hoisted([](Sample& s) {
    const ir::VariableId acc = s.kernel.tile("acc", {ElementType::kF32, 1}, {});
    s.kernel.assign(acc, {}, s.kernel.load(s.x, s.pool.integer(0)));
    s.kernel.loop(3, [&](Expr c) {
      const Expr square = s.kernel.value_of(acc, {}) * s.kernel.value_of(acc, {});
      s.kernel.store(s.y, c, square + square * s.kernel.load(s.x, c));
      s.kernel.assign(acc, {}, square);
      s.kernel.store(s.y, c + 8, square);
    });
  });
  EXPECT_EQ("\n" + after, R"(
tile acc : f32
acc = load f32 %x[0]
for i0 in 0..3 {
  let product = acc * acc
  store product + product * load f32 %x[i0] -> %y[i0]
  acc = product
  store acc * acc -> %y[i0 + 8]
}
)");
}

TEST(Hoist, an_expanded_function_is_written_as_one_step_after_another) {
  Module module = module_with([](Sample& s) {
    s.kernel.loop(4,
                  [&](Expr c) { s.kernel.store(s.y, c * 8, unary(ir::Opcode::kExp, s.kernel.load(s.x, c * 8, 8))); });
  });
  (void)expand_math(module);
  const std::vector<std::byte> expected = run(module);
  hoist(module);
  EXPECT_EQ(run(module), expected);
  EXPECT_EQ("\n" + body_of(module), R"(
for i0 in 0..4 {
  let offset = i0 * 8
  let most = max(-104, min(90, load f32x8 %x[offset]))
  let sum = fma(most, 1.442695, 12583166)
  let difference = sum - 12583166
  let sum_1 = fma(difference, 1.9046542e-09, fma(difference, -0.6931472, most))
  let bits = bitcast_u32(sum)
  let bits_1 = bits >> 1
  store (fma(sum_1 * sum_1, fma(fma(fma(fma(0.0013824785, sum_1, 0.008369384), sum_1, 0.041668236), sum_1, 0.16666515), sum_1, 0.49999994), sum_1) + 1) * bitcast_f32(bits_1 << 23) * bitcast_f32(bits - bits_1 << 23) -> %y[offset]
}
)");
}

}  // namespace
}  // namespace burin::passes
