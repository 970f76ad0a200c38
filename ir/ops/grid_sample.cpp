// Reads at positions that a grid of coordinates gives.
#include <algorithm>

#include "ir/ops/lowering.h"
#include "ir/ops/sampling.h"

namespace burin::ir {
namespace {

constexpr ValueType kF32{ElementType::kF32, 1};

// x: [N, C, D...], grid: [N, E..., rank of D], y: [N, C, E...]
Status infer(Inference& op) {
  const GridSample& attributes = op.attributes<GridSample>();
  if (Status status = op.require_rank(0, 3, kMostRank); !status) return status;
  if (Status status = op.require_rank(1, op.rank(0), op.rank(0)); !status) return status;
  if (Status status = op.require_float(1); !status) return status;
  if (attributes.mode != "nearest" && attributes.mode != "linear" && attributes.mode != "cubic") {
    return op.fault("attribute-range", "attribute \"mode\": expected nearest, linear or cubic, found \"{}\"",
                    attributes.mode);
  }
  if (attributes.padding != "zeros" && attributes.padding != "border" && attributes.padding != "reflection") {
    return op.fault("attribute-range", "attribute \"padding\": expected zeros, border or reflection, found \"{}\"",
                    attributes.padding);
  }
  const int spatial = op.rank(0) - 2;
  if (spatial > 3) return op.not_supported("operand 0: expected at most 3 spatial dimensions, found {}", spatial);
  const size_t coordinates = op.shape(1).size() - 1;
  if (Status status =
          op.require_dimension(1, coordinates, op.pool().integer(spatial), "a coordinate per spatial dimension");
      !status)
    return status;
  if (Status status = op.require_same_dimension(0, 0, 1, 0); !status) return status;
  Shape shape{op.shape(0)[0], op.shape(0)[1]};
  shape.insert(shape.end(), op.shape(1).begin() + 1, op.shape(1).end() - 1);
  op.set_result(0, op.element(0), std::move(shape));
  return {};
}

class Sampler {
 public:
  Sampler(Lowering& op, std::span<const Expr> index)
      : op_(op), attributes_(op.attributes<GridSample>()), index_(index) {}

  // The interpolated value, f32 or wider.
  Expr value() const { return sum(0, {index_[0], index_[1]}); }

 private:
  Expr number(double value) const { return op_.pool().floating(value, kF32); }
  Expr extent(size_t d) const { return op_.shape(0)[d + 2]; }

  // The coordinate along spatial dimension `d`, in elements. The grid's last dimension counts them from the innermost.
  Expr coordinate(size_t d) const {
    const size_t spatial = index_.size() - 2;
    std::vector<Expr> at{index_[0]};
    at.insert(at.end(), index_.begin() + 2, index_.end());
    at.push_back(op_.pool().integer(static_cast<int64_t>(spatial - 1 - d)));
    const Expr given = cast(op_.at(1, at), ElementType::kF32);
    const Expr size = cast(extent(d), ElementType::kF32);
    const Expr x = attributes_.align_corners ? (given + number(1)) * number(0.5) * (size - number(1))
                                             : ((given + number(1)) * size - number(1)) * number(0.5);
    if (attributes_.padding == "zeros" || attributes_.mode == "cubic") return x;
    return attributes_.padding == "border" ? clamped(x, size) : clamped(reflected(x, size), size);
  }

  Expr clamped(Expr x, Expr size) const { return min(max(x, number(0)), size - number(1)); }

  // Mirrored at the outer elements' centers or edges until it is inside.
  Expr reflected(Expr x, Expr size) const {
    const Expr low = attributes_.align_corners ? number(0) : number(-0.5);
    const Expr span = attributes_.align_corners ? max(size - number(1), number(0)) : size;
    const Expr safe = select(less(number(0), span), span, number(1));
    const Expr distance = unary(Opcode::kAbs, x - low);
    const Expr times = unary(Opcode::kFloor, div(distance, safe));
    const Expr rest = distance - times * safe;
    const Expr half = times * number(0.5);
    const Expr is_even = equal(unary(Opcode::kFloor, half), half);
    const Expr mirrored = select(is_even, rest + low, safe - rest + low);
    return select(less(number(0), span), mirrored, number(0));
  }

  std::vector<Tap> taps(size_t d) const {
    const Expr x = coordinate(d);
    if (attributes_.mode == "nearest") return {{cast(unary(Opcode::kRoundEven, x), ElementType::kI64), number(1)}};
    if (attributes_.mode == "linear") return linear_taps(x);
    std::vector<Tap> taps = cubic_taps(x, -0.75);
    for (Tap& tap : taps) {
      const Expr size = cast(extent(d), ElementType::kF32);
      const Expr place = cast(tap.place, ElementType::kF32);
      if (attributes_.padding == "border") tap.place = cast(clamped(place, size), ElementType::kI64);
      if (attributes_.padding == "reflection")
        tap.place = cast(clamped(reflected(place, size), size), ElementType::kI64);
    }
    return taps;
  }

  // The sum over the taps of the spatial dimensions from `d` on, weighted; what is outside counts as 0.
  Expr sum(size_t d, std::vector<Expr> at) const {
    if (d + 2 == index_.size()) {
      const Expr held = op_.at_or(0, at, zero(op_.pool(), op_.element(0)));
      return cast(held, ElementType::kF32);
    }
    Expr total;
    for (const Tap& tap : taps(d)) {
      std::vector<Expr> next = at;
      next.push_back(tap.place);
      const Expr part = sum(d + 1, std::move(next)) * tap.weight;
      total = total.valid() ? total + part : part;
    }
    return total;
  }

  Lowering& op_;
  const GridSample& attributes_;
  std::span<const Expr> index_;
};

void lower(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) { return Sampler(op, i).value(); });
}

}  // namespace

constinit const OpInfo kGridSample{
    .name = "grid_sample",
    .doc =
        "y[n, c, p..] = x[n, c, grid[n, p.., :]] interpolated; coordinates go from -1 to 1. Operands x, grid. ONNX "
        "GridSample-22.",
    .outside = "by `padding`: 0, the nearest element or a reflection",
    .least_operands = 2,
    .most_operands = 2,
    .schema = &schema_of<GridSample>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
