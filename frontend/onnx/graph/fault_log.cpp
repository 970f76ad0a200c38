#include "frontend/onnx/graph/fault_log.h"

#include <utility>

namespace burin::frontend {

void FaultLog::add(const ir::Status& status) {
  for (const ir::Diagnostic& fault : status.faults()) add(fault);
}

void FaultLog::add(ir::Diagnostic fault) {
  ++count_;
  if (fault.fault != ir::Fault::kUnsupported) {
    if (faults_.size() < kMostFaults) {
      faults_.push_back(std::move(fault));
    } else {
      ++dropped_;
    }
    return;
  }
  auto found = index_.find(fault.message);
  if (found == index_.end()) {
    if (unsupported_.size() == kMostFaults) {
      ++dropped_;
      return;
    }
    found = index_.emplace(fault.message, unsupported_.size()).first;
    unsupported_.push_back({fault.message, 0, {}});
    first_of_unsupported_.push_back(fault);
  }
  Unsupported& feature = unsupported_[found->second];
  ++feature.count;
  if (feature.nodes.size() < kMostNodes) feature.nodes.push_back(std::move(fault.where));
}

ir::Diagnostics FaultLog::faults() const {
  ir::Diagnostics faults = faults_;
  if (dropped_ > 0) faults.push_back(ir::input_fault("more-faults", "", "{} more faults are not shown", dropped_));
  return faults;
}

ir::Diagnostics FaultLog::all() const {
  ir::Diagnostics all = faults();
  for (size_t i = 0; i < unsupported_.size(); ++i) {
    ir::Diagnostic fault = first_of_unsupported_[i];
    const int64_t others = unsupported_[i].count - 1;
    if (others > 0) fault.message += fmt::format(", and {} more node{} like it", others, others == 1 ? "" : "s");
    all.push_back(std::move(fault));
  }
  return all;
}

}  // namespace burin::frontend
