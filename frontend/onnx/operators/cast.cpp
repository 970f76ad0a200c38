// Casts, also to the small element types that burin holds in wider ones (small_element.h).
#include <array>

#include "frontend/onnx/operators/cast.h"
#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "frontend/onnx/reader/data_type.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::ElementType;
using ir::Result;
using ir::Status;
using ir::ValueId;

// The lowest bits of x cut off towards 0, as a number with or without sign.
ValueId wrapped(NodeImport& node, ValueId x, const SmallElement& small) {
  const auto number = [&](int64_t value) {
    return node.scalar_constant(static_cast<double>(value), ElementType::kI32);
  };
  const int64_t count = int64_t{1} << small.bits;
  const ValueId half = number(small.is_signed ? count / 2 : 0);
  const ValueId whole = node.emit(ir::kAdd, {emit_cast(node, x, ElementType::kI32), half});
  const ValueId lowest = node.emit(ir::kMod, {whole, number(count)});
  return emit_cast(node, node.emit(ir::kSub, {lowest, half}), small.held);
}

}  // namespace

ValueId rounded_to(NodeImport& node, ValueId x, const SmallElement& small, Overflow overflow) {
  if (!x.valid()) return x;
  const ValueId wide = emit_cast(node, x, ElementType::kF32);
  if (small.kind == SmallFloat::kPowerOfTwo) {
    const ir::RoundToPower power{node.text("round_mode", "up")};
    return node.emit(ir::kRoundToPower, {wide}, Attributes(power));
  }
  const bool saturates = overflow == Overflow::kSaturate || small.kind == SmallFloat::kFinite;
  const ir::RoundFloat round{small.mantissa_bits, 1 - small.bias, small.greatest,
                             saturates                             ? "saturate"
                             : small.kind == SmallFloat::kInfinity ? "infinity"
                                                                   : "nan",
                             small.kind != SmallFloat::kFinite};
  return emit_cast(node, node.emit(ir::kRoundFloat, {wide}, Attributes(round)), small.held);
}

ValueId saturated_to(NodeImport& node, ValueId x, const SmallElement& small) {
  if (!x.valid()) return x;
  const int64_t count = int64_t{1} << small.bits;
  const int64_t least = small.is_signed ? -count / 2 : 0;
  const auto number = [&](int64_t value) { return node.scalar_constant(static_cast<double>(value), small.held); };
  return node.emit(ir::kClip, {x, number(least), number(least + count - 1)});
}

namespace {

Status cast_to(NodeImport& node, int32_t data_type) {
  const Result<ElementType> to = element_type_of(data_type, node.where());
  if (!to) return to.faults();
  const SmallElement* small = small_element(data_type);
  if (small == nullptr) {
    node.set_result(0, node.emit(ir::kCast, {node.operand(0)}, Attributes(ir::Cast{*to})));
    return {};
  }
  const Overflow overflow = node.flag("saturate", true) ? Overflow::kSaturate : Overflow::kByFormat;
  const ValueId y = small->kind == SmallFloat::kNone ? wrapped(node, node.operand(0), *small)
                                                     : rounded_to(node, node.operand(0), *small, overflow);
  node.set_small(y, data_type);
  node.set_result(0, y);
  return {};
}

Status import_cast(NodeImport& node) { return cast_to(node, static_cast<int32_t>(node.integer("to", 0))); }

Status import_cast_like(NodeImport& node) {
  if (const SmallElement* small = node.small(1)) return cast_to(node, small->data_type);
  node.set_result(0, node.emit(ir::kCast, {node.operand(0)}, Attributes(ir::Cast{node.element(1)})));
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "Cast", 6, import_cast},
    {"", "CastLike", 15, import_cast_like, "11"},
});

}  // namespace

std::span<const ImportRow> cast_rows() { return kRows; }

}  // namespace burin::frontend
