// Transforms, windows and filter banks: what is computed, against their definitions in double precision.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstring>
#include <numbers>

#include "tests/frontend/evaluate_model.h"
#include "tests/frontend/model_builder.h"

namespace burin::frontend::test {
namespace {

using Complex = std::complex<double>;

// A signal without symmetries, of real numbers or complex ones.
std::vector<Complex> signal(int64_t length, int64_t parts) {
  std::vector<Complex> x;
  for (int64_t n = 0; n < length; ++n) {
    const auto at = static_cast<double>(n);
    x.emplace_back(std::sin(at * at + 1), parts == 2 ? std::cos(3 * at * at + 2) : 0);
  }
  return x;
}

ir::Literal literal_of(const std::vector<Complex>& x, int64_t parts) {
  std::vector<std::byte> bytes;
  const auto add = [&](double value) {
    const auto rounded = static_cast<float>(value);
    bytes.resize(bytes.size() + sizeof rounded);
    std::memcpy(bytes.data() + bytes.size() - sizeof rounded, &rounded, sizeof rounded);
  };
  for (const Complex& value : x) {
    add(value.real());
    if (parts == 2) add(value.imag());
  }
  return ir::make_literal(ir::ElementType::kF32, {1, static_cast<int64_t>(x.size()), parts}, std::move(bytes));
}

// y[k] = sum over n of x[n] exp(sign 2 pi i k n / length), for as many k as there are bins.
std::vector<Complex> definition(const std::vector<Complex>& x, int64_t length, int64_t bins, double sign) {
  std::vector<Complex> y;
  for (int64_t k = 0; k < bins; ++k) {
    Complex sum;
    for (int64_t n = 0; n < std::min<int64_t>(length, static_cast<int64_t>(x.size())); ++n) {
      const double turn = static_cast<double>(n * k % length) / static_cast<double>(length);
      sum += x[static_cast<size_t>(n)] * std::polar(1.0, sign * 2 * std::numbers::pi * turn);
    }
    y.push_back(sum);
  }
  return y;
}

void expect_close(const std::vector<double>& found, const std::vector<Complex>& expected, double allowed) {
  ASSERT_EQ(found.size(), expected.size() * 2);
  for (size_t k = 0; k < expected.size(); ++k) {
    ASSERT_NEAR(found[2 * k], expected[k].real(), allowed) << "bin " << k;
    ASSERT_NEAR(found[2 * k + 1], expected[k].imag(), allowed) << "bin " << k;
  }
}

struct TransformCase {
  int signal, length, parts;
  bool is_onesided, is_inverse;
};

class Transforms : public testing::TestWithParam<TransformCase> {};

TEST_P(Transforms, follow_the_definition) {
  const TransformCase& c = GetParam();
  ModelBuilder model(20);
  model.input("x", {1, c.signal, c.parts}).integers("length", {c.length}, true).integers("axis", {1}, true).output("y");
  onnx::NodeProto& node = model.node("DFT", {"x", "length", "axis"}, {"y"});
  set_integer(node, "onesided", c.is_onesided ? 1 : 0);
  set_integer(node, "inverse", c.is_inverse ? 1 : 0);
  const std::vector<Complex> x = signal(c.signal, c.parts);
  const int64_t bins = c.is_onesided ? c.length / 2 + 1 : c.length;
  std::vector<Complex> expected = definition(x, c.length, bins, c.is_inverse ? 1 : -1);
  if (c.is_inverse) {
    for (Complex& value : expected) value /= static_cast<double>(c.length);
  }
  expect_close(computed(model, {literal_of(x, c.parts)}), expected, 3e-6 * std::sqrt(static_cast<double>(c.length)));
}

// One element, primes, what is cut off and what is filled up, and lengths that go in two steps.
INSTANTIATE_TEST_SUITE_P(Lengths, Transforms,
                         testing::Values(TransformCase{1, 1, 1, false, false}, TransformCase{1, 1, 2, false, true},
                                         TransformCase{7, 7, 1, true, false}, TransformCase{7, 7, 2, false, true},
                                         TransformCase{12, 5, 1, true, false}, TransformCase{12, 20, 2, false, false},
                                         TransformCase{400, 400, 1, true, false},
                                         TransformCase{503, 503, 1, false, false},
                                         TransformCase{1024, 1024, 2, false, true},
                                         TransformCase{1000, 1000, 1, true, false},
                                         TransformCase{900, 1025, 1, true, false}));

TEST(SignalImport, one_sided_spectra_become_real_signals) {
  for (const int length : {8, 9}) {
    ModelBuilder model(20);
    model.input("x", {1, length / 2 + 1, 2}).integers("length", {length}, true).integers("axis", {1}, true).output("y");
    onnx::NodeProto& node = model.node("DFT", {"x", "length", "axis"}, {"y"});
    set_integer(node, "onesided", 1);
    set_integer(node, "inverse", 1);
    const std::vector<Complex> y = signal(length, 1);
    const std::vector<double> found = computed(model, {literal_of(definition(y, length, length / 2 + 1, -1), 2)});
    ASSERT_EQ(found.size(), y.size());
    for (size_t n = 0; n < y.size(); ++n) EXPECT_NEAR(found[n], y[n].real(), 1e-6) << "of " << length;
  }
}

TEST(SignalImport, frames_are_weighted_and_transformed) {
  ModelBuilder model(17);
  model.input("x", {1, "n", 1}).integers("step", {3}, true).floats("window", {0.5F, 1, 2, 0.25F}).output("y");
  model.node("STFT", {"x", "step", "window"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[1,-(floordiv(+(n,2),3),1),3,2]");
  const std::vector<Complex> x = signal(11, 1);
  std::vector<Complex> expected;
  for (size_t frame = 0; frame < 3; ++frame) {
    std::vector<Complex> part(x.begin() + static_cast<int64_t>(3 * frame),
                              x.begin() + static_cast<int64_t>(3 * frame + 4));
    const double window[] = {0.5, 1, 2, 0.25};
    for (size_t i = 0; i < 4; ++i) part[i] *= window[i];
    const std::vector<Complex> bins = definition(part, 4, 3, -1);
    expected.insert(expected.end(), bins.begin(), bins.end());
  }
  expect_close(computed(model, {literal_of(x, 1)}), expected, 1e-6);
}

TEST(SignalImport, a_transform_needs_a_known_length) {
  ModelBuilder model(20);
  model.input("x", {1, "n", 1}).integers("axis", {1}, true).output("y");
  model.node("DFT", {"x", "", "axis"}, {"y"});
  EXPECT_NE(faults_of(model.import()).find("expected a length known at compile time, found n"), std::string::npos);
}

TEST(SignalImport, a_prime_that_is_too_long_is_refused) {
  ModelBuilder model(20);
  model.input("x", {1, 7919, 1}).integers("axis", {1}, true).output("y");
  model.node("DFT", {"x", "", "axis"}, {"y"});
  EXPECT_NE(faults_of(model.import()).find("found length 7919 with"), std::string::npos);
}

TEST(SignalImport, complex_signals_have_no_one_sided_transform) {
  ModelBuilder model(20);
  model.input("x", {1, 8, 2}).integers("axis", {1}, true).output("y");
  set_integer(model.node("DFT", {"x", "", "axis"}, {"y"}), "onesided", 1);
  EXPECT_NE(faults_of(model.import()).find("expected a last dimension of 1 for a one-sided transform, found 2"),
            std::string::npos);
}

TEST(SignalImport, a_window_of_no_size_is_refused) {
  ModelBuilder model(17);
  model.integers("size", {0}, true).output("y");
  model.node("HannWindow", {"size"}, {"y"});
  EXPECT_NE(faults_of(model.import()).find("size: expected a number from 1 to"), std::string::npos);
}

TEST(SignalImport, bands_beyond_the_spectrum_are_refused) {
  ModelBuilder model(17);
  model.integers("bands", {8}, true).integers("length", {16}, true).integers("rate", {8192}, true);
  model.floats("low", {0}, true).floats("high", {8192}, true).output("y");
  model.node("MelWeightMatrix", {"bands", "length", "rate", "low", "high"}, {"y"});
  EXPECT_NE(faults_of(model.import()).find("expected frequencies in bins from 0 to 9, found 0 to "), std::string::npos);
}

}  // namespace
}  // namespace burin::frontend::test
