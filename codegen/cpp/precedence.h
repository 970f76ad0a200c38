// How strongly C++ operators bind, for printing only the parentheses that are needed or that compilers ask for.
#pragma once

namespace burin::codegen::cpp {

inline constexpr int kPrimary = 100;  // names, calls, subscripts, literals
inline constexpr int kUnary = 90;     // and casts
inline constexpr int kProduct = 80;
inline constexpr int kSum = 70;
inline constexpr int kShift = 60;
inline constexpr int kCompare = 50;
inline constexpr int kEquality = 45;
inline constexpr int kBits = 40;  // &, ^ and |: always in parentheses inside of anything else
inline constexpr int kLogicalAnd = 30;
inline constexpr int kLogicalOr = 25;
inline constexpr int kConditional = 10;

}  // namespace burin::codegen::cpp
