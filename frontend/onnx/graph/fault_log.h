// The faults of one import, while it goes on: bounded however many there are, and unsupported ones counted by reason.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "frontend/onnx/graph/import_options.h"
#include "ir/base/result.h"

namespace burin::frontend {

class FaultLog {
 public:
  static constexpr size_t kMostFaults = 100;  // kept; the others are counted
  static constexpr size_t kMostNodes = 8;     // named per unsupported feature

  void add(ir::Diagnostic fault);
  void add(const ir::Status& status);
  bool empty() const { return faults_.empty() && unsupported_.empty(); }
  size_t count() const { return count_; }

  // The unsupported features in the order found.
  const std::vector<Unsupported>& unsupported() const { return unsupported_; }
  // Faults of the input in the order found, with a last one that counts those not kept.
  ir::Diagnostics faults() const;
  // Both, as what a failed import returns.
  ir::Diagnostics all() const;

 private:
  size_t count_ = 0;
  int64_t dropped_ = 0;
  ir::Diagnostics faults_;
  std::vector<Unsupported> unsupported_;
  ir::Diagnostics first_of_unsupported_;  // beside unsupported_
  std::map<std::string, size_t> index_;   // of what -> unsupported_
};

}  // namespace burin::frontend
