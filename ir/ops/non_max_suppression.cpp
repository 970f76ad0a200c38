// Greedy selection of boxes: the best one of what is left, again and again, each time leaving out what overlaps it.
#include <array>

#include "ir/ops/indexing.h"
#include "ir/ops/lowering.h"

namespace burin::ir {
namespace {

enum Operand { kBoxes, kScores, kMost, kOverlap, kScore };

// boxes: [B, N, 4], scores: [B, C, N]
Status infer(Inference& op) {
  if (Status status = op.require_rank(kBoxes, 3, 3); !status) return status;
  if (Status status = op.require_rank(kScores, 3, 3); !status) return status;
  for (int i : {kBoxes, kScores, kOverlap, kScore}) {
    if (op.has(i) && op.element(i) != ElementType::kF32) {
      return op.fault("type-mismatch", "operand {}: expected f32, found {}", i, info(op.element(i)).name);
    }
  }
  if (op.has(kMost) && op.element(kMost) != ElementType::kI64) {
    return op.fault("type-mismatch", "operand 2: expected i64, found {}", info(op.element(kMost)).name);
  }
  for (int i : {kMost, kOverlap, kScore}) {
    if (op.has(i) && static_element_count(op.shape(i)) != 1) {
      return op.fault("shape-mismatch", "operand {}: expected 1 element, found [{}]", i, text_of(op.shape(i)));
    }
  }
  if (Status status = op.require_same_dimension(kBoxes, 0, kScores, 0); !status) return status;
  if (Status status = op.require_same_dimension(kBoxes, 1, kScores, 2); !status) return status;
  if (Status status = op.require_dimension(kBoxes, 2, op.pool().integer(4), "two corners"); !status) return status;
  const std::string name = op.graph().values[op.op().results[0]].name + ".count";
  const Expr count = op.opaque_count(name, element_count(op.shape(kScores), op.pool()));
  op.set_result(0, ElementType::kI64, {count, op.pool().integer(3)});
  return {};
}

struct Box {
  std::array<Expr, 2> low, high;  // of both coordinates
};

class Suppression {
 public:
  explicit Suppression(Lowering& op)
      : op_(op), shape_(op.shape(kScores)), rows_{shape_[0], shape_[1]}, steps_(most_steps()) {}

  void lower() {
    const TensorId start = op_.temporary("candidates", ElementType::kF32, shape_);
    const TensorId left = op_.temporary("left", ElementType::kF32, shape_);
    const TensorId chosen = op_.temporary("chosen", ElementType::kI64, {shape_[0], shape_[1], steps_});
    write_candidates(start);
    For loop;
    loop.counter = op_.pool().declare({"t", kIndex, INT64_MIN, INT64_MAX, steps_});
    const Expr step = op_.pool().variable(loop.counter);
    const TensorId best = op_.temporary("best", ElementType::kI64, rows_);
    const TensorId next = op_.temporary("next", ElementType::kF32, shape_);
    find_best(loop, left, best, chosen, step);
    leave_out(loop, left, best, next);
    loop.carried.push_back({left, start, next});
    op_.program.body.push_back({std::move(loop)});
    collect(chosen);
  }

 private:
  Expr number(double value) const { return op_.pool().floating(value, {ElementType::kF32, 1}); }
  Expr nothing() const { return lowest(op_.pool(), ElementType::kF32); }

  Expr single(int operand, Expr otherwise) const {
    if (!op_.has(operand)) return otherwise;
    return op_.at(operand, std::vector<Expr>(op_.shape(operand).size(), op_.pool().integer(0)));
  }

  // At most one step per box, and fewer where the operand is known.
  Expr most_steps() const {
    if (!op_.has(kMost)) return op_.pool().integer(0);
    const std::optional<std::vector<Expr>>& known = op_.value(kMost).elements;
    const Expr boxes = op_.shape(kBoxes)[1];
    return known ? min(max(known->at(0), op_.pool().integer(0)), boxes) : boxes;
  }

  void write_candidates(TensorId start) {
    NestBuilder nest = op_.nest();
    const std::vector<Expr> i = nest.parallel(shape_);
    const Expr score = op_.at(kScores, i);
    nest.write(start, i, op_.has(kScore) ? select(less(single(kScore, {}), score), score, nothing()) : score);
    op_.emit(nest);
  }

  void find_best(For& loop, TensorId left, TensorId best, TensorId chosen, Expr step) {
    NestBuilder nest = op_.nest();
    std::vector<Expr> row = nest.parallel(rows_);
    const Expr n = reduction_axis(nest, "n", shape_[2]);
    const Expr score = read(op_.program, left, std::array{row[0], row[1], n});
    const Expr value = nest.accumulator(nothing());
    const Expr place = nest.accumulator(op_.pool().integer(-1));
    const Expr is_better = less(value, score);
    nest.combine(value, select(is_better, score, value));
    nest.combine(place, select(is_better, n, place));
    nest.write(best, row, place);
    loop.body.push_back({nest.take()});

    NestBuilder copy = op_.nest();
    row = copy.parallel(rows_);
    const Expr wanted = less(step, single(kMost, op_.pool().integer(0)));
    copy.write(chosen, {row[0], row[1], step}, select(wanted, read(op_.program, best, row), op_.pool().integer(-1)));
    loop.body.push_back({copy.take()});
  }

  Box box(Expr batch, Expr n) const {
    const auto coordinate = [&](int64_t k) { return op_.at(kBoxes, std::array{batch, n, op_.pool().integer(k)}); };
    Box box;
    for (int64_t d = 0; d < 2; ++d) {
      const auto at = static_cast<size_t>(d);
      const Expr first = coordinate(d);
      const Expr second = coordinate(d + 2);
      if (op_.attributes<NonMaxSuppression>().centered) {
        box.low[at] = first - second * number(0.5);
        box.high[at] = first + second * number(0.5);
      } else {
        box.low[at] = min(first, second);
        box.high[at] = max(first, second);
      }
    }
    return box;
  }

  Expr area(const Box& box) const { return (box.high[0] - box.low[0]) * (box.high[1] - box.low[1]); }

  // Whether intersection over union is above the threshold.
  Expr overlaps(const Box& a, const Box& b) const {
    Expr shared = number(1);
    for (size_t d = 0; d < 2; ++d)
      shared = shared * max(min(a.high[d], b.high[d]) - max(a.low[d], b.low[d]), number(0));
    const Expr together = area(a) + area(b) - shared;
    const Expr is_area = less(number(0), together);
    const Expr ratio = div(shared, select(is_area, together, number(1)));
    return logical_and(is_area, less(single(kOverlap, number(0)), ratio));
  }

  void leave_out(For& loop, TensorId left, TensorId best, TensorId next) {
    NestBuilder nest = op_.nest();
    const std::vector<Expr> i = nest.parallel(shape_);
    const Expr place = read(op_.program, best, std::span(i).first(2));
    const Expr inside = min(max(place, op_.pool().integer(0)), shape_[2] - 1);
    const Expr goes = logical_or(equal(i[2], place), overlaps(box(i[0], i[2]), box(i[0], inside)));
    nest.write(next, i, select(goes, nothing(), read(op_.program, left, i)));
    loop.body.push_back({nest.take()});
  }

  void collect(TensorId chosen) {
    Compact compact;
    compact.origin.push_back(op_.op().origin);
    std::vector<Expr> index;
    for (const Expr extent : {shape_[0], shape_[1], steps_}) {
      const VariableId axis =
          op_.pool().declare({"i" + std::to_string(index.size()), kIndex, INT64_MIN, INT64_MAX, extent});
      compact.axes.push_back({axis, AxisKind::kSequential});
      index.push_back(op_.pool().variable(axis));
    }
    const Expr place = read(op_.program, chosen, index);
    compact.count = variable_of(op_.result_shape(0)[0]);
    compact.position =
        op_.pool().declare({"position", kIndex, INT64_MIN, INT64_MAX, element_count(shape_, op_.pool())});
    compact.where = less_equal(op_.pool().integer(0), place);
    const Expr row = op_.pool().variable(compact.position);
    const Expr values[] = {index[0], index[1], place};
    for (int64_t k = 0; k < 3; ++k) {
      compact.writes.push_back({op_.result(0), {row, op_.pool().integer(k)}, values[k], {}});
    }
    op_.program.body.push_back({std::move(compact)});
  }

  Lowering& op_;
  Shape shape_;  // of the scores
  Shape rows_;   // batch and class
  Expr steps_;
};

void lower(Lowering& op) { Suppression(op).lower(); }

}  // namespace

constinit const OpInfo kNonMaxSuppression{
    .name = "non_max_suppression",
    .doc =
        "Of every class the boxes by descending score, without those that overlap a better one: rows of batch, class, "
        "box. Operands boxes [B,N,4], scores [B,C,N], then single elements: how many per class, the largest overlap, "
        "the least score. ONNX NonMaxSuppression-11.",
    .least_operands = 2,
    .most_operands = 5,
    .schema = &schema_of<NonMaxSuppression>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
