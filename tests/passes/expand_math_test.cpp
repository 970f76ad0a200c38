// The expansions of mathematical functions, evaluated by the interpreter's arithmetic over all of the range of f32 and f64 and
// compared with the C library, which computes f32 in f64 and f64 in long double. The tables below are the promised accuracy.
#include "passes/expand_math.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "ir/expr/walk.h"
#include "ir/run/tape.h"

namespace burin::passes {
namespace {

using ir::ElementType;
using ir::Expr;
using ir::ExprPool;
using ir::Opcode;
using ir::Scalar;
using Reference = long double (*)(long double);

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// An expanded function of one or two variables, ready to run.
class Expanded {
 public:
  Expanded(Opcode opcode, ElementType element, int arity) {
    std::vector<Expr> operands;
    for (int i = 0; i < arity; ++i) {
      operands.push_back(pool_.variable(pool_.declare({"x", {element, 1}, INT64_MIN, INT64_MAX, {}})));
    }
    variables_ = operands;
    root_ = expand_math(pool_.make(opcode, operands));
    tape_ = ir::make_tape({&root_, 1});
  }

  Expr root() const { return root_; }
  int operations() const { return static_cast<int>(tape_.instructions.size()); }

  std::vector<double> run(const std::vector<std::vector<double>>& inputs) const {
    const size_t count = inputs[0].size();
    std::vector<double> results(count);
    for (size_t first = 0; first < count; first += ir::kBlock) {
      const int points = static_cast<int>(std::min<size_t>(ir::kBlock, count - first));
      run_block(inputs, first, points, results.data() + first);
    }
    return results;
  }

  double operator()(double x, double y = 0) const { return run({{x}, {y}})[0]; }

 private:
  void run_block(const std::vector<std::vector<double>>& inputs, size_t first, int points, double* results) const {
    std::vector<std::vector<Scalar>> slots(static_cast<size_t>(tape_.slots), std::vector<Scalar>(ir::kBlock));
    for (const ir::Instruction& instruction : tape_.instructions) {
      std::vector<Scalar>& out = slots[static_cast<size_t>(instruction.result)];
      if (instruction.node->opcode == Opcode::kConstant) {
        for (Scalar& value : out) value.integer = instruction.node->payload;  // a float's payload is its bits
        continue;
      }
      if (instruction.node->opcode == Opcode::kVariable) {
        const size_t which = instruction.node == variables_[0] ? 0 : 1;
        for (int i = 0; i < points; ++i)
          out[static_cast<size_t>(i)].number = inputs[which][first + static_cast<size_t>(i)];
        continue;
      }
      std::vector<const Scalar*> operands;
      for (int slot : instruction.operands) operands.push_back(slots[static_cast<size_t>(slot)].data());
      ir::apply_block(instruction.node->opcode, instruction.in, instruction.out, operands, out.data(), points);
    }
    for (int i = 0; i < points; ++i)
      results[i] = slots[static_cast<size_t>(tape_.roots[0])][static_cast<size_t>(i)].number;
  }

  ExprPool pool_;
  std::vector<Expr> variables_;
  Expr root_;
  ir::Tape tape_;
};

// Distance between two numbers of the format around the exact result.
long double unit_in_last_place(long double exact, ElementType element) {
  const bool f32 = element == ElementType::kF32;
  const int precision = f32 ? 24 : 53;
  const int lowest = f32 ? -149 : -1074;
  if (exact == 0 || !std::isfinite(exact)) return std::ldexp(1.0L, lowest);
  return std::ldexp(1.0L, std::max(std::ilogb(exact) - (precision - 1), lowest));
}

double largest(ElementType element) {
  return element == ElementType::kF32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
}

struct Worst {
  double error = 0;
  std::string at = "nowhere";
};

void compare(double actual, long double exact, ElementType element, const std::string& at, Worst& worst) {
  long double error = 0;
  const long double unit = unit_in_last_place(exact, element);
  if (std::isnan(exact) || std::isnan(actual)) {
    error = std::isnan(exact) == std::isnan(actual) ? 0 : kInfinity;
  } else if (std::fabs(exact) > largest(element)) {
    // Overflow: infinity, or the largest number when the excess is below the error allowed.
    error = std::signbit(actual) == std::signbit(exact) && std::fabs(actual) >= largest(element) ? 0 : kInfinity;
  } else if (std::isinf(actual)) {
    error = (largest(element) - std::fabs(exact)) / unit + 1;
  } else {
    error = std::fabs(actual - exact) / unit;
  }
  if (!(error <= worst.error))
    worst = {static_cast<double>(error), fmt::format("{}: {} instead of {}", at, actual, static_cast<double>(exact))};
}

// Every exponent with many fractions, both signs; then the neighbourhood of 1, where functions have their zeros and poles; and
// even steps over the range where most of them are neither constant nor linear.
std::vector<double> samples(ElementType element) {
  std::mt19937_64 random(1);
  std::vector<double> values = {0.0, -0.0, 1.0, -1.0, kInfinity, -kInfinity, kNan, largest(element), -largest(element)};
  const bool f32 = element == ElementType::kF32;
  const auto add = [&](double value) {
    const double rounded = f32 ? static_cast<float>(value) : value;
    values.push_back(rounded);
    values.push_back(-rounded);
  };
  const int low = f32 ? -149 : -1074;
  const int high = f32 ? 127 : 1023;
  std::uniform_real_distribution<double> fraction(1, 2);
  for (int exponent = low; exponent <= high; ++exponent) {
    for (int i = 0; i < (f32 ? 200 : 40); ++i) add(std::ldexp(fraction(random), exponent));
    add(std::ldexp(1.0, exponent));
  }
  std::uniform_real_distribution<double> near(-1, 1);
  for (int exponent = -30; exponent < 0; ++exponent) {
    for (int i = 0; i < 50; ++i) add(1 + std::ldexp(near(random), exponent));
  }
  for (int i = 0; i < 60000; ++i) add(i * (f32 ? 0.0021 : 0.0137) + near(random) * 0.001);
  return values;
}

struct Accuracy {
  Opcode opcode;
  Reference reference;
  double f32;  // largest error in units in the last place
  double f64;
  double domain = kInfinity;  // for f64
};

// exp and log are one polynomial and a last sum whose rounding dominates. sin and cos add the reduction's, tan divides one by
// the other. tanh and erf in f32 are quotients of polynomials, chosen for speed: near 1, where units are half as large, the
// roundings of both count. The inverse hyperbolic functions put a root and a quotient before a logarithm.
const Accuracy kAccuracies[] = {
    {Opcode::kExp, std::exp, 1.0, 1.0},     {Opcode::kLog, std::log, 1.0, 1.0},
    {Opcode::kSin, std::sin, 1.5, 1.5},     {Opcode::kCos, std::cos, 1.5, 1.5},
    {Opcode::kTan, std::tan, 3.0, 3.0},     {Opcode::kAsin, std::asin, 2.0, 2.0},
    {Opcode::kAcos, std::acos, 1.5, 1.5},   {Opcode::kAtan, std::atan, 1.5, 1.5},
    {Opcode::kSinh, std::sinh, 1.5, 1.5},   {Opcode::kCosh, std::cosh, 1.5, 1.5},
    {Opcode::kTanh, std::tanh, 4.0, 1.5},   {Opcode::kAsinh, std::asinh, 2.0, 2.0},
    {Opcode::kAcosh, std::acosh, 2.0, 2.0}, {Opcode::kAtanh, std::atanh, 2.0, 2.0},
    {Opcode::kErf, std::erf, 4.0, 1.5},
};

void check_accuracy(const Accuracy& row, ElementType element, double bound, double domain) {
  const Expanded function(row.opcode, element, 1);
  std::vector<double> xs = samples(element);
  std::erase_if(xs, [&](double x) { return std::isfinite(x) && std::fabs(x) >= domain; });
  const std::vector<double> results = function.run({xs});
  Worst worst;
  for (size_t i = 0; i < xs.size(); ++i)
    compare(results[i], row.reference(xs[i]), element, fmt::format("x = {:a}", xs[i]), worst);
  EXPECT_LE(worst.error, bound) << ir::info(row.opcode).name << " at " << worst.at;
}

TEST(ExpandMath, f32_functions_are_within_their_error) {
  for (const Accuracy& row : kAccuracies) check_accuracy(row, ElementType::kF32, row.f32, kInfinity);
}

TEST(ExpandMath, f64_functions_are_within_their_error) {
  for (const Accuracy& row : kAccuracies) check_accuracy(row, ElementType::kF64, row.f64, row.domain);
}

// Equal, where all NaN are equal and zeros have signs.
void expect_same(double actual, double expected, const std::string& what) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << what << " gave " << actual;
  } else {
    EXPECT_EQ(std::bit_cast<uint64_t>(actual), std::bit_cast<uint64_t>(expected)) << what << " gave " << actual;
  }
}

TEST(ExpandMath, special_values_are_exact) {
  for (ElementType element : {ElementType::kF32, ElementType::kF64}) {
    for (const Accuracy& row : kAccuracies) {
      const Expanded function(row.opcode, element, 1);
      for (double x : {0.0, -0.0, kInfinity, -kInfinity, kNan}) {
        const long double exact = row.reference(x);
        // Where the limit is a multiple of pi, the nearest number of the format.
        const double expected = element == ElementType::kF32 ? static_cast<float>(exact) : static_cast<double>(exact);
        expect_same(function(x), expected, fmt::format("{}({})", ir::info(row.opcode).name, x));
      }
    }
  }
}

TEST(ExpandMath, functions_leave_their_domain_as_nan) {
  for (ElementType element : {ElementType::kF32, ElementType::kF64}) {
    for (double x : {-0.5, -1.5, -1e30, 1.0000001, 2.0, 1e30}) {
      const double rounded = element == ElementType::kF32 ? static_cast<float>(x) : x;
      EXPECT_EQ(std::isnan(Expanded(Opcode::kLog, element, 1)(rounded)), rounded < 0);
      EXPECT_EQ(std::isnan(Expanded(Opcode::kAcosh, element, 1)(rounded)), rounded < 1);
      EXPECT_EQ(std::isnan(Expanded(Opcode::kAsin, element, 1)(rounded)), std::fabs(rounded) > 1);
      EXPECT_EQ(std::isnan(Expanded(Opcode::kAtanh, element, 1)(rounded)), std::fabs(rounded) > 1);
    }
  }
}

TEST(ExpandMath, exp_underflows_gradually) {
  const Expanded exp32(Opcode::kExp, ElementType::kF32, 1);
  EXPECT_EQ(exp32(-103.5), 0x1p-149);
  EXPECT_EQ(exp32(-104.5), 0.0);
  EXPECT_NEAR(exp32(-90) / std::exp(-90.0), 1, 1e-4);  // a subnormal number of 11 bits
  EXPECT_EQ(exp32(88.75), kInfinity);
}

// Values of exact arithmetic. The last angle is the f64 that is nearest to an odd multiple of pi/2, relative to its size.
TEST(ExpandMath, huge_angles_in_f64_are_reduced_exactly) {
  const Expanded sine(Opcode::kSin, ElementType::kF64, 1);
  const Expanded cosine(Opcode::kCos, ElementType::kF64, 1);
  const Expanded tangent(Opcode::kTan, ElementType::kF64, 1);
  EXPECT_DOUBLE_EQ(sine(1e22), -0.8522008497671888);
  EXPECT_DOUBLE_EQ(sine(-1e300), 0.8178819121159085);
  EXPECT_DOUBLE_EQ(cosine(1e300), -0.5753861119575491);
  EXPECT_DOUBLE_EQ(sine(1.7976931348623157e308), 0.004961954789184062);
  const double nearly_odd = std::ldexp(6381956970095103.0, 797);
  EXPECT_DOUBLE_EQ(cosine(nearly_odd), -4.687165924254628e-19);
  EXPECT_DOUBLE_EQ(tangent(nearly_odd), -2.133485385753704e18);
}

std::vector<double> rounded_to(ElementType element, std::vector<double> values) {
  if (element == ElementType::kF32) {
    for (double& value : values) value = static_cast<float>(value);
  }
  return values;
}

TEST(ExpandMath, pow_follows_c_on_special_values) {
  const double specials[] = {0.0,
                             -0.0,
                             1,
                             -1,
                             2,
                             -2,
                             3,
                             -3,
                             0.5,
                             -0.5,
                             1.5,
                             -2.5,
                             1e30,
                             -1e30,
                             1e-30,
                             0x1p24,
                             0x1.000002p24,
                             0x1p53,
                             16777215,
                             9007199254740991,
                             kInfinity,
                             -kInfinity,
                             kNan};
  for (ElementType element : {ElementType::kF32, ElementType::kF64}) {
    const Expanded power(Opcode::kPow, element, 2);
    for (double x : specials) {
      for (double y : specials) {
        const std::vector<double> pair = rounded_to(element, {x, y});
        const double exact = std::pow(pair[0], pair[1]);
        const double expected = element == ElementType::kF32 ? static_cast<float>(exact) : exact;
        if (std::isfinite(expected) && expected != 0) {
          EXPECT_NEAR(power(pair[0], pair[1]) / expected, 1, element == ElementType::kF32 ? 2e-7 : 5e-16)
              << x << "^" << y;
        } else {
          expect_same(power(pair[0], pair[1]), expected, fmt::format("{}^{}", x, y));
        }
      }
    }
  }
}

TEST(ExpandMath, pow_is_within_its_error) {
  std::mt19937_64 random(2);
  for (ElementType element : {ElementType::kF32, ElementType::kF64}) {
    const double range = element == ElementType::kF32 ? 150 : 1080;
    std::uniform_real_distribution<double> exponent(-range, range), fraction(1, 2);
    std::vector<double> xs, ys;
    for (int i = 0; i < 200000; ++i) {
      // Bases near 1 with large exponents and of all sizes with small ones: results from underflow to overflow.
      const double x = i % 2 == 0 ? std::exp2(exponent(random) / range)
                                  : std::ldexp(fraction(random), static_cast<int>(exponent(random)));
      xs.push_back(x);
      ys.push_back(exponent(random) / std::max(std::fabs(std::log2(x)), 1e-3));
    }
    xs = rounded_to(element, xs);
    ys = rounded_to(element, ys);
    const std::vector<double> results = Expanded(Opcode::kPow, element, 2).run({xs, ys});
    Worst worst;
    for (size_t i = 0; i < xs.size(); ++i) {
      compare(results[i], std::pow(static_cast<long double>(xs[i]), static_cast<long double>(ys[i])), element,
              fmt::format("{:a}^{:a}", xs[i], ys[i]), worst);
    }
    EXPECT_LE(worst.error, 1.25) << worst.at;
  }
}

double constant_power(ElementType element, double x, double y) {
  ExprPool pool;
  const ir::ValueType type{element, 1};
  const Expr base = pool.variable(pool.declare({"x", type, INT64_MIN, INT64_MAX, {}}));
  const Expr operands[] = {base, pool.floating(y, type)};
  const Expr expanded = expand_math(pool.make(Opcode::kPow, operands));
  return *ir::constant_number(ir::substitute(expanded, {{ir::variable_of(base).index, pool.floating(x, type)}}));
}

TEST(ExpandMath, pow_by_small_constants_agrees_with_c) {
  for (double y : {-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 0.25}) {
    for (double x : {0.0, -0.0, 1.0, -1.0, 1.3, -1.3, 7.0, kInfinity, -kInfinity, kNan}) {
      const double base = static_cast<float>(x);
      const double exact = std::pow(base, y);
      const double actual = constant_power(ElementType::kF32, base, y);
      if (std::isfinite(exact) && exact != 0) {
        EXPECT_NEAR(actual / exact, 1, 3e-7) << x << "^" << y;
      } else {
        expect_same(actual, exact, fmt::format("{}^{}", x, y));
      }
    }
  }
}

TEST(ExpandMath, nothing_transcendental_is_left_at_any_lanes_or_width) {
  for (ElementType element : {ElementType::kF16, ElementType::kBF16, ElementType::kF32, ElementType::kF64}) {
    for (const Accuracy& row : kAccuracies) {
      ExprPool pool;
      const Expr x = pool.variable(pool.declare({"x", {element, 8}, INT64_MIN, INT64_MAX, {}}));
      const Expr expanded = expand_math(unary(row.opcode, x));
      EXPECT_EQ(expanded->type, x->type);
      ir::for_each_node(expanded, [&](Expr node) {
        EXPECT_TRUE(node->opcode < Opcode::kExp || node->opcode > Opcode::kErf) << ir::info(node->opcode).name;
        EXPECT_NE(node->opcode, Opcode::kPow);
      });
    }
  }
}

TEST(ExpandMath, expressions_without_functions_stay_the_same_node) {
  ExprPool pool;
  const Expr x = pool.variable(pool.declare({"x", {ElementType::kF32, 4}, INT64_MIN, INT64_MAX, {}}));
  const Expr e = fma(x, x, max(x, ir::constant_like(x, 0)));
  EXPECT_EQ(expand_math(e), e);
}

}  // namespace
}  // namespace burin::passes
