#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "ir/base/checked.h"
#include "ir/expr/scalar.h"
#include "ir/expr/syntax.h"
#include "ir/expr/walk.h"
#include "ir/text/expr_text.h"

namespace burin::ir {
namespace {

bool is_literal(Expr e) {
  return e->opcode == Opcode::kConstant || (e->opcode == Opcode::kSplat && e->operands[0]->opcode == Opcode::kConstant);
}

std::string literal_text(Expr e, std::optional<ValueType> context) {
  const Expr scalar = e->opcode == Opcode::kSplat ? e->operands[0] : e;
  std::string text = scalar_text(scalar->payload, scalar->type.element);
  const bool bare = context ? *context == e->type : e->type == kIndex || e->type == kBool;
  return bare ? text : text + ":" + text_of(e->type);
}

class ExprPrinter {
 public:
  // Without names, variables go by the ones they were declared with.
  explicit ExprPrinter(const ExprNames* names) : names_(names) {}

  std::string print_root(Expr root, int least, std::optional<ValueType> context) {
    std::string definitions;
    for (Expr shared : shared_parts(root)) {
      const std::string text = print(shared, 0, std::nullopt);
      const std::string name = "$" + std::to_string(shared_.size());
      definitions += (definitions.empty() ? "let " : ", ") + name + " = " + text;
      shared_.emplace(shared.node(), name);
    }
    const std::string body = print(root, least, context);
    return definitions.empty() ? body : definitions + " in " + body;
  }

 private:
  // What is worth a name, operands first: parts used twice that take more than a few words, and what is nested too deeply to
  // be read. The text is then at most kWords times as long as there are nodes.
  std::vector<Expr> shared_parts(Expr root) {
    constexpr int64_t kWords = 8;
    constexpr int kDeep = 60;
    constexpr int64_t kLarge = 48;
    std::unordered_map<const ExprNode*, int> uses;
    for_each_node(root, [&](Expr e) {
      for (Expr operand : e->operands) ++uses[operand.node()];
    });
    struct Extent {
      int64_t words;
      int depth;
    };
    std::unordered_map<const ExprNode*, Extent> extents;
    std::vector<Expr> parts;
    const bool large = tree_size(root) > kLarge;
    for_each_node(root, [&](Expr e) {
      Extent extent{1, 1};
      for (Expr operand : e->operands) {
        const Extent& below = extents.at(operand.node());
        extent.words += below.words;
        extent.depth = std::max(extent.depth, below.depth + 1);
      }
      const bool repeated = large && uses[e.node()] > 1 && extent.words >= kWords;
      if (e != root && !is_literal(e) && (repeated || extent.depth >= kDeep)) {
        parts.push_back(e);
        extent = {1, 1};
      }
      extents[e.node()] = extent;
    });
    return parts;
  }

  static int64_t tree_size(Expr root) {
    std::unordered_map<const ExprNode*, int64_t> sizes;
    for_each_node(root, [&](Expr e) {
      int64_t size = 1;
      for (Expr operand : e->operands) size = checked_add(size, sizes.at(operand.node())).value_or(INT64_MAX);
      sizes[e.node()] = size;
    });
    return sizes.at(root.node());
  }

  // Parenthesized when the text would bind less tightly than `least`.
  std::string print(Expr e, int least, std::optional<ValueType> context) {
    if (const auto shared = shared_.find(e.node()); shared != shared_.end()) return shared->second;
    if (is_literal(e)) return literal_text(e, context);
    if (info(e->opcode).syntax != Syntax::kInfix) {
      const std::string text = print_tight(e);
      const bool has_else = e->opcode == Opcode::kRead && e->operands.size() > rank_of(e);
      return has_else && least > 0 ? "(" + text + ")" : text;  // for people: `else` ends where the operand ends
    }
    const int precedence = precedence_of(e->opcode);
    const std::optional<ValueType> type = operand_type(e, 0);
    const int left = is_comparison(e->opcode) ? precedence + 1 : precedence;
    const std::string text = print(e->operands[0], left, type) + " " + std::string(info(e->opcode).name) + " " +
                             print(e->operands[1], precedence + 1, type);
    return precedence < least ? "(" + text + ")" : text;
  }

  // The type that a bare literal among the operands from `first` on would take: that of the first one that is no literal.
  static std::optional<ValueType> operand_type(Expr e, size_t first) {
    for (Expr operand : e->operands.subspan(first)) {
      if (!is_literal(operand)) return operand->type;
    }
    return std::nullopt;
  }

  std::string print_tight(Expr e) {
    switch (form_of(e->opcode)) {
      case ExprForm::kVariable: return variable(e) + (e->operands.empty() ? "" : "[" + list(e->operands, kIndex) + "]");
      case ExprForm::kRead: return print_read(e);
      case ExprForm::kLoad:
        return "load " + text_of(e->type) + " " + storage(e) + "[" + print(e->operands[0], 0, std::nullopt) + "]";
      case ExprForm::kCast:
        return std::string(info(e->type.element).name) + "(" + print(e->operands[0], 0, std::nullopt) + ")";
      case ExprForm::kBitcast:
        return "bitcast_" + std::string(info(e->type.element).name) + "(" + print(e->operands[0], 0, std::nullopt) +
               ")";
      case ExprForm::kSelect:
        return "select(" + print(e->operands[0], 0, std::nullopt) + ", " +
               list(e->operands.subspan(1), operand_type(e, 1)) + ")";
      case ExprForm::kWithNumber: {
        const int64_t number = e->opcode == Opcode::kLane ? e->payload : e->type.lanes;
        return std::string(info(e->opcode).name) + "(" + list(e->operands, operand_type(e, 0)) + ", " +
               std::to_string(number) + ")";
      }
      case ExprForm::kConstant:
      case ExprForm::kInfix:
      case ExprForm::kCall: break;
    }
    return std::string(info(e->opcode).name) + "(" + list(e->operands, operand_type(e, 0)) + ")";
  }

  std::string list(std::span<const Expr> expressions, std::optional<ValueType> context) {
    std::string text;
    for (Expr e : expressions) text += (text.empty() ? "" : ", ") + print(e, 0, context);
    return text;
  }

  // Without names, every operand counts as an index.
  size_t rank_of(Expr read) const {
    const size_t operands = read->operands.size();
    if (names_ == nullptr) return operands;
    const auto tensor = names_->storage.find(static_cast<uint32_t>(read->payload));
    return tensor == names_->storage.end() ? operands : std::min(tensor->second.rank, operands);
  }

  std::string print_read(Expr e) {
    const size_t rank = rank_of(e);
    std::string text = storage(e) + "[" + list(e->operands.first(rank), kIndex) + "]";
    for (Expr otherwise : e->operands.subspan(rank)) {
      text += " else " + print(otherwise, kTightest, ValueType{e->type.element, 1});
    }
    return text;
  }

  std::string variable(Expr e) {
    if (names_ != nullptr) {
      if (const auto name = names_->variables.find(variable_of(e).index); name != names_->variables.end())
        return name->second;
    }
    return variable_text((*e->pool)[variable_of(e)].name);
  }

  std::string storage(Expr e) {
    if (names_ != nullptr) {
      if (const auto name = names_->storage.find(static_cast<uint32_t>(e->payload)); name != names_->storage.end()) {
        return name->second.text;
      }
    }
    return "%" + std::to_string(e->payload);
  }

  const ExprNames* names_;
  std::unordered_map<const ExprNode*, std::string> shared_;
};

// Few digits, more until they are enough: for the types that std::to_chars does not know.
std::string shortest_by_trial(double value, ElementType element) {
  std::array<char, 32> buffer{};
  for (int digits = 1;; ++digits) {
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, digits).ptr;
    double back = 0;
    std::from_chars(buffer.data(), end, back);
    if (digits == 17 || round_number(back, element).number == value) return {buffer.data(), end};
  }
}

template <class T>
std::optional<T> number_in(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end ? std::optional(value) : std::nullopt;
}

// std::from_chars takes hexadecimal without the prefix.
template <class T>
std::optional<T> float_in(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view magnitude = negative ? text.substr(1) : text;
  const bool hex = magnitude.starts_with("0x");
  const std::string_view digits = hex ? magnitude.substr(2) : magnitude;
  if (digits.empty() || digits.front() == '-') return std::nullopt;
  T value{};
  const char* end = digits.data() + digits.size();
  const auto [rest, error] =
      std::from_chars(digits.data(), end, value, hex ? std::chars_format::hex : std::chars_format::general);
  if (rest != end || error != std::errc()) return std::nullopt;
  return negative ? -value : value;
}

std::optional<double> double_in(std::string_view text, ElementType element) {
  if (text == "nan") return std::nan("");
  if (text == "inf") return INFINITY;
  if (text == "-inf") return -INFINITY;
  if (element != ElementType::kF32) return float_in<double>(text);
  const std::optional<float> value = float_in<float>(text);
  return value ? std::optional<double>(*value) : std::nullopt;
}

std::optional<int64_t> integer_in(std::string_view text, ElementType element) {
  if (text.starts_with("0x")) {
    uint64_t bits = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + 2, end, bits, 16);
    if (error != std::errc() || rest != end || (bits > INT64_MAX && element != ElementType::kU64)) return std::nullopt;
    return static_cast<int64_t>(bits);
  }
  if (element != ElementType::kU64) return number_in<int64_t>(text);
  const std::optional<uint64_t> value = number_in<uint64_t>(text);
  return value ? std::optional(static_cast<int64_t>(*value)) : std::nullopt;
}

}  // namespace

std::string text_of(Expr e, const ExprNames& names, std::optional<ValueType> context) {
  return ExprPrinter(&names).print_root(e, 0, context);
}
std::string side_text_of(Expr e, const ExprNames& names) {
  return ExprPrinter(&names).print_root(e, precedence_of(Opcode::kEqual) + 1, kIndex);
}
std::string text_of(Expr e) { return e.valid() ? ExprPrinter(nullptr).print_root(e, 0, std::nullopt) : "<none>"; }

std::string float_text(double value, ElementType element) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::array<char, 32> buffer{};
  char* const begin = buffer.data();
  if (element == ElementType::kF32)
    return {begin, std::to_chars(begin, begin + buffer.size(), static_cast<float>(value)).ptr};
  if (element == ElementType::kF64) return {begin, std::to_chars(begin, begin + buffer.size(), value).ptr};
  return shortest_by_trial(value, element);
}

std::string scalar_text(int64_t payload, ElementType element) {
  switch (info(element).number) {
    case NumberClass::kBoolean: return payload != 0 ? "true" : "false";
    case NumberClass::kSigned: return std::to_string(payload);
    case NumberClass::kUnsigned: return std::to_string(static_cast<uint64_t>(payload));
    case NumberClass::kFloating: break;
  }
  return float_text(std::bit_cast<double>(payload), element);
}

std::optional<int64_t> scalar_payload(std::string_view text, ElementType element) {
  switch (info(element).number) {
    case NumberClass::kBoolean:
      return text == "true" ? std::optional<int64_t>(1) : text == "false" ? std::optional<int64_t>(0) : std::nullopt;
    case NumberClass::kSigned:
    case NumberClass::kUnsigned: {
      const std::optional<int64_t> value = integer_in(text, element);
      return value && wrap_integer(*value, element).integer == *value ? value : std::nullopt;
    }
    case NumberClass::kFloating: break;
  }
  const std::optional<double> value = double_in(text, element);
  return value ? std::optional(std::bit_cast<int64_t>(round_number(*value, element).number)) : std::nullopt;
}

}  // namespace burin::ir
