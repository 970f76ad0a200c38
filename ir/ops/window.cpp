#include "ir/ops/window.h"

#include "ir/expr/linear.h"
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {

Status require_windows(const Inference& op, const Windows& windows, size_t spatial) {
  const auto require = [&](std::string_view name, size_t expected, size_t found) -> Status {
    if (expected == found) return {};
    return op.fault("attribute-size", "attribute \"{}\": expected {} values, found {}", name, expected, found);
  };
  Status status;
  status.merge(require("strides", spatial, windows.strides.size()));
  status.merge(require("dilations", spatial, windows.dilations.size()));
  status.merge(require("pads", 2 * spatial, windows.pads.size()));
  for (Expr pad : windows.pads) {
    const std::optional<int64_t> value = constant_integer(pad);
    if (value && (*value < -kLargestFactor || *value > kLargestFactor)) {
      status.merge(
          op.fault("attribute-range", "attribute \"pads\": expected at most {}, found {}", kLargestFactor, *value));
    }
  }
  return status;
}

Status require_kernel(const Inference& op, size_t d, Expr kernel) {
  const int64_t size = constant_integer(kernel).value_or(1);
  if (size >= 1) return {};
  return op.fault("window-size", "spatial dimension {}: expected a kernel of at least 1 element, found {}", d, size);
}

Result<Expr> window_count(Inference& op, const Windows& windows, size_t d, Expr extent, Expr kernel,
                          Rounding rounding) {
  if (Status status = require_kernel(op, d, kernel); !status) return status.faults();
  const Expr reach = (kernel - 1) * windows.dilations[d] + 1;
  const Expr room = extent + windows.before(d) + windows.after(d) - reach;
  Expr count =
      rounding == Rounding::kDown ? floor_div(room, windows.strides[d]) + 1 : ceil_div(room, windows.strides[d]) + 1;
  if (rounding == Rounding::kUp) count = min(count, ceil_div(extent + windows.before(d), windows.strides[d]));
  if (const std::optional<int64_t> value = constant_integer(count)) {
    // Rounding down hides a kernel that is too large by less than a stride; in an image of nothing there is no window.
    const bool fits =
        rounding == Rounding::kUp || constant_integer(room).value_or(0) >= 0 || is_constant_value(extent, 0);
    if (*value >= 0 && fits) return count;
    return op.fault("window-size",
                    "spatial dimension {}: expected a kernel that reaches over at most {} elements, found {}", d,
                    text_of({extent + windows.before(d) + windows.after(d)}), text_of({reach}));
  }
  if (!provably_nonnegative(count)) {
    const Expr floor = max(count, count->pool->integer(0));
    if (Status status = op.require_equal(floor, count, "number of windows"); !status) return status.faults();
  }
  return count;
}

Expr window_position(const Windows& windows, size_t d, Expr p, Expr tap) {
  return p * windows.strides[d] + tap * windows.dilations[d] - windows.before(d);
}

std::string position_name(size_t d) {
  constexpr std::string_view kNames = "pqs";
  return d < kNames.size() ? std::string(1, kNames[d]) : "p" + std::to_string(d);
}

std::string tap_name(size_t d) {
  constexpr std::string_view kNames = "ijk";
  return d < kNames.size() ? std::string(1, kNames[d]) : "i" + std::to_string(d);
}

}  // namespace burin::ir
