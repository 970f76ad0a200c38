// Kernels of the loop form made ready to run: every expression is a list of instructions over numbered slots, every
// variable, tile and constant has its slots, and statements name ranges of instructions. Made once per module, so that the
// interpreter looks nothing up while loops run.
#pragma once

#include <variant>
#include <vector>

#include "ir/loop/loop.h"
#include "ir/run/lane_functions.h"

namespace burin::ir {

enum class Action : uint8_t {
  kCompute,  // `operation` lane by lane
  kLoad,     // `lanes` elements of buffer `payload` from index a
  kGather,   // element a[i] of buffer `payload` for each lane
  kTile,     // an element of tile `payload`; the indices are in slots a, a + 1, ...
  kSplat,    // a for each lane
  kRamp,     // a + i * b
  kCopy,     // `lanes` slots from a on
  kSymbol,   // symbol `payload` of the module, as it stands
};

// Computes the slots `result` ... `result + lanes - 1`.
struct LoopInstruction {
  Action action = Action::kCompute;
  LaneOperation operation{};
  LaneFunction function = nullptr;
  int lanes = 1;
  int result = 0;
  int a = 0, b = 0, c = 0;  // first slots of the operands, where there are as many
  int64_t payload = 0;
};

// Instructions of KernelCode::instructions, first to last - 1.
struct Range {
  int first = 0, last = 0;
};

// The element type, dims and slots of a register tile.
struct TileCode {
  std::vector<int64_t> dims;
  int first = 0;  // slot
  int lanes = 1;
  int64_t elements = 1;
};

struct StatementCode;
using BlockCode = std::vector<StatementCode>;

struct LoopCode {
  Range bounds;
  int begin, end, counter;  // slots
  int64_t step;
  BlockCode body;
};
struct WhileCode {
  Range range;
  int condition;
  BlockCode body;
};
struct BranchCode {
  Range range;
  int condition;
  BlockCode then_body, else_body;
};
// A let: copies the value into the variable's slots.
struct LetCode {
  Range range;
  int value, variable, lanes;
};
struct TileStart {
  int tile;
};
struct AssignCode {
  Range range;
  int value, index, tile;
};
struct StoreCode {
  Range range;
  BufferId buffer;
  int index, value, lanes;
  bool scatters;
};
struct CallCode {
  Range range;
  KernelId kernel;
  std::vector<BufferId> buffers;
  std::vector<int> scalars;  // slots
};
struct PrefetchCode {};  // nothing to do
struct StatementCode {
  std::variant<LoopCode, WhileCode, BranchCode, LetCode, TileStart, AssignCode, StoreCode, PrefetchCode, CallCode> form;
};

struct KernelCode {
  const Kernel* kernel = nullptr;
  std::vector<LoopInstruction> instructions;
  std::vector<TileCode> tiles;
  std::vector<int> scalars;     // slots of the scalar parameters
  std::vector<Scalar> initial;  // every slot at the start; constants stay as they are
  BlockCode body;
};

// `module` is verified and outlives the code.
KernelCode make_kernel_code(const Module& module, const Kernel& kernel);

}  // namespace burin::ir
