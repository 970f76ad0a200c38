// Finds the known name closest to a misspelled one, for "did you mean".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace burin::frontend {

class ClosestName {
 public:
  explicit ClosestName(std::string_view wanted);

  // Views of the model or of a table, which outlive the search.
  void consider(std::string_view candidate);
  // The closest one, of several equally close ones the first in the alphabet; empty when none is close. The shorter the name,
  // the closer it has to be: a single letter is the same but for its case.
  std::string_view best() const { return best_; }
  // `did you mean "axis"?` of the closest one, or "".
  std::string hint() const;

 private:
  std::string_view wanted_;
  size_t distance_;  // candidates that are farther are not close
  std::string_view best_;
};

}  // namespace burin::frontend
