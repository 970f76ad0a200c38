// The loop form: what a machine does. Kernels of loops, vectors, register tiles, buffers, loads and stores, and an entry
// that calls them. Emitters print this form and decide nothing; an interpreter runs it, and agrees with them to the bit.
// What it never holds: tensors, operators, transcendental functions (they are polynomials by now); layouts of constants alone.
//
// Expressions are those of ir/expr/expr.h. A load's index counts elements of its buffer; a vector load of a scalar index takes
// consecutive elements, one of a vector index gathers. A kVariable with operands reads the register tile of that name.
// Invariants: ir/loop/verify.h.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "ir/base/store.h"
#include "ir/expr/expr.h"
#include "ir/nest/nest.h"
#include "ir/tensor/literal.h"
#include "ir/tensor/packed_literal.h"

namespace burin::ir {

using BufferId = Id<struct BufferTag>;
using KernelId = Id<struct KernelTag>;

// Where a buffer lives. A parameter's place is the caller's business; the others occur in an entry only.
enum class Place : uint8_t {
  kParameter,  // `slot`: position among the kernel's parameters
  kInput,      // `slot`: the model's input
  kOutput,     // `slot`: the model's output
  kConstant,   // `slot`: byte offset into the constants
  kArena,      // `slot`: position in Module::arena
  kSymbols,    // the values of Module::symbols and then opaque_symbols, i64; kernels store the counts they find here
  kLocal,      // on the stack, of `elements` elements, a constant number
};

struct Buffer {
  std::string name;
  ElementType element = ElementType::kF32;
  Place place = Place::kParameter;
  int64_t slot = 0;
  int64_t elements = 0;    // of a local buffer
  bool written = false;    // of a parameter: the kernel stores to it
  int64_t alignment = 64;  // bytes
};

struct LoopStatement;
using Block = std::vector<LoopStatement>;

// counter = begin, begin + step, ... below end. An unrolled loop has constant bounds and is printed as many times.
struct Loop {
  VariableId counter;
  Expr begin, end;
  int64_t step = 1;
  LoopKind kind = LoopKind::kSerial;  // never kVector: vectors are expressions by now
  Block body;
};

// Runs `body` while `condition`, evaluated before each time, holds.
struct WhileLoop {
  Expr condition;
  Block body;
};

struct Branch {
  Expr condition;
  Block then_body;
  Block else_body;
};

// Names a value for the statements after it in the block. Single assignment.
struct Let {
  VariableId variable;
  Expr value;
};

// Declares a register tile: mutable values of one type, `dims` of them, undefined until assigned. Empty dims: one value.
struct Tile {
  VariableId variable;
  std::vector<int64_t> dims;
};

// tile[index] = value. Indices are constants once unrolled loops are expanded.
struct Assign {
  VariableId tile;
  std::vector<Expr> index;
  Expr value;
};

// Stores as many consecutive elements as the value has lanes (scatters when the index is a vector).
struct StoreTo {
  BufferId buffer;
  Expr index;
  Expr value;
};

// Brings the cache line of an element of the buffer near; values stay as they are.
struct Prefetch {
  BufferId buffer;
  Expr index;
};

// Calls a kernel with buffers of the caller and scalar i64 arguments.
struct Call {
  KernelId kernel;
  std::vector<BufferId> buffers;
  std::vector<Expr> scalars;
};

struct LoopStatement {
  std::variant<Loop, WhileLoop, Branch, Let, Tile, Assign, StoreTo, Prefetch, Call> form;
};

struct Kernel {
  std::string name;                 // says kind, type and tile: "contract_f32_14x2x16_conv1"; unique in the module
  Store<BufferId, Buffer> buffers;  // parameters first
  std::vector<VariableId> scalars;  // i64 parameters, after the buffers
  Block body;
  std::vector<std::string> origin;  // the model's nodes, for comments and profiles
  std::string shapes;               // "x f32[N, 8], w f32[8, 4] -> y f32[N, 4]": of the tensors, for comments
};

// Adds the nodes that are not among the kernel's origins yet: what became several kernels or nests is named once.
void add_origins(Kernel& kernel, std::span<const std::string> nodes);

struct Interface {
  std::string name;
  ElementType element = ElementType::kF32;
  Shape shape;
};

// A piece of the arena: alive from step `first` to step `last`, both included. Steps count the entry's statements, those of
// loops and branches too.
struct ArenaBuffer {
  std::string name;
  Expr bytes;
  int first = 0, last = 0;
  int64_t offset = -1;  // planned at compile time; -1 when sizes are symbolic and `prepare` plans
};

struct ConstantPiece {
  int64_t offset;  // bytes into the constants, 64-byte aligned
  PackedLiteral literal;
};

// A compiled model for one target: what both emitters and the interpreter take.
struct Module {
  std::string name = "model";
  std::string target;  // "x86_64-v3"
  std::shared_ptr<ExprPool> pool = std::make_shared<ExprPool>();
  Store<KernelId, Kernel> kernels;
  // The entry's scalars are the symbols, then the opaque symbols; its buffers have places other than kParameter. A
  // statement that ends with an opaque symbol known stores it into a buffer of place kSymbols, and the statements after it
  // see its value.
  Kernel entry;
  std::vector<Interface> inputs;
  std::vector<Interface> outputs;
  std::vector<VariableId> symbols;
  std::vector<VariableId> opaque_symbols;
  std::vector<DimensionCheck> checks;
  std::vector<ArenaBuffer> arena;
  int64_t arena_bytes = 0;  // when every offset is planned
  std::vector<ConstantPiece> constants;
  int64_t constant_bytes = 0;
};

// A serial loop whose counter goes from 0 to below `end`.
inline Loop counted_loop(VariableId counter, Expr end) {
  return {counter, end->pool->integer(0), end, 1, LoopKind::kSerial, {}};
}
inline BufferId buffer_of(Expr load) { return BufferId{static_cast<uint32_t>(load->payload)}; }
Expr load(ExprPool& pool, BufferId buffer, Expr index, ValueType type);
// A read of a register tile.
Expr tile_value(ExprPool& pool, VariableId tile, std::span<const Expr> index);

}  // namespace burin::ir
