#include "ir/ops/recurrent.h"

#include <array>

#include "ir/ops/scalar_functions.h"

namespace burin::ir {
namespace {

using Operand = RecurrentOperand;

Expr scaled_tanh(Expr x, double alpha, double beta) {
  return unary(Opcode::kTanh, x * constant_like(x, beta)) * constant_like(x, alpha);
}

struct Activation {
  std::string_view name;
  Expr (*of)(Expr x, double alpha, double beta);
};

constexpr auto kActivations = std::to_array<Activation>({
    {"affine", [](Expr x, double alpha, double beta) { return x * constant_like(x, alpha) + constant_like(x, beta); }},
    {"elu", [](Expr x, double alpha, double) { return elu_of(x, {alpha, 1, 1}); }},
    {"hardsigmoid", [](Expr x, double alpha, double beta) { return hard_sigmoid_of(x, {alpha, beta}); }},
    {"leakyrelu", [](Expr x, double alpha, double) { return leaky_relu_of(x, {alpha}); }},
    {"relu", [](Expr x, double, double) { return relu_of(x); }},
    {"scaledtanh", scaled_tanh},
    {"sigmoid", [](Expr x, double, double) { return sigmoid_of(x); }},
    {"softplus", [](Expr x, double, double) { return softplus_of(x); }},
    {"softsign", [](Expr x, double, double) { return softsign_of(x); }},
    {"tanh", [](Expr x, double, double) { return unary(Opcode::kTanh, x); }},
    {"thresholdedrelu", [](Expr x, double alpha, double) { return thresholded_relu_of(x, {alpha}); }},
});

const Activation* activation_named(std::string_view name) {
  for (const Activation& activation : kActivations) {
    if (activation.name == name) return &activation;
  }
  return nullptr;
}

std::vector<std::string_view> split_names(std::string_view list) {
  std::vector<std::string_view> names;
  while (!list.empty()) {
    const size_t comma = list.find(',');
    names.push_back(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return names;
}

Status require_activations(const Inference& op, size_t expected) {
  const auto& attributes = op.attributes<Recurrent>();
  const std::vector<std::string_view> names = split_names(attributes.activations);
  if (names.size() != expected || attributes.alphas.size() != expected || attributes.betas.size() != expected) {
    return op.fault("attribute-size",
                    "attribute \"activations\": expected {} functions with alphas and betas, found {}, {} and {}",
                    expected, names.size(), attributes.alphas.size(), attributes.betas.size());
  }
  for (std::string_view name : names) {
    if (activation_named(name) == nullptr) {
      return op.fault("attribute-value", "attribute \"activations\": expected a function such as tanh, found \"{}\"",
                      name);
    }
  }
  return {};
}

Status require_shape(Inference& op, Operand operand, const Shape& expected) {
  const int i = position(operand);
  if (!op.has(i)) return {};
  if (Status status = op.require_rank(i, static_cast<int>(expected.size()), static_cast<int>(expected.size())); !status)
    return status;
  for (size_t d = 0; d < expected.size(); ++d) {
    const std::string from = fmt::format("of [{}]", text_of(expected));
    if (Status status = op.require_dimension(i, d, expected[d], from); !status) return status;
  }
  if (operand != Operand::kLengths) return op.require_same_element(0, i);
  if (is_integer(op.element(i))) return {};
  return op.fault("type-mismatch", "operand {}: expected integers, found {}", i, info(op.element(i)).name);
}

}  // namespace

Status infer_recurrent(Inference& op, int gates, int functions, int states) {
  const auto& attributes = op.attributes<Recurrent>();
  const std::string& direction = attributes.direction;
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
    return op.fault("attribute-value",
                    "attribute \"direction\": expected forward, reverse or bidirectional, found \"{}\"", direction);
  }
  const int64_t directions = direction == "bidirectional" ? 2 : 1;
  if (Status status = require_activations(op, static_cast<size_t>(functions * directions)); !status) return status;
  if (Status status = op.require_float(0); !status) return status;
  for (Operand operand : {Operand::kX, Operand::kW, Operand::kR}) {
    if (Status status = op.require_rank(position(operand), 3, 3); !status) return status;
  }
  const Expr count = op.pool().integer(directions);
  const Expr steps = op.shape(0)[0];
  const Expr batch = op.shape(0)[1];
  const Expr hidden = op.shape(position(Operand::kR))[2];
  const Expr rows = hidden * gates;
  Status status;
  status.merge(require_shape(op, Operand::kW, {count, rows, op.shape(0)[2]}));
  status.merge(require_shape(op, Operand::kR, {count, rows, hidden}));
  status.merge(require_shape(op, Operand::kBias, {count, rows * 2}));
  status.merge(require_shape(op, Operand::kLengths, {batch}));
  status.merge(require_shape(op, Operand::kInitialH, {count, batch, hidden}));
  status.merge(require_shape(op, Operand::kInitialC, {count, batch, hidden}));
  status.merge(require_shape(op, Operand::kPeepholes, {count, hidden * 3}));
  if (!status) return status;
  op.set_result(0, op.element(0), {steps, count, batch, hidden});
  for (int i = 1; i <= states; ++i) op.set_result(i, op.element(0), {count, batch, hidden});
  return {};
}

Recurrence::Recurrence(Lowering& op, int direction, int gates, int functions)
    : op_(op),
      attributes_(op.attributes<Recurrent>()),
      direction_(direction),
      reversed_(attributes_.direction == "reverse" || direction == 1),
      gates_(gates),
      functions_(functions),
      type_(compute_type(op.element(0))),
      steps_(op.shape(0)[0]),
      batch_(op.shape(0)[1]),
      hidden_(op.shape(position(Operand::kR))[2]) {
  loop_.counter = op.pool().declare({"t", kIndex, INT64_MIN, INT64_MAX, steps_});
  counter_ = op.pool().variable(loop_.counter);
  emit_input_products();
}

TensorId Recurrence::temporary(std::string_view name, Shape shape) {
  return op_.temporary(fmt::format("{}{}", name, direction_), type_, std::move(shape));
}

// products[t, b, j] = sum over i of x[t, b, i] * w[d, j, i] + biases[j]
void Recurrence::emit_input_products() {
  const Shape shape{steps_, batch_, hidden_ * gates_};
  products_ = temporary("products", shape);
  NestBuilder nest = op_.nest();
  const std::vector<Expr> i = nest.parallel(shape);
  const Expr depth = reduction_axis(nest, "d", op_.shape(0)[2]);
  const Expr x = widen(op_.at(0, std::array{i[0], i[1], depth}));
  const Expr w = widen(op_.at(position(Operand::kW), std::array{op_.pool().integer(direction_), i[2], depth}));
  const Expr sum = nest.accumulate(zero(op_.pool(), type_), [&](Expr acc) { return fma(x, w, acc); });
  nest.write(products_, i, sum + input_bias(i[2]));
  op_.emit(nest);
}

Expr Recurrence::input_bias(Expr j) const {
  if (!op_.has(position(Operand::kBias))) return zero(op_.pool(), type_);
  return widen(op_.at(position(Operand::kBias), std::array{op_.pool().integer(direction_), j}));
}

Expr Recurrence::state_bias(Expr j) const { return input_bias(j + hidden_ * gates_); }

Expr Recurrence::input_product(Expr b, Expr j) const {
  return read(op_.program, products_, std::array{step_of(b), b, j});
}

Expr Recurrence::clipped(Expr value) const {
  if (attributes_.clip <= 0) return value;
  return clamp_of(value, constant_like(value, -attributes_.clip), constant_like(value, attributes_.clip));
}

Expr Recurrence::activated(int function, Expr value) const {
  const auto at = static_cast<size_t>(direction_) * static_cast<size_t>(functions_) + static_cast<size_t>(function);
  const Activation* activation = activation_named(split_names(attributes_.activations)[at]);
  return activation->of(value, attributes_.alphas[at], attributes_.betas[at]);
}

Expr Recurrence::peephole(int gate, Expr j) const {
  if (!op_.has(position(Operand::kPeepholes))) return zero(op_.pool(), type_);
  return widen(op_.at(position(Operand::kPeepholes), std::array{op_.pool().integer(direction_), j + hidden_ * gate}));
}

TensorId Recurrence::carry(std::string_view name, RecurrentOperand initial) {
  const Shape shape{batch_, hidden_};
  const TensorId start = temporary(fmt::format("{}_initial", name), shape);
  NestBuilder nest = op_.nest();
  const std::vector<Expr> i = nest.parallel(shape);
  const bool given = op_.has(position(initial));
  nest.write(start, i,
             given ? widen(op_.at(position(initial), std::array{op_.pool().integer(direction_), i[0], i[1]}))
                   : zero(op_.pool(), type_));
  op_.emit(nest);
  const TensorId state = temporary(name, shape);
  loop_.carried.push_back({state, start, {}});
  return state;
}

// g[b, j] = sum over k of state[b, k] * r[d, j, k] + input[b, j] + biases[j]
TensorId Recurrence::gates(std::string_view name, int first, int count, TensorId state, InputProducts products) {
  const Shape shape{batch_, hidden_ * count};
  const TensorId result = temporary(name, shape);
  NestBuilder nest = op_.nest();
  const std::vector<Expr> i = nest.parallel(shape);
  const Expr row = i[1] + hidden_ * first;
  const Expr depth = reduction_axis(nest, "d", hidden_);
  const Expr h = read(op_.program, state, std::array{i[0], depth});
  const Expr r = widen(op_.at(position(Operand::kR), std::array{op_.pool().integer(direction_), row, depth}));
  const bool added = products == InputProducts::kAdded;
  const Expr rest = added ? input_product(i[0], row) + state_bias(row) : state_bias(row);
  const Expr sum = nest.accumulate(zero(op_.pool(), type_), [&](Expr acc) { return fma(h, r, acc); });
  nest.write(result, i, sum + rest);
  add(nest);
  return result;
}

// Lengths come with the data: whatever they are, they count as 0 to T.
Expr Recurrence::length(Expr b) const {
  const Expr given = cast(op_.at(position(Operand::kLengths), {&b, 1}), ElementType::kI64);
  return min(max(given, op_.pool().integer(0)), steps_);
}

Expr Recurrence::is_active(Expr b) const { return less(counter_, length(b)); }

Expr Recurrence::step_of(Expr b) const {
  if (!reversed_) return counter_;
  if (!op_.has(position(Operand::kLengths))) return steps_ - 1 - counter_;
  return select(is_active(b), length(b) - 1 - counter_, counter_);
}

void Recurrence::set_next(TensorId state, TensorId next) {
  for (Carried& carried : loop_.carried) {
    if (carried.tensor == state) carried.next = next;
  }
}

void Recurrence::write_step(TensorId h) {
  TensorId next;
  for (const Carried& carried : loop_.carried) {
    if (carried.tensor == h) next = carried.next;
  }
  NestBuilder nest = op_.nest();
  const std::vector<Expr> i = nest.parallel({batch_, hidden_});
  Expr value = read(op_.program, next, i);
  if (op_.has(position(Operand::kLengths))) value = select(is_active(i[0]), value, zero(op_.pool(), type_));
  nest.write(op_.result(0), {step_of(i[0]), op_.pool().integer(direction_), i[0], i[1]},
             narrow(value, op_.result_element(0)));
  add(nest);
}

void Recurrence::emit(int first_result) {
  const std::vector<Carried> carried = loop_.carried;
  op_.program.body.push_back({std::move(loop_)});
  for (size_t k = 0; k < carried.size(); ++k) {
    const int result = first_result + static_cast<int>(k);
    if (result >= op_.result_count()) continue;
    NestBuilder nest = op_.nest();
    const std::vector<Expr> i = nest.parallel({batch_, hidden_});
    const Expr value = narrow(read(op_.program, carried[k].tensor, i), op_.result_element(result));
    nest.write(op_.result(result), {op_.pool().integer(direction_), i[0], i[1]}, value);
    op_.emit(nest);
  }
}

}  // namespace burin::ir
