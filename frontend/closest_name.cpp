#include "frontend/closest_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace burin::frontend {
namespace {

constexpr size_t kFarthest = 3;
constexpr size_t kLettersPerEdit = 3;

bool same_letter(char a, char b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return lower(a) == lower(b);
}

// Levenshtein's distance whatever the case of letters, or `limit` when it is not below that.
size_t edit_distance(std::string_view a, std::string_view b, size_t limit) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() >= limit || b.size() > 64) return limit;
  std::vector<size_t> row(a.size() + 1);
  for (size_t i = 0; i < row.size(); ++i) row[i] = i;
  for (size_t j = 1; j <= b.size(); ++j) {
    size_t diagonal = row[0];
    row[0] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
      const size_t replaced = diagonal + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1);
      diagonal = row[i];
      row[i] = std::min({row[i] + 1, row[i - 1] + 1, replaced});
    }
  }
  return std::min(row.back(), limit);
}

}  // namespace

ClosestName::ClosestName(std::string_view wanted)
    : wanted_(wanted), distance_(std::min(kFarthest, (wanted.size() + 1) / kLettersPerEdit)) {}

void ClosestName::consider(std::string_view candidate) {
  if (candidate.empty()) return;
  const size_t distance = edit_distance(wanted_, candidate, distance_ + 1);
  if (distance > distance_ || (distance == distance_ && !best_.empty() && best_ <= candidate)) return;
  distance_ = distance;
  best_ = candidate;
}

std::string ClosestName::hint() const {
  return best_.empty() ? std::string() : fmt::format("did you mean \"{}\"?", best_);
}

}  // namespace burin::frontend
