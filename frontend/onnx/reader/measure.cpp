#include "frontend/onnx/reader/measure.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <string>
#include <utility>

#include "frontend/onnx/reader/data_type.h"
#include "frontend/onnx/reader/payload.h"
#include "ir/base/checked.h"

namespace burin::frontend {
namespace {

// What protobuf 3.21 and glibc's malloc spend, without arenas.
constexpr int64_t kMallocOverhead = 16;  // header and rounding
constexpr int64_t kStringObject = 32 + kMallocOverhead;
constexpr uint64_t kInlineString = 15;           // longer ones have a buffer of their own
constexpr int64_t kPointer = 8;                  // of an element that is a message or a string
constexpr uint64_t kTouchedAsGrown = 64 * 1024;  // larger arrays: the unused half of the capacity is never touched
constexpr size_t kLongestPath = 160;             // of a place in a diagnostic; nested subgraphs make long ones
constexpr int64_t kUnknownFieldStore = 96;       // a message's first unknown field makes a container with a string

// Bytes of a RepeatedField's or RepeatedPtrField's array with `count` elements; its capacity doubles.
int64_t array_bytes(uint64_t count, uint64_t element) {
  if (count == 0) return 0;
  const uint64_t used = 8 + count * element;
  return static_cast<int64_t>(used > kTouchedAsGrown ? used : std::bit_ceil(std::max<uint64_t>(used, 16))) +
         kMallocOverhead;
}

int64_t string_bytes(uint64_t size) {
  if (size <= kInlineString) return kStringObject;
  const uint64_t buffer = std::max(size, 2 * kInlineString) + 1;  // libstdc++ at least doubles a capacity
  return kStringObject + static_cast<int64_t>(buffer) + kMallocOverhead;
}

// A message that is being walked over, and the way to it.
struct Frame {
  const MessageInfo* message;
  const Frame* parent = nullptr;
  const FieldInfo* field = nullptr;  // of the parent
  uint64_t index = 0;                // among the occurrences of that field
  int64_t depth = 1;
  std::array<uint64_t, kMaxFieldNumber + 1> seen = {};  // elements so far, by field number
  PayloadRun run = {};                                  // of a tensor: the last piece of its elements
};

std::string path_of(const Frame& frame) {
  if (frame.parent == nullptr) return std::string(frame.message->name);
  std::string path = frame.parent->parent == nullptr ? "" : path_of(*frame.parent) + '.';
  path += frame.field->name;
  if (frame.field->occurs == Occurs::kManyTimes) path += '[' + std::to_string(frame.index) + ']';
  return path;
}

class Measurer {
 public:
  Measurer(std::span<const std::byte> file, const Limits& limits) : file_(file), limits_(limits) {}

  ir::Result<ModelSize> run(MessageKind root) {
    size_.parsed_bytes = static_cast<int64_t>(info(root).parsed_bytes);
    Frame frame{.message = &info(root)};
    if (!walk(frame, WireCursor(file_, 0, file_.size()))) return std::move(*fault_);
    if (root == MessageKind::kTensor) ++size_.tensors, count_constant(frame, 0, file_.size());
    size_.parsed_bytes += largest_array_;  // two copies exist while it grows
    if (auto faults = exceeded(); !faults.empty()) return faults;
    return size_;
  }

 private:
  bool walk(Frame& frame, WireCursor cursor) {
    while (!cursor.done()) {
      WireField field;
      if (WireFault fault = cursor.next(field); fault != WireFault::kNone) {
        return refuse("malformed-protobuf", frame, cursor.position(), text_of(fault));
      }
      const FieldInfo* known = field_of(*frame.message, field.number);
      if (known == nullptr) {
        if (frame.message->copying == Copying::kVerbatim) charge_unknown(field);
      } else if (!visit(frame, *known, field)) {
        return false;
      }
    }
    return true;
  }

  bool visit(Frame& frame, const FieldInfo& known, const WireField& field) {
    const bool is_packed =
        known.type != WireType::kBytes && known.occurs == Occurs::kManyTimes && field.type == WireType::kBytes;
    if (field.type != known.type && !is_packed) {
      return refuse("malformed-protobuf", frame, field.start,
                    fmt::format("expected field \"{}\" ({}) to be {}, found {}", known.name, known.number,
                                name_of(known.type), name_of(field.type)));
    }
    uint64_t& seen = frame.seen[known.number];
    switch (known.kind) {
      case FieldKind::kDropped: return true;
      case FieldKind::kNumber: return known.occurs == Occurs::kOnce || charge_elements(frame, known, field, is_packed);
      case FieldKind::kEnum:
        if (field.value > 14) charge_unknown(field);
        return true;
      case FieldKind::kString:
        size_.parsed_bytes += string_bytes(field.size);
        if (known.occurs == Occurs::kManyTimes) grow_array(seen, 1, kPointer);
        return true;
      case FieldKind::kPayload:
        if (!frame.run.takes(field)) size_.parsed_bytes += 3 * sizeof(PayloadRecord);  // skeleton, string, its growth
        frame.run.take(field);
        return true;
      case FieldKind::kMessage: return descend(frame, known, field, seen);
    }
    return true;
  }

  bool descend(const Frame& frame, const FieldInfo& known, const WireField& field, uint64_t& seen) {
    const MessageInfo& message = info(known.nested);
    Frame nested{.message = &message, .parent = &frame, .field = &known, .index = seen, .depth = frame.depth + 1};
    if (known.occurs == Occurs::kOnce && seen++ > 0) {
      return refuse("malformed-protobuf", frame, field.start,
                    fmt::format("expected at most one field \"{}\", found a second", known.name));
    }
    if (nested.depth > limits_.max_depth) {
      return refuse("too-deep", frame, field.start,
                    fmt::format("expected messages nested at most {} deep, found {}", limits_.max_depth, nested.depth));
    }
    size_.depth = std::max(size_.depth, nested.depth);
    size_.parsed_bytes += static_cast<int64_t>(message.parsed_bytes) + kMallocOverhead;
    if (known.occurs == Occurs::kManyTimes) grow_array(seen, 1, kPointer);
    if (known.nested == MessageKind::kNode && ++size_.nodes == limits_.max_nodes + 1)
      first_node_over_ = place(nested, field.start);
    if (!walk(nested, WireCursor(file_, field))) return false;
    if (known.nested == MessageKind::kTensor) {
      if (++size_.tensors == limits_.max_tensors + 1) first_tensor_over_ = place(nested, field.start);
      count_constant(nested, field.payload, field.end());
    }
    return true;
  }

  // The bytes that a tensor's shape and type promise. Its fields have been walked over already and are well-formed.
  void count_constant(const Frame& frame, uint64_t begin, uint64_t end) {
    int64_t bytes = 1;
    bool has_zero = false;
    const auto multiply = [&](uint64_t factor) {
      has_zero |= factor == 0 || factor > INT64_MAX;  // a negative dimension is refused where the tensor is read
      if (!has_zero) bytes = ir::checked_mul(bytes, static_cast<int64_t>(factor)).value_or(INT64_MAX);
    };
    WireCursor cursor(file_, begin, end);
    WireField field;
    while (!cursor.done() && cursor.next(field) == WireFault::kNone) {
      if (field.number == kTensorDataType) {
        if (auto type = element_type_of(static_cast<int32_t>(field.value)))
          multiply(static_cast<uint64_t>(ir::size_of(*type)));
      } else if (field.number == kTensorDims && field.type == WireType::kVarint) {
        multiply(field.value);
      } else if (field.number == kTensorDims) {
        uint64_t dimension = 0;
        for (WireCursor packed(file_, field); !packed.done() && packed.next_varint(dimension) == WireFault::kNone;)
          multiply(dimension);
      }
    }
    const bool was_within = size_.constant_bytes <= limits_.max_constant_bytes;
    size_.constant_bytes = ir::checked_add(size_.constant_bytes, has_zero ? 0 : bytes).value_or(INT64_MAX);
    if (was_within && size_.constant_bytes > limits_.max_constant_bytes) first_constant_over_ = place(frame, begin);
  }

  bool charge_elements(Frame& frame, const FieldInfo& known, const WireField& field, bool is_packed) {
    uint64_t& seen = frame.seen[known.number];
    const uint64_t element = known.type == WireType::kFixed32 ? 4 : 8;
    if (!is_packed) return grow_array(seen, 1, element), true;
    if (known.type == WireType::kVarint) {
      uint64_t value = 0;
      uint64_t count = 0;
      for (WireCursor packed(file_, field); !packed.done(); ++count) {
        if (WireFault fault = packed.next_varint(value); fault != WireFault::kNone) {
          return refuse("malformed-protobuf", frame, packed.position(), text_of(fault));
        }
      }
      return grow_array(seen, count, element), true;
    }
    if (field.size % element != 0) {
      return refuse("malformed-protobuf", frame, field.start,
                    fmt::format("expected field \"{}\" to hold a multiple of {} bytes, found {}", known.name, element,
                                field.size));
    }
    return grow_array(seen, field.size / element, element), true;
  }

  void grow_array(uint64_t& count, uint64_t added, uint64_t element) {
    size_.parsed_bytes += array_bytes(count + added, element) - array_bytes(count, element);
    count += added;
    largest_array_ = std::max(largest_array_, static_cast<int64_t>(count * element));
  }

  void charge_unknown(const WireField& field) {
    size_.parsed_bytes += kUnknownFieldStore + 3 * static_cast<int64_t>(field.end() - field.start);
  }

  ir::Diagnostics exceeded() const {
    ir::Diagnostics faults;
    const auto check = [&](std::string_view kind, std::string_view what, int64_t limit, int64_t found,
                           const std::string& where) {
      if (found > limit)
        faults.push_back(ir::input_fault(kind, where, "expected at most {} {}, found {}", limit, what, found));
    };
    check("too-many-nodes", "nodes", limits_.max_nodes, size_.nodes, first_node_over_);
    check("too-many-tensors", "tensors", limits_.max_tensors, size_.tensors, first_tensor_over_);
    check("too-many-constants", "bytes of constants", limits_.max_constant_bytes, size_.constant_bytes,
          first_constant_over_);
    const int64_t budget = memory_budget(static_cast<int64_t>(file_.size()), size_.nodes, limits_);
    check("too-much-memory", "bytes of memory to read this file", budget, size_.parsed_bytes, "");
    return faults;
  }

  std::string place(const Frame& frame, uint64_t offset) const {
    std::string path = path_of(frame);
    if (path.size() > kLongestPath) path.replace(kLongestPath / 2, path.size() - kLongestPath, "...");
    return fmt::format("byte {} ({})", offset, path);
  }

  bool refuse(std::string_view kind, const Frame& frame, uint64_t offset, std::string_view message) {
    fault_ = ir::input_fault(kind, place(frame, offset), "{}", message);
    return false;
  }

  std::span<const std::byte> file_;
  const Limits& limits_;
  ModelSize size_;
  int64_t largest_array_ = 0;
  std::string first_node_over_, first_tensor_over_, first_constant_over_;
  std::optional<ir::Diagnostic> fault_;
};

}  // namespace

ir::Result<ModelSize> measure(std::span<const std::byte> file, MessageKind root, const Limits& limits) {
  return Measurer(file, limits).run(root);
}

int64_t memory_budget(int64_t file_bytes, int64_t nodes, const Limits& limits) {
  return limits.base_memory + limits.memory_per_file_byte * file_bytes + limits.memory_per_node * nodes;
}

}  // namespace burin::frontend
