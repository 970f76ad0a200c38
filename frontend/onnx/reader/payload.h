// Where the elements of a tensor lie in the model file. Protobuf never sees them: in the skeleton (skeleton.h) every
// raw_data, float_data, double_data, int32_data, int64_data and uint64_data is gone, and `raw_data` holds
// PayloadRecords instead, always, also for a single byte. So a record cannot be confused with data, and a file cannot
// forge one. A TensorProto that did not come out of a skeleton has no meaning here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frontend/onnx/reader/wire.h"

namespace burin::frontend {

enum class PayloadLayout : uint32_t {
  kContiguous,   // raw_data, or one packed occurrence
  kOccurrences,  // tag, element, tag, element, ...: a run of unpacked occurrences, tags included
};

struct PayloadRecord {
  uint32_t field;  // kTensorRawData, ...
  PayloadLayout layout;
  uint64_t offset;  // in the file
  uint64_t size;
};
static_assert(sizeof(PayloadRecord) == 24);

// Merges adjacent unpacked occurrences into one record.
struct PayloadRun {
  uint32_t field = 0;  // 0: nothing to continue
  uint64_t end = 0;

  bool takes(const WireField& next) const {
    return next.type != WireType::kBytes && next.number == field && next.start == end;
  }
  void take(const WireField& next) { *this = {next.type == WireType::kBytes ? 0 : next.number, next.end()}; }
};

// The records in a skeleton tensor's raw_data, in the order of the file.
std::vector<PayloadRecord> payload_records(const std::string& raw_data);

}  // namespace burin::frontend
