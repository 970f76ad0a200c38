// Runs the code of a module's kernels: slots per kernel, views of buffers, and the first fault.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ir/base/result.h"
#include "ir/run/loop_code.h"

namespace burin::ir {

// Memory of a buffer. Elements are counted in the size of the buffer that looks at it.
struct BufferView {
  std::byte* data = nullptr;
  int64_t bytes = 0;
};

class LoopMachine {
 public:
  // `symbols` holds the values of all symbols; kernels may change it. A fault when kernels call each other in a circle.
  LoopMachine(const Module& module, std::span<int64_t> symbols, int64_t most_steps);

  // Runs the entry with `buffers` by BufferId; local buffers are the machine's own. False when a fault ended the run.
  bool run_entry(std::span<const BufferView> buffers);
  const std::optional<Diagnostic>& fault() const { return fault_; }

 private:
  struct Frame {
    KernelCode code;
    std::vector<Scalar> slots;
    std::vector<BufferView> buffers;
    std::vector<ElementType> elements;  // of the buffers
    std::vector<std::vector<std::byte>> locals;
    bool active = false;
  };

  void make_frame(const Kernel& kernel);
  bool run(Frame& frame, const BlockCode& block);
  bool run(Frame& frame, const LoopCode& loop);
  bool run(Frame& frame, const WhileCode& loop);
  bool run(Frame& frame, const BranchCode& branch);
  bool run(Frame& frame, const LetCode& let);
  bool run(Frame& frame, const TileStart& start);
  bool run(Frame& frame, const AssignCode& assign);
  bool run(Frame& frame, const StoreCode& store);
  bool run(Frame&, const PrefetchCode&) { return true; }
  bool run(Frame& frame, const CallCode& call);
  bool evaluate(Frame& frame, Range range);
  bool evaluate(Frame& frame, const LoopInstruction& instruction);
  bool load(Frame& frame, const LoopInstruction& instruction);
  // First slot of a tile's element, whose indices start at slot `index`; absent when one is outside.
  std::optional<int> tile_slot(Frame& frame, int tile, int index);
  bool is_inside(Frame& frame, size_t buffer, int64_t index, int64_t count);
  bool fail(const Frame& frame, std::string_view kind, std::string message);

  const Module& module_;
  std::span<int64_t> symbols_;
  std::vector<Frame> frames_;  // by KernelId, the entry's last
  std::optional<Diagnostic> fault_;
  int64_t steps_left_;
};

}  // namespace burin::ir
