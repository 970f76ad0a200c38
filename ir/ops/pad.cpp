// Elements added around a tensor, or cut off its sides.
#include "ir/ops/indexing.h"
#include "ir/ops/lowering.h"
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  const Pad& pad = op.attributes<Pad>();
  const auto rank = static_cast<size_t>(op.rank(0));
  if (pad.begins.size() != rank || pad.sizes.size() != rank) {
    return op.fault("rank-mismatch", "attributes: expected {} begins and sizes, found {} and {}", rank,
                    pad.begins.size(), pad.sizes.size());
  }
  if (pad.mode != "constant" && pad.mode != "edge" && pad.mode != "reflect" && pad.mode != "wrap") {
    return op.fault("attribute-range", "attribute \"mode\": expected constant, edge, reflect or wrap, found \"{}\"",
                    pad.mode);
  }
  if (op.has(1)) {
    if (Status status = op.require_same_element(0, 1); !status) return status;
    if (static_element_count(op.shape(1)) != 1)
      return op.fault("shape-mismatch", "operand 1: expected 1 element, found [{}]", text_of(op.shape(1)));
  }
  op.set_result(0, op.element(0), pad.sizes);
  Status status;
  for (size_t d = 0; d < rank && pad.mode != "constant"; ++d) status.merge(require_elements(op, 0, d, pad.sizes));
  return status;
}

// The place inside that an index outside of a dimension of `extent` stands for.
Expr place_inside(Expr index, Expr extent, std::string_view mode) {
  const Expr zero = index->pool->integer(0);
  if (mode == "edge") return min(max(index, zero), extent - 1);
  if (mode == "wrap") return mod(index, max(extent, index->pool->integer(1)));
  // There and back again: a period of 2 (extent - 1), of which the second half runs backwards.
  const Expr period = max((extent - 1) * 2, index->pool->integer(1));
  const Expr within = mod(index, period);
  return min(within, period - within);
}

// The element that `shifted`, an index counted from the first element of dimension `d`, stands for. What negative pads cut off is
// gone before the other side is padded.
Expr place_in_rest(const Lowering& op, const Pad& pad, size_t d, Expr shifted) {
  const Expr extent = op.shape(0)[d];
  const Expr zero = op.pool().integer(0);
  const Expr first = max(-pad.begins[d], zero);
  const Expr last_cut = max(extent + pad.begins[d] - pad.sizes[d], zero);
  if (is_constant_value(first, 0) && is_constant_value(last_cut, 0)) return place_inside(shifted, extent, pad.mode);
  const Expr place = place_inside(shifted - first, extent - first - last_cut, pad.mode) + first;
  return min(max(place, zero), extent - 1);
}

void lower(Lowering& op) {
  const Pad& pad = op.attributes<Pad>();
  const bool is_constant_mode = pad.mode == "constant";
  lower_map(op, [&](std::span<const Expr> i) {
    std::vector<Expr> from;
    for (size_t d = 0; d < i.size(); ++d) {
      const Expr shifted = i[d] - pad.begins[d];
      const bool is_untouched = is_constant_value(pad.begins[d], 0) && pad.sizes[d] == op.shape(0)[d];
      from.push_back(is_constant_mode || is_untouched ? shifted : place_in_rest(op, pad, d, shifted));
    }
    if (!is_constant_mode) return read_checked(op, 0, from);
    const std::vector<Expr> first(op.has(1) ? op.shape(1).size() : 0, op.pool().integer(0));
    return op.at_or(0, from, op.has(1) ? op.at(1, first) : zero(op.pool(), op.element(0)));
  });
}

}  // namespace

constinit const OpInfo kPad{
    .name = "pad",
    .doc =
        "y[i] = x[i - begins], and where that is outside the constant of operand 1 (else 0), or by `mode` an element "
        "inside. "
        "Operands x, constant. ONNX Pad-25, CenterCropPad-18.",
    .outside = "in modes other than constant, where the axis has no elements, refused when compiling or by `prepare`",
    .most_operands = 2,
    .schema = &schema_of<Pad>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
