// The rows of the numeric ops: arithmetic, activations, reductions, contractions, pooling, normalization, quantization and
// recurrence, with their attribute structs. Each row is defined in the file of its family; ir/ops/rows.h includes this.
// Data movement (reshape, gather, concat, ...) is in ir/ops/movement.h.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "ir/graph/attributes.h"
#include "ir/graph/op.h"

namespace burin::ir {

// Sizes that multiply indices stay below this, so that index arithmetic on real tensors does not overflow.
inline constexpr int64_t kLargestFactor = INT32_MAX;

// --- Arithmetic and activations.
struct Cast {
  ElementType to = ElementType::kF32;
  bool operator==(const Cast&) const = default;
  static constexpr auto fields = std::tuple{field("to", &Cast::to)};
};

struct Alpha {
  double alpha = 1;
  bool operator==(const Alpha&) const = default;
  static constexpr auto fields = std::tuple{field("alpha", &Alpha::alpha)};
};

// x > 0: gamma * x; otherwise gamma * alpha * (exp(x * beta) - 1).
struct Elu {
  double alpha = 1, beta = 1, gamma = 1;
  bool operator==(const Elu&) const = default;
  static constexpr auto fields =
      std::tuple{field("alpha", &Elu::alpha), field("beta", &Elu::beta), field("gamma", &Elu::gamma)};
};

struct HardSigmoid {
  double alpha = 0.2, beta = 0.5;
  bool operator==(const HardSigmoid&) const = default;
  static constexpr auto fields = std::tuple{field("alpha", &HardSigmoid::alpha), field("beta", &HardSigmoid::beta)};
};

struct Gelu {
  bool tanh_approximation = false;
  bool operator==(const Gelu&) const = default;
  static constexpr auto fields = std::tuple{field("tanh_approximation", &Gelu::tanh_approximation)};
};

struct IsInf {
  bool negative = true, positive = true;
  bool operator==(const IsInf&) const = default;
  static constexpr auto fields = std::tuple{field("negative", &IsInf::negative), field("positive", &IsInf::positive)};
};

struct Shrink {
  double lambda = 0.5, bias = 0;
  bool operator==(const Shrink&) const = default;
  static constexpr auto fields = std::tuple{field("lambda", &Shrink::lambda), field("bias", &Shrink::bias)};
};

// --- Reductions. Axes are counted from the front, each at most once.
struct Reduce {
  std::vector<int64_t> axes;
  bool keep_dimensions = false;
  bool operator==(const Reduce&) const = default;
  static constexpr auto fields =
      std::tuple{field("axes", &Reduce::axes).at_least(0), field("keep_dimensions", &Reduce::keep_dimensions)};
};

struct ArgReduce {
  int64_t axis = 0;
  bool keep_dimensions = false;
  bool last = false;  // of equal elements, the last one instead of the first
  bool operator==(const ArgReduce&) const = default;
  static constexpr auto fields =
      std::tuple{field("axis", &ArgReduce::axis).at_least(0), field("keep_dimensions", &ArgReduce::keep_dimensions),
                 field("last", &ArgReduce::last)};
};

struct CumulativeSum {
  int64_t axis = 0;
  bool exclusive = false, reverse = false;
  bool operator==(const CumulativeSum&) const = default;
  static constexpr auto fields =
      std::tuple{field("axis", &CumulativeSum::axis).at_least(0), field("exclusive", &CumulativeSum::exclusive),
                 field("reverse", &CumulativeSum::reverse)};
};

struct TopK {
  int64_t axis = 0;
  bool largest = true;
  bool operator==(const TopK&) const = default;
  static constexpr auto fields = std::tuple{field("axis", &TopK::axis).at_least(0), field("largest", &TopK::largest)};
};

// The axes that are taken together as one row.
struct OverAxes {
  std::vector<int64_t> axes;
  bool operator==(const OverAxes&) const = default;
  static constexpr auto fields = std::tuple{field("axes", &OverAxes::axes).at_least(0)};
};

struct LogLikelihood {
  bool ignores = false;  // whether a class is left out
  int64_t ignored_class = 0;
  bool operator==(const LogLikelihood&) const = default;
  static constexpr auto fields =
      std::tuple{field("ignores", &LogLikelihood::ignores), field("ignored_class", &LogLikelihood::ignored_class)};
};

// --- Normalization.
struct Normalize {
  std::vector<int64_t> axes;            // mean and variance are taken over these
  std::vector<int64_t> parameter_axes;  // the axes of x that index scale and bias, in order
  double epsilon = 1e-5;
  bool center = true;  // false: divide by the root mean square, subtract nothing
  bool operator==(const Normalize&) const = default;
  static constexpr auto fields = std::tuple{field("axes", &Normalize::axes).at_least(0),
                                            field("parameter_axes", &Normalize::parameter_axes).at_least(0),
                                            field("epsilon", &Normalize::epsilon), field("center", &Normalize::center)};
};

struct BatchNorm {
  double epsilon = 1e-5;
  bool operator==(const BatchNorm&) const = default;
  static constexpr auto fields = std::tuple{field("epsilon", &BatchNorm::epsilon)};
};

struct LocalResponse {
  int64_t size = 1;
  double alpha = 1e-4, beta = 0.75, bias = 1;
  bool operator==(const LocalResponse&) const = default;
  static constexpr auto fields =
      std::tuple{field("size", &LocalResponse::size).within(1, kLargestFactor), field("alpha", &LocalResponse::alpha),
                 field("beta", &LocalResponse::beta), field("bias", &LocalResponse::bias)};
};

// --- Contractions. `pads` has the amounts before each spatial dimension, then those after.
struct MatMul {
  bool transpose_left = false, transpose_right = false;
  bool operator==(const MatMul&) const = default;
  static constexpr auto fields =
      std::tuple{field("transpose_left", &MatMul::transpose_left), field("transpose_right", &MatMul::transpose_right)};
};

struct Einsum {
  std::string equation;  // explicit ("ij,jk->ik"), without ellipses and blanks
  bool operator==(const Einsum&) const = default;
  static constexpr auto fields = std::tuple{field("equation", &Einsum::equation)};
};

struct Conv {
  std::vector<int64_t> strides, dilations;
  std::vector<Expr> pads;
  int64_t groups = 1;
  bool operator==(const Conv&) const = default;
  static constexpr auto fields =
      std::tuple{field("strides", &Conv::strides).within(1, kLargestFactor),
                 field("dilations", &Conv::dilations).within(1, kLargestFactor), field("pads", &Conv::pads),
                 field("groups", &Conv::groups).within(1, kLargestFactor)};
};

struct ConvTranspose {
  std::vector<int64_t> strides, dilations;
  std::vector<Expr> pads;
  std::vector<int64_t> output_padding;  // added after each spatial dimension of the result
  int64_t groups = 1;
  bool operator==(const ConvTranspose&) const = default;
  static constexpr auto fields = std::tuple{
      field("strides", &ConvTranspose::strides).within(1, kLargestFactor),
      field("dilations", &ConvTranspose::dilations).within(1, kLargestFactor), field("pads", &ConvTranspose::pads),
      field("output_padding", &ConvTranspose::output_padding).within(0, kLargestFactor),
      field("groups", &ConvTranspose::groups).within(1, kLargestFactor)};
};

// --- Quantization. A parameter (scale, zero point) has one element, one per element of x's dimension `axis`, or (with `block`
// above 0) one per block of that many elements along it and x's other dimensions.
struct Quantize {
  int64_t axis = 0;
  int64_t block = 0;
  ElementType to = ElementType::kU8;
  bool operator==(const Quantize&) const = default;
  static constexpr auto fields =
      std::tuple{field("axis", &Quantize::axis).at_least(0), field("block", &Quantize::block).within(0, kLargestFactor),
                 field("to", &Quantize::to)};
};

struct RoundFloat {
  int64_t mantissa_bits = 0;
  int64_t least_exponent = 0;         // of normal numbers
  double greatest = 1;                // finite
  std::string overflow = "saturate";  // infinity, nan
  bool has_nan = true;                // otherwise a NaN becomes 0
  bool operator==(const RoundFloat&) const = default;
  static constexpr auto fields = std::tuple{
      field("mantissa_bits", &RoundFloat::mantissa_bits).within(0, 22),
      field("least_exponent", &RoundFloat::least_exponent).within(-100, 100), field("greatest", &RoundFloat::greatest),
      field("overflow", &RoundFloat::overflow), field("has_nan", &RoundFloat::has_nan)};
};

struct RoundToPower {
  std::string rounding = "up";  // down, nearest
  bool operator==(const RoundToPower&) const = default;
  static constexpr auto fields = std::tuple{field("rounding", &RoundToPower::rounding)};
};

// --- Recurrence. `activations` names the functions of one direction after the other, separated by commas; `alphas` and
// `betas` have a parameter for each.
struct Recurrent {
  std::string direction = "forward";  // reverse, bidirectional
  std::string activations;
  std::vector<double> alphas, betas;
  double clip = 0;                   // gates are clamped to [-clip, clip] before their activation; 0: they are not
  bool linear_before_reset = false;  // gru: the reset gate scales the product of the state and not the state
  bool input_forget = false;         // lstm: the forget gate is 1 - the input gate
  bool operator==(const Recurrent&) const = default;
  static constexpr auto fields = std::tuple{field("direction", &Recurrent::direction),
                                            field("activations", &Recurrent::activations),
                                            field("alphas", &Recurrent::alphas),
                                            field("betas", &Recurrent::betas),
                                            field("clip", &Recurrent::clip),
                                            field("linear_before_reset", &Recurrent::linear_before_reset),
                                            field("input_forget", &Recurrent::input_forget)};
};

// --- Pooling.
struct Pool {
  std::vector<int64_t> kernel, strides, dilations;
  std::vector<Expr> pads;
  bool round_up = false;       // the result has room for a last window that reaches beyond the padding
  bool count_padding = false;  // averages: padding counts as zeros
  bool column_major = false;   // indices of maxima count columns first
  int64_t norm = 2;            // of lp_pool
  bool operator==(const Pool&) const = default;
  static constexpr auto fields = std::tuple{field("kernel", &Pool::kernel).within(1, kLargestFactor),
                                            field("strides", &Pool::strides).within(1, kLargestFactor),
                                            field("dilations", &Pool::dilations).within(1, kLargestFactor),
                                            field("pads", &Pool::pads),
                                            field("round_up", &Pool::round_up),
                                            field("count_padding", &Pool::count_padding),
                                            field("column_major", &Pool::column_major),
                                            field("norm", &Pool::norm).at_least(1)};
};

// --- Rows, sorted by name.
extern const OpInfo kAbs;
extern const OpInfo kAcos;
extern const OpInfo kAcosh;
extern const OpInfo kAdd;
extern const OpInfo kAnd;
extern const OpInfo kArgMax;
extern const OpInfo kArgMin;
extern const OpInfo kAsin;
extern const OpInfo kAsinh;
extern const OpInfo kAtan;
extern const OpInfo kAtanh;
extern const OpInfo kAveragePool;
extern const OpInfo kBatchNorm;
extern const OpInfo kCast;
extern const OpInfo kCeil;
extern const OpInfo kClip;
extern const OpInfo kConv;
extern const OpInfo kConvInteger;
extern const OpInfo kConvTranspose;
extern const OpInfo kCos;
extern const OpInfo kCosh;
extern const OpInfo kCumulativeSum;
extern const OpInfo kDequantize;
extern const OpInfo kDiv;
extern const OpInfo kEinsum;
extern const OpInfo kElu;
extern const OpInfo kEqual;
extern const OpInfo kErf;
extern const OpInfo kExp;
extern const OpInfo kFloor;
extern const OpInfo kFmod;
extern const OpInfo kGelu;
extern const OpInfo kGru;
extern const OpInfo kHardSigmoid;
extern const OpInfo kHardmax;
extern const OpInfo kIsInf;
extern const OpInfo kIsNan;
extern const OpInfo kLeakyRelu;
extern const OpInfo kLess;
extern const OpInfo kLessEqual;
extern const OpInfo kLocalResponse;
extern const OpInfo kLog;
extern const OpInfo kLogLikelihood;
extern const OpInfo kLogSoftmax;
extern const OpInfo kLpPool;
extern const OpInfo kLstm;
extern const OpInfo kMatMul;
extern const OpInfo kMatMulInteger;
extern const OpInfo kMax;
extern const OpInfo kMaxPool;
extern const OpInfo kMin;
extern const OpInfo kMod;
extern const OpInfo kMul;
extern const OpInfo kNeg;
extern const OpInfo kNormalize;
extern const OpInfo kNot;
extern const OpInfo kOr;
extern const OpInfo kPow;
extern const OpInfo kPrelu;
extern const OpInfo kQuantize;
extern const OpInfo kReciprocal;
extern const OpInfo kReduceL1;
extern const OpInfo kReduceL2;
extern const OpInfo kReduceLogSum;
extern const OpInfo kReduceLogSumExp;
extern const OpInfo kReduceMax;
extern const OpInfo kReduceMean;
extern const OpInfo kReduceMin;
extern const OpInfo kReduceProd;
extern const OpInfo kReduceSum;
extern const OpInfo kReduceSumSquare;
extern const OpInfo kRelu;
extern const OpInfo kRequantize;
extern const OpInfo kRnn;
extern const OpInfo kRound;
extern const OpInfo kRoundFloat;
extern const OpInfo kRoundToPower;
extern const OpInfo kSelect;
extern const OpInfo kShiftLeft;
extern const OpInfo kShiftRight;
extern const OpInfo kShrink;
extern const OpInfo kSigmoid;
extern const OpInfo kSign;
extern const OpInfo kSin;
extern const OpInfo kSinh;
extern const OpInfo kSoftmax;
extern const OpInfo kSoftplus;
extern const OpInfo kSoftsign;
extern const OpInfo kSqrt;
extern const OpInfo kSub;
extern const OpInfo kTan;
extern const OpInfo kTanh;
extern const OpInfo kThresholdedRelu;
extern const OpInfo kTopK;
extern const OpInfo kXor;

}  // namespace burin::ir
