#include "tests/codegen/loop_samples.h"

#include <cmath>
#include <limits>
#include <random>

#include "ir/expr/shape.h"

namespace burin::ir {

// --- ModuleBuilder.
namespace {
Buffer entry_buffer(std::string name, ElementType element, Place place, size_t slot) {
  Buffer buffer{.name = std::move(name), .element = element, .place = place};
  buffer.slot = static_cast<int64_t>(slot);
  return buffer;
}
}  // namespace

BufferId ModuleBuilder::input(std::string name, ElementType element, Shape shape) {
  module.inputs.push_back({name, element, std::move(shape)});
  return module.entry.buffers.add(entry_buffer(std::move(name), element, Place::kInput, module.inputs.size() - 1));
}

BufferId ModuleBuilder::output(std::string name, ElementType element, Shape shape) {
  module.outputs.push_back({name, element, std::move(shape)});
  return module.entry.buffers.add(entry_buffer(std::move(name), element, Place::kOutput, module.outputs.size() - 1));
}

BufferId ModuleBuilder::constant(std::string name, Literal literal) {
  const int64_t offset = module.constant_bytes;
  const ElementType element = literal.element;
  module.constant_bytes = (offset + literal.byte_count() + 63) / 64 * 64;
  module.constants.push_back({offset, {std::move(literal)}});
  return module.entry.buffers.add(
      entry_buffer(std::move(name), element, Place::kConstant, static_cast<size_t>(offset)));
}

BufferId ModuleBuilder::arena(std::string name, ElementType element, Expr elements, int first, int last) {
  module.arena.push_back({name, elements * size_of(element), first, last, -1});
  return module.entry.buffers.add(entry_buffer(std::move(name), element, Place::kArena, module.arena.size() - 1));
}

BufferId ModuleBuilder::symbols_buffer() {
  return module.entry.buffers.add(entry_buffer("symbols", ElementType::kI64, Place::kSymbols, 0));
}

VariableId ModuleBuilder::symbol(std::string name, int64_t low, int64_t high) {
  const VariableId id =
      pool().declare({.name = std::move(name), .type = kIndex, .low = low, .high = high, .extent = {}});
  module.symbols.push_back(id);
  module.entry.scalars.push_back(id);
  return id;
}

VariableId ModuleBuilder::opaque_symbol(std::string name, Expr extent) {
  const VariableId id = pool().declare({.name = std::move(name), .type = kIndex, .extent = extent});
  module.opaque_symbols.push_back(id);
  module.entry.scalars.push_back(id);
  return id;
}

void ModuleBuilder::call(KernelId kernel, std::vector<BufferId> buffers, std::vector<Expr> scalars) {
  module.entry.body.push_back({Call{kernel, std::move(buffers), std::move(scalars)}});
}

void ModuleBuilder::plan_arena() {
  for (ArenaBuffer& buffer : module.arena) {
    buffer.offset = module.arena_bytes;
    module.arena_bytes = (module.arena_bytes + constant_integer(buffer.bytes).value() + 63) / 64 * 64;
  }
}

// --- KernelBuilder.
KernelBuilder::KernelBuilder(ExprPool& pool, std::string name) : pool_(pool), blocks_(1) {
  kernel_.name = std::move(name);
}

BufferId KernelBuilder::parameter(std::string name, ElementType element, bool written) {
  Buffer buffer = entry_buffer(std::move(name), element, Place::kParameter, kernel_.buffers.size());
  buffer.written = written;
  return kernel_.buffers.add(std::move(buffer));
}

BufferId KernelBuilder::local(std::string name, ElementType element, int64_t elements) {
  Buffer buffer = entry_buffer(std::move(name), element, Place::kLocal, 0);
  buffer.elements = elements;
  return kernel_.buffers.add(std::move(buffer));
}

Expr KernelBuilder::scalar(std::string name) {
  kernel_.scalars.push_back(pool_.declare({.name = std::move(name), .type = kIndex, .extent = {}}));
  return pool_.variable(kernel_.scalars.back());
}

Expr KernelBuilder::load(BufferId buffer, Expr index, int lanes) {
  return burin::ir::load(pool_, buffer, index, {kernel_.buffers[buffer].element, lanes});
}

Expr KernelBuilder::let(std::string name, Expr value) {
  const VariableId id = pool_.declare({.name = std::move(name), .type = value->type, .extent = {}});
  add({Let{id, value}});
  return pool_.variable(id);
}

VariableId KernelBuilder::tile(std::string name, ValueType type, std::vector<int64_t> dims) {
  const VariableId id = pool_.declare({.name = std::move(name), .type = type, .extent = {}});
  add({Tile{id, std::move(dims)}});
  return id;
}

void KernelBuilder::assign(VariableId tile, std::vector<Expr> index, Expr value) {
  add({Assign{tile, std::move(index), value}});
}
Expr KernelBuilder::value_of(VariableId tile, std::vector<Expr> index) { return tile_value(pool_, tile, index); }
void KernelBuilder::store(BufferId buffer, Expr index, Expr value) { add({StoreTo{buffer, index, value}}); }
void KernelBuilder::add(LoopStatement statement) { blocks_.back().push_back(std::move(statement)); }

Block KernelBuilder::close() {
  Block block = std::move(blocks_.back());
  blocks_.pop_back();
  return block;
}

Kernel KernelBuilder::take() {
  kernel_.body = close();
  return std::move(kernel_);
}

// --- Literals.
Literal literal_of(ElementType element, std::vector<int64_t> dims, std::span<const double> values) {
  const auto size = static_cast<size_t>(size_of(element));
  std::vector<std::byte> bytes(values.size() * size);
  for (size_t i = 0; i < values.size(); ++i) {
    Scalar scalar;
    scalar.number = values[i];
    store_scalar(bytes.data() + i * size, element, convert(scalar, ElementType::kF64, element));
  }
  return make_literal(element, std::move(dims), std::move(bytes));
}

Literal hostile_literal(ElementType element, std::vector<int64_t> dims, uint32_t seed) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double special[] = {0.0,       -0.0,       1.0,          -1.0,   0.5,    -0.5,       1.5,    2.5,   -2.5,
                            255.0,     -128.0,     127.0,        65504., 65520., 3e38,       -3e38,  1e-40, -1e-44,
                            6e-8,      1e-5,       2e9,          -3e9,   9e18,   -9.3e18,    1.9e19, 7.0,   -7.0,
                            kInfinity, -kInfinity, std::nan(""), 1e300,  1e-310, 33554433.0, 3.0,    63.0,  64.0};
  std::minstd_rand random(seed);
  int64_t count = 1;
  for (int64_t dim : dims) count *= dim;
  std::vector<std::byte> bytes(static_cast<size_t>(count * size_of(element)));
  for (int64_t i = 0; i < count; ++i) {
    Scalar scalar;
    const uint32_t kind = static_cast<uint32_t>(random()) % 4;
    if (kind == 0) {
      scalar.number = special[random() % std::size(special)];
      scalar = convert(scalar, ElementType::kF64, element);
    } else if (is_float(element)) {
      scalar = round_number((static_cast<double>(random() % 20011) - 10005) / (kind == 1 ? 1024.0 : 7.0), element);
    } else {
      const auto high = static_cast<uint64_t>(random()) << 33;
      scalar = wrap_integer(static_cast<int64_t>(kind == 1 ? random() % 13 - 6 : high ^ random()), element);
    }
    store_scalar(bytes.data() + i * size_of(element), element, scalar);
  }
  return make_literal(element, std::move(dims), std::move(bytes));
}

// --- Samples.
Module matmul_sample(int lanes) {
  constexpr int64_t kRows = 16, kDepth = 24, kColumns = 96;
  ModuleBuilder builder;
  ExprPool& pool = builder.pool();
  const ValueType vector{ElementType::kF32, lanes};
  KernelBuilder kernel(pool, fmt::format("matmul_f32_4x2x{}", lanes));
  const BufferId a = kernel.parameter("a", ElementType::kF32, false);
  const BufferId b = kernel.parameter("b", ElementType::kF32, false);
  const BufferId bias = kernel.parameter("bias", ElementType::kF32, false);
  const BufferId y = kernel.parameter("y", ElementType::kF32, true);
  const auto loop_over = [&](int64_t end, int64_t step, auto&& body) {
    kernel.loop(pool.integer(0), pool.integer(end), step, LoopKind::kSerial, body);
  };
  loop_over(kRows, 4, [&](Expr row) {
    loop_over(kColumns, 2 * lanes, [&](Expr column) {
      const VariableId acc = kernel.tile("acc", vector, {4, 2});
      kernel.unrolled(4, [&](Expr i) {
        kernel.unrolled(2, [&](Expr j) { kernel.assign(acc, {i, j}, kernel.load(bias, column + j * lanes, lanes)); });
      });
      kernel.loop(kDepth, [&](Expr k) {
        kernel.unrolled(4, [&](Expr i) {
          const Expr left = kernel.let("left", splat(kernel.load(a, (row + i) * kDepth + k), lanes));
          kernel.unrolled(2, [&](Expr j) {
            const Expr right = kernel.load(b, k * kColumns + column + j * lanes, lanes);
            kernel.assign(acc, {i, j}, fma(left, right, kernel.value_of(acc, {i, j})));
          });
        });
      });
      kernel.unrolled(4, [&](Expr i) {
        kernel.unrolled(2, [&](Expr j) {
          const Expr value = max(kernel.value_of(acc, {i, j}), pool.floating(0, vector));
          kernel.store(y, (row + i) * kColumns + column + j * lanes, value);
        });
      });
    });
  });
  const KernelId id = builder.module.kernels.add(kernel.take());
  std::vector<double> weights(kDepth * kColumns), offsets(kColumns);
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = std::sin(static_cast<double>(i));
  for (size_t i = 0; i < offsets.size(); ++i) offsets[i] = 0.01 * static_cast<double>(i);
  const BufferId in = builder.input("a", ElementType::kF32, builder.dims({kRows, kDepth}));
  const BufferId w = builder.constant("b", literal_of(ElementType::kF32, {kDepth, kColumns}, weights));
  const BufferId o = builder.constant("bias", literal_of(ElementType::kF32, {kColumns}, offsets));
  const BufferId out = builder.output("y", ElementType::kF32, builder.dims({kRows, kColumns}));
  builder.call(id, {in, w, o, out});
  builder.module.name = "matmul";
  return std::move(builder.module);
}

Module compact_sample() {
  ModuleBuilder builder;
  ExprPool& pool = builder.pool();
  const Expr n = pool.variable(builder.symbol("N", 0, 1000));
  const Expr count = pool.variable(builder.opaque_symbol("K", n + 1));
  KernelBuilder kernel(pool, "compact_f32");
  const BufferId x = kernel.parameter("x", ElementType::kF32, false);
  const BufferId y = kernel.parameter("y", ElementType::kF32, true);
  const BufferId symbols = kernel.parameter("symbols", ElementType::kI64, true);
  const Expr length = kernel.scalar("length");
  const VariableId found = kernel.tile("found", kIndex, {});
  kernel.assign(found, {}, pool.integer(0));
  kernel.loop(pool.integer(0), length, 1, LoopKind::kSerial, [&](Expr i) {
    const Expr value = kernel.let("value", kernel.load(x, i));
    kernel.branch(
        less(constant_like(value, 0), value),
        [&] {
          kernel.store(y, kernel.value_of(found, {}), value);
          kernel.assign(found, {}, kernel.value_of(found, {}) + 1);
        },
        [] {});
  });
  kernel.store(symbols, pool.integer(1), kernel.value_of(found, {}));
  const KernelId id = builder.module.kernels.add(kernel.take());

  KernelBuilder scale(pool, "scale_by_count_f32");
  const BufferId sx = scale.parameter("x", ElementType::kF32, false);
  const BufferId sy = scale.parameter("y", ElementType::kF32, true);
  const Expr scaled = scale.scalar("count");
  scale.loop(pool.integer(0), scaled, 1, LoopKind::kSerial,
             [&](Expr i) { scale.store(sy, i, scale.load(sx, i) * cast(scaled, ElementType::kF32)); });
  const KernelId second = builder.module.kernels.add(scale.take());

  const BufferId in = builder.input("x", ElementType::kF32, {n});
  const BufferId out = builder.output("y", ElementType::kF32, {count});
  const BufferId twice = builder.output("scaled", ElementType::kF32, {count * 2 - count});
  const BufferId all = builder.symbols_buffer();
  builder.call(id, {in, out, all}, {n});
  builder.call(second, {out, twice}, {count});
  builder.module.name = "compact";
  return std::move(builder.module);
}

Module two_step_sample() {
  ModuleBuilder builder;
  ExprPool& pool = builder.pool();
  const Expr n = pool.variable(builder.symbol("N", 1, INT64_MAX));
  KernelBuilder sums(pool, "row_sums_f32");
  const BufferId x = sums.parameter("x", ElementType::kF32, false);
  const BufferId s = sums.parameter("s", ElementType::kF32, true);
  const Expr rows = sums.scalar("rows");
  sums.loop(pool.integer(0), rows, 1, LoopKind::kParallel, [&](Expr i) {
    const VariableId acc = sums.tile("acc", {ElementType::kF32, 1}, {});
    sums.assign(acc, {}, pool.floating(0, {ElementType::kF32, 1}));
    sums.loop(7, [&](Expr k) { sums.assign(acc, {}, sums.value_of(acc, {}) + sums.load(x, i * 7 + k)); });
    sums.store(s, i, sums.value_of(acc, {}));
  });
  const KernelId first = builder.module.kernels.add(sums.take());

  KernelBuilder add(pool, "add_columns_f32");
  const BufferId ax = add.parameter("x", ElementType::kF32, false);
  const BufferId as = add.parameter("s", ElementType::kF32, false);
  const BufferId ay = add.parameter("y", ElementType::kF32, true);
  const Expr add_rows = add.scalar("rows");
  add.loop(pool.integer(0), add_rows, 1, LoopKind::kSerial, [&](Expr i) {
    const Expr row = add.load(ax, i * 7, 7) + splat(add.load(as, i), 7);
    add.store(ay, i * 5, head(row, 5));
  });
  const KernelId second = builder.module.kernels.add(add.take());

  const BufferId in = builder.input("x", ElementType::kF32, {n, pool.integer(7)});
  const BufferId sum = builder.arena("sums", ElementType::kF32, n, 0, 1);
  const BufferId out = builder.output("y", ElementType::kF32, {n, pool.integer(5)});
  builder.call(first, {in, sum}, {n});
  builder.call(second, {in, sum, out}, {n});
  builder.module.name = "two step";
  return std::move(builder.module);
}

}  // namespace burin::ir
