// Ops that read a tensor between its elements: their attributes and rows.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "ir/graph/attributes.h"
#include "ir/graph/op.h"

namespace burin::ir {

struct Resize {
  std::vector<Expr> sizes;       // of the result, every axis
  std::vector<double> scales;    // result / operand as the model gives it, every axis; 0 where only the sizes say it
  std::string mode = "nearest";  // nearest, linear, cubic
  std::string coordinates = "half_pixel";       // ONNX's coordinate_transformation_mode
  std::string rounding = "round_prefer_floor";  // ONNX's nearest_mode
  double cubic_coefficient = -0.75;
  bool exclude_outside = false;  // weights outside are 0 and the others made to add up to 1
  bool antialias = false;        // when shrinking, the filter widens to cover all elements
  std::vector<double> roi;       // all starts, then all ends, for tf_crop_and_resize; else empty
  double extrapolation = 0;      // what tf_crop_and_resize gives outside
  bool operator==(const Resize&) const = default;
  static constexpr auto fields = std::tuple{field("sizes", &Resize::sizes),
                                            field("scales", &Resize::scales),
                                            field("mode", &Resize::mode),
                                            field("coordinates", &Resize::coordinates),
                                            field("rounding", &Resize::rounding),
                                            field("cubic_coefficient", &Resize::cubic_coefficient),
                                            field("exclude_outside", &Resize::exclude_outside),
                                            field("antialias", &Resize::antialias),
                                            field("roi", &Resize::roi),
                                            field("extrapolation", &Resize::extrapolation)};
};

struct GridSample {
  std::string mode = "linear";    // nearest, linear, cubic
  std::string padding = "zeros";  // outside: zeros, border (the nearest element), reflection
  bool align_corners = false;     // -1 and 1 are the centers of the outer elements, not their outer edges
  bool operator==(const GridSample&) const = default;
  static constexpr auto fields = std::tuple{field("mode", &GridSample::mode), field("padding", &GridSample::padding),
                                            field("align_corners", &GridSample::align_corners)};
};

struct RoiAlign {
  std::string mode = "avg";  // avg, max
  bool half_pixel = true;    // coordinates are of the elements' corners, not of their centers
  int64_t height = 1;
  int64_t width = 1;
  int64_t samples = 0;  // along each side of a bin; 0: as many as it has elements
  double scale = 1;     // from the regions' coordinates to elements
  bool operator==(const RoiAlign&) const = default;
  static constexpr auto fields = std::tuple{field("mode", &RoiAlign::mode),
                                            field("half_pixel", &RoiAlign::half_pixel),
                                            field("height", &RoiAlign::height).within(1, INT32_MAX),
                                            field("width", &RoiAlign::width).within(1, INT32_MAX),
                                            field("samples", &RoiAlign::samples).within(0, 1024),
                                            field("scale", &RoiAlign::scale)};
};

extern const OpInfo kGridSample;
extern const OpInfo kResize;
extern const OpInfo kRoiAlign;

// One of the elements that an interpolated value is made of: where along an axis, and with which weight (f32).
struct Tap {
  Expr place;  // i64, may be outside
  Expr weight;
};
// The two taps of linear interpolation at `x` (f32), and the four of cubic convolution with `coefficient` (Keys 1981, his a).
std::vector<Tap> linear_taps(Expr x);
std::vector<Tap> cubic_taps(Expr x, double coefficient);
// The weight of cubic convolution at `distance` >= 0; 0 from 2 on.
Expr cubic_weight(Expr distance, double coefficient);

}  // namespace burin::ir
