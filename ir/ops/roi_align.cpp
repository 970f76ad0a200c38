// Regions of an image, resampled to one size.
#include <array>

#include "ir/ops/indexing.h"
#include "ir/ops/lowering.h"
#include "ir/ops/sampling.h"

namespace burin::ir {
namespace {

enum Operand { kImage, kRegions, kBatch };

// image: [N, C, H, W], regions: [R, 4] as x1, y1, x2, y2, batch: [R]
Status infer(Inference& op) {
  const RoiAlign& attributes = op.attributes<RoiAlign>();
  if (Status status = op.require_rank(kImage, 4, 4); !status) return status;
  if (Status status = op.require_rank(kRegions, 2, 2); !status) return status;
  if (Status status = op.require_rank(kBatch, 1, 1); !status) return status;
  if (Status status = op.require_float(kImage); !status) return status;
  if (Status status = op.require_same_element(kImage, kRegions); !status) return status;
  if (Status status = require_indices(op, kBatch); !status) return status;
  if (attributes.mode != "avg" && attributes.mode != "max") {
    return op.fault("attribute-range", "attribute \"mode\": expected avg or max, found \"{}\"", attributes.mode);
  }
  if (Status status = op.require_same_dimension(kRegions, 0, kBatch, 0); !status) return status;
  if (Status status = op.require_dimension(kRegions, 1, op.pool().integer(4), "x1, y1, x2, y2"); !status) return status;
  const Shape shape{op.shape(kRegions)[0], op.shape(kImage)[1], op.pool().integer(attributes.height),
                    op.pool().integer(attributes.width)};
  op.set_result(0, op.element(kImage), shape);
  Status status;
  for (const size_t d : {0, 2, 3}) status.merge(require_elements(op, kImage, d, shape));
  return status;
}

// One axis of the image, seen from one region.
struct Side {
  Expr start;  // of the region, f32
  Expr bin;    // size of one place of the result
  Expr grid;   // samples in a bin, i64
  Expr most;   // the most that could be, the extent of the axis over samples
};

class Region {
 public:
  Region(Lowering& op, Expr region) : op_(op), attributes_(op.attributes<RoiAlign>()), region_(region) {}

  Side side(int64_t corner, size_t dimension, int64_t places) const {
    const Expr offset = number(attributes_.half_pixel ? 0.5 : 0);
    const Expr start = corner_at(corner) * number(attributes_.scale) - offset;
    const Expr end = corner_at(corner + 2) * number(attributes_.scale) - offset;
    const Expr size = attributes_.half_pixel ? end - start : max(end - start, number(1));
    const Expr bin = div(size, number(static_cast<double>(places)));
    if (attributes_.samples > 0) {
      const Expr samples = op_.pool().integer(attributes_.samples);
      return {start, bin, samples, samples};
    }
    // As many samples as the bin has elements; a region larger than the image gets no more than the image has.
    const Expr most = ceil_div(op_.shape(kImage)[dimension], places) + 1;
    return {start, bin, min(max(cast(unary(Opcode::kCeil, bin), ElementType::kI64), op_.pool().integer(0)), most),
            most};
  }

  // Where sample `i` of place `p` is.
  Expr coordinate(const Side& side, Expr p, Expr i) const {
    const Expr samples = cast(max(side.grid, op_.pool().integer(1)), ElementType::kF32);
    return side.start + cast(p, ElementType::kF32) * side.bin +
           div((cast(i, ElementType::kF32) + number(0.5)) * side.bin, samples);
  }

  // Weights and places along one dimension; weights are 0 beyond one element outside.
  std::vector<Tap> taps(Expr coordinate, Expr extent) const {
    const Expr size = cast(extent, ElementType::kF32);
    const Expr is_inside = logical_and(less_equal(number(-1), coordinate), less_equal(coordinate, size));
    std::vector<Tap> taps = linear_taps(min(max(coordinate, number(0)), size - number(1)));
    for (Tap& tap : taps) {
      tap.place = min(max(tap.place, op_.pool().integer(0)), extent - 1);
      tap.weight = select(is_inside, tap.weight, number(0));
    }
    return taps;
  }

  Expr number(double value) const { return op_.pool().floating(value, {ElementType::kF32, 1}); }

 private:
  Expr corner_at(int64_t k) const {
    return cast(op_.at(kRegions, std::array{region_, op_.pool().integer(k)}), ElementType::kF32);
  }

  Lowering& op_;
  const RoiAlign& attributes_;
  Expr region_;
};

void lower(Lowering& op) {
  const RoiAlign& attributes = op.attributes<RoiAlign>();
  const bool is_average = attributes.mode == "avg";
  NestBuilder nest = op.nest();
  const std::vector<Expr> i = nest.parallel(op.result_shape(0));
  const Region region(op, i[0]);
  const Side rows = region.side(1, 2, attributes.height);
  const Side columns = region.side(0, 3, attributes.width);
  const Expr a = nest.reduction("a", rows.most);
  const Expr b = nest.reduction("b", columns.most);
  const Expr batch = wrapped_index(op.at(kBatch, std::span(i).first(1)), op.shape(kImage)[0]);
  const Expr counts = logical_and(less(a, rows.grid), less(b, columns.grid));
  const Expr none = is_average ? region.number(0) : lowest(op.pool(), ElementType::kF32);
  Expr sample;
  for (const Tap& y : region.taps(region.coordinate(rows, i[2], a), op.shape(kImage)[2])) {
    for (const Tap& x : region.taps(region.coordinate(columns, i[3], b), op.shape(kImage)[3])) {
      const Expr held = cast(read_checked(op, kImage, std::array{batch, i[1], y.place, x.place}), ElementType::kF32);
      const Expr part = held * y.weight * x.weight;
      sample = !sample.valid() ? part : is_average ? sample + part : max(sample, part);
    }
  }
  const Expr value = nest.accumulate(none, [&](Expr held) {
    const Expr next = is_average ? held + sample : max(held, sample);
    return select(counts, next, held);
  });
  const Expr samples = rows.grid * columns.grid;
  const Expr divisor = cast(max(samples, op.pool().integer(1)), ElementType::kF32);
  const Expr mean =
      is_average ? div(value, divisor) : select(less(op.pool().integer(0), samples), value, region.number(0));
  nest.write(op.result(0), i, cast(mean, op.result_element(0)));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kRoiAlign{
    .name = "roi_align",
    .doc =
        "The mean (or greatest weighted element) of bilinear samples in each of `height` x `width` bins of each "
        "region. "
        "Operands image [N,C,H,W], regions [R,4], batch [R]. ONNX RoiAlign-22.",
    .outside =
        "the nearest batch is read, and samples outside count as 0; where the axis has no elements, refused when "
        "compiling or by `prepare`",
    .least_operands = 3,
    .most_operands = 3,
    .schema = &schema_of<RoiAlign>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
