#include "ir/run/lane_functions.h"

#include <array>
#include <cmath>

namespace burin::ir {
namespace {

void any_lanes(const LaneOperation& operation, const Scalar* a, const Scalar* b, const Scalar* c, Scalar* out,
               int lanes) {
  Scalar values[3];
  for (int i = 0; i < lanes; ++i) {
    values[0] = a[i];
    if (operation.operands > 1) values[1] = b[i];
    if (operation.operands > 2) values[2] = c[i];
    out[i] = apply(operation.opcode, operation.in, operation.out, {values, static_cast<size_t>(operation.operands)});
  }
}

template <auto kCompute>
void f32_lanes(const LaneOperation&, const Scalar* a, const Scalar* b, const Scalar* c, Scalar* out, int lanes) {
  for (int i = 0; i < lanes; ++i) {
    const auto x = static_cast<float>(a[i].number);
    if constexpr (requires { kCompute(x); }) {
      out[i].number = kCompute(x);
    } else if constexpr (requires { kCompute(x, x); }) {
      out[i].number = kCompute(x, static_cast<float>(b[i].number));
    } else {
      out[i].number = kCompute(x, static_cast<float>(b[i].number), static_cast<float>(c[i].number));
    }
  }
}

template <auto kCompute>
void f64_lanes(const LaneOperation&, const Scalar* a, const Scalar* b, const Scalar* c, Scalar* out, int lanes) {
  for (int i = 0; i < lanes; ++i) {
    if constexpr (requires { kCompute(0.0, 0.0); }) {
      out[i].number = kCompute(a[i].number, b[i].number);
    } else {
      out[i].number = kCompute(a[i].number, b[i].number, c[i].number);
    }
  }
}

template <auto kCompute>
void i64_lanes(const LaneOperation&, const Scalar* a, const Scalar* b, const Scalar*, Scalar* out, int lanes) {
  for (int i = 0; i < lanes; ++i) {
    out[i].integer =
        static_cast<int64_t>(kCompute(static_cast<uint64_t>(a[i].integer), static_cast<uint64_t>(b[i].integer)));
  }
}

template <auto kCompute>
void i64_compare(const LaneOperation&, const Scalar* a, const Scalar* b, const Scalar*, Scalar* out, int lanes) {
  for (int i = 0; i < lanes; ++i) out[i].integer = kCompute(a[i].integer, b[i].integer) ? 1 : 0;
}

void select_lanes(const LaneOperation&, const Scalar* a, const Scalar* b, const Scalar* c, Scalar* out, int lanes) {
  for (int i = 0; i < lanes; ++i) out[i] = a[i].integer != 0 ? b[i] : c[i];
}

template <class T>
T sum(T a, T b) {
  return a + b;
}
template <class T>
T difference(T a, T b) {
  return a - b;
}
template <class T>
T product(T a, T b) {
  return a * b;
}
template <class T>
T quotient(T a, T b) {
  return a / b;
}
template <class T>
T least(T a, T b) {
  return a < b ? a : b;
}
template <class T>
T greatest(T a, T b) {
  return a > b ? a : b;
}
float fused(float a, float b, float c) { return std::fma(a, b, c); }
double fused_double(double a, double b, double c) { return std::fma(a, b, c); }
float negation(float a) { return -a; }
float magnitude(float a) { return std::fabs(a); }
float root(float a) { return std::sqrt(a); }
bool is_less(int64_t a, int64_t b) { return a < b; }
bool is_less_or_equal(int64_t a, int64_t b) { return a <= b; }
bool is_equal(int64_t a, int64_t b) { return a == b; }

struct Row {
  Opcode opcode;
  ElementType in;
  LaneFunction function;
};

constexpr auto kRows = std::to_array<Row>({
    {Opcode::kAdd, ElementType::kF32, f32_lanes<sum<float>>},
    {Opcode::kSub, ElementType::kF32, f32_lanes<difference<float>>},
    {Opcode::kMul, ElementType::kF32, f32_lanes<product<float>>},
    {Opcode::kDiv, ElementType::kF32, f32_lanes<quotient<float>>},
    {Opcode::kMin, ElementType::kF32, f32_lanes<least<float>>},
    {Opcode::kMax, ElementType::kF32, f32_lanes<greatest<float>>},
    {Opcode::kFma, ElementType::kF32, f32_lanes<fused>},
    {Opcode::kNegate, ElementType::kF32, f32_lanes<negation>},
    {Opcode::kAbs, ElementType::kF32, f32_lanes<magnitude>},
    {Opcode::kSqrt, ElementType::kF32, f32_lanes<root>},
    {Opcode::kAdd, ElementType::kF64, f64_lanes<sum<double>>},
    {Opcode::kSub, ElementType::kF64, f64_lanes<difference<double>>},
    {Opcode::kMul, ElementType::kF64, f64_lanes<product<double>>},
    {Opcode::kFma, ElementType::kF64, f64_lanes<fused_double>},
    {Opcode::kAdd, ElementType::kI64, i64_lanes<sum<uint64_t>>},
    {Opcode::kSub, ElementType::kI64, i64_lanes<difference<uint64_t>>},
    {Opcode::kMul, ElementType::kI64, i64_lanes<product<uint64_t>>},
    {Opcode::kLess, ElementType::kI64, i64_compare<is_less>},
    {Opcode::kLessEqual, ElementType::kI64, i64_compare<is_less_or_equal>},
    {Opcode::kEqual, ElementType::kI64, i64_compare<is_equal>},
});

}  // namespace

LaneFunction lane_function(const LaneOperation& operation) {
  if (operation.opcode == Opcode::kSelect) return select_lanes;
  for (const Row& row : kRows) {
    if (row.opcode == operation.opcode && row.in == operation.in) return row.function;
  }
  return any_lanes;
}

}  // namespace burin::ir
