// How faults of the input travel: as values, never as exceptions or exits. A `Result<T>` holds a T or the
// diagnostics that explain why there is none; a `Status` is a result without a value.
//
// A fault of burin itself is not a Result: it is an assertion (BURIN_ASSERT) that names the broken invariant.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace burin::ir {

// A text of the input, as a name may be anything and as long as the file: what is no printable UTF-8 is shown as \xHH, and the
// middle of what is long is left out.
std::string printable(std::string_view text);

// Whose fault, and therefore which exit code of the driver: 1 for kInput, 2 for kUsage, 3 for kEnvironment, 70 for kInternal.
// kUnsupported is an input that is right but that burin cannot compile yet; it exits like kInput and is counted apart.
enum class Fault : uint8_t { kInput, kUnsupported, kUsage, kEnvironment, kInternal };

// One sentence for the user: where, what was expected and what was found, what to do. Lower case, no period.
struct Diagnostic {
  Fault fault = Fault::kInput;
  std::string kind;     // stable short name, shown in brackets: "shape-mismatch"
  std::string where;    // `node "fc1" (MatMul)`, `input "x"`, `attribute "pads"`, `line 3:14`; may be empty
  std::string message;  // "expected K=512 (operand \"x\"), found K=256"
  std::string hint;     // "transpose the weights"; may be empty

  // `where: message [kind]`, then the hint on a line of its own. Printable, unless it is what a compiler or the
  // system said, in lines of its own.
  std::string text() const;
};

// Every fault found, in the order found. Non-empty.
using Diagnostics = std::vector<Diagnostic>;

std::string text_of(const Diagnostics& diagnostics);

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::move(value)) {}
  Result(Diagnostics faults) : held_(std::move(faults)) {}
  Result(Diagnostic fault) : held_(Diagnostics{std::move(fault)}) {}

  explicit operator bool() const { return std::holds_alternative<T>(held_); }
  T& operator*() { return std::get<T>(held_); }
  const T& operator*() const { return std::get<T>(held_); }
  T* operator->() { return &std::get<T>(held_); }
  const T* operator->() const { return &std::get<T>(held_); }
  const Diagnostics& faults() const { return std::get<Diagnostics>(held_); }

 private:
  std::variant<T, Diagnostics> held_;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Diagnostics faults) : faults_(std::move(faults)) {}
  Status(Diagnostic fault) { faults_.push_back(std::move(fault)); }

  explicit operator bool() const { return faults_.empty(); }
  const Diagnostics& faults() const { return faults_; }
  // Appends the faults of `other`, so that several are reported at once.
  void merge(const Status& other) { faults_.insert(faults_.end(), other.faults_.begin(), other.faults_.end()); }

 private:
  Diagnostics faults_;
};

// The usual way to make a diagnostic: `return input_fault("shape-mismatch", where, "expected {}, found {}", a, b);`
template <class... Args>
Diagnostic input_fault(std::string_view kind, std::string where, fmt::format_string<Args...> format, Args&&... args) {
  return {Fault::kInput, std::string(kind), std::move(where), fmt::format(format, std::forward<Args>(args)...), {}};
}
template <class... Args>
Diagnostic unsupported(std::string_view kind, std::string where, fmt::format_string<Args...> format, Args&&... args) {
  return {
      Fault::kUnsupported, std::string(kind), std::move(where), fmt::format(format, std::forward<Args>(args)...), {}};
}
template <class... Args>
Diagnostic environment_fault(std::string_view kind, std::string where, fmt::format_string<Args...> format,
                             Args&&... args) {
  return {
      Fault::kEnvironment, std::string(kind), std::move(where), fmt::format(format, std::forward<Args>(args)...), {}};
}

[[noreturn]] void assertion_failed(const char* file, int line, const char* condition, const char* invariant);

}  // namespace burin::ir

// States an invariant of burin's own; a failure is a defect of burin and exits with code 70.
#define BURIN_ASSERT(condition, invariant) \
  ((condition) ? void() : ::burin::ir::assertion_failed(__FILE__, __LINE__, #condition, invariant))
