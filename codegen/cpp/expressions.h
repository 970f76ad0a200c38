// Expressions of the loop form as C++ expressions, inside one function. Values that a statement uses more than once, and parts
// of expressions that would make a line too long, become constants in front of it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codegen/cpp/cpp_types.h"
#include "codegen/cpp/helpers.h"
#include "ir/expr/walk.h"
#include "ir/loop/loop.h"
#include "ir/text/names.h"
#include "ir/text/writer.h"

namespace burin::codegen::cpp {

// What a variable of the loop form is in the function. A register tile is one C++ variable per element, or an array where an
// index is not known while printing.
struct Named {
  std::string name;
  CppType type;
  bool is_index = false;  // computed from loop counters and sizes alone: its arithmetic does not overflow
  bool is_array = false;
  std::vector<int64_t> dims;          // of a tile
  std::vector<std::string> elements;  // of a tile that is no array
  std::vector<bool> declared;         // by element; of a tile without dimensions, and of an array, there is one
};

// Whether arithmetic on sizes may overflow and must wrap: in planning functions, which test it afterwards.
enum class Overflow : uint8_t { kNever, kWraps };

// The function being printed.
struct Function {
  ir::ExprPool& pool;
  Helpers& helpers;
  ir::TextWriter& out;
  Overflow index_overflow = Overflow::kNever;
  ir::NameGiver names = {};
  std::vector<std::string> buffers = {};               // by BufferId
  std::unordered_map<uint32_t, Named> variables = {};  // by VariableId
  ir::Substitution counters = {};  // of unrolled loops, and their values; and what they make no more than a sum

  // `wanted` as an identifier that nothing else in the function has.
  std::string name(std::string_view wanted);
  // Keeps local names from hiding these functions.
  void reserve(std::span<const std::string> functions);
};

class Expressions {
 public:
  explicit Expressions(Function& function) : function_(function) {}

  // Starts a statement that computes `roots`, whose unrolled counters are replaced. Values they share get names.
  void start(std::span<ir::Expr> roots);
  // A root of the statement as C++; scalars and numbers as they are, bool vectors as the mask of their type.
  std::string text(ir::Expr root);
  // As an operand of a comparison, a condition or a sum: in parentheses where it needs them.
  std::string operand(ir::Expr e);
  std::string mask(ir::Expr e, int bytes) { return print_mask(e, bytes).text; }
  // An element of a register tile, declared if it has not been.
  std::string tile_element(ir::VariableId tile, std::span<const ir::Expr> index);
  CppType type(ir::Expr e);
  bool is_index(ir::Expr e);
  // True when the expression fits into one line without names in front of it.
  static bool is_small(ir::Expr e);
  // Written again rather than named.
  static bool is_cheap(ir::Expr e);

 private:
  struct Text {
    std::string text;
    int precedence;
  };

  Text print(ir::Expr e);
  Text print_mask(ir::Expr e, int bytes);
  Text node(ir::Expr e);
  std::string at_least(Text text, int precedence) const;
  std::string operand_at(ir::Expr e, int precedence) { return at_least(print(e), precedence); }

  Text constant(ir::Expr e);
  Text variable(ir::Expr e);
  Text load(ir::Expr e);
  Text lanes(ir::Expr e);
  Text select(ir::Expr e);
  Text cast(ir::Expr e);
  Text vector_cast(ir::Expr e, CppType to, CppType from);
  Text bitcast(ir::Expr e);
  Text compare(ir::Expr e);
  Text compare_bools(ir::Expr e);
  Text logic(ir::Opcode opcode, std::span<const std::string> operands, bool masks);
  Text arithmetic(ir::Expr e);
  Text bool_arithmetic(ir::Expr e);
  Text half_arithmetic(ir::Expr e);
  Text float_arithmetic(ir::Opcode opcode, CppType type, std::span<const Text> operands);
  Text integer_arithmetic(ir::Expr e);
  Text plain_integer(ir::Expr e);
  Text shift(ir::Expr e);
  Text division(ir::Expr e);
  Text bits(ir::Expr e);
  Text call(const std::string& function, std::span<const Text> operands) const;
  Text call(ir::Expr e, Helper helper);
  std::vector<Text> operands_of(ir::Expr e);
  // The same for an operator, which takes a number beside a vector for a number in every lane.
  std::vector<Text> operator_operands(ir::Expr e);
  std::string as_float(ir::Expr half);
  // Bytes of a lane of the mask that computing a bool vector gives without conversion.
  int natural_mask(ir::Expr e);
  int compute_natural_mask(ir::Expr e);
  bool compute_is_index(ir::Expr e);
  void count(ir::Expr e);
  std::string name_value(ir::Expr e, const Text& text);

  Function& function_;
  std::unordered_map<const ir::ExprNode*, int> uses_;
  std::unordered_map<const ir::ExprNode*, std::string> named_;
  std::unordered_map<const ir::ExprNode*, int> mask_bytes_;
  std::unordered_map<const ir::ExprNode*, bool> indices_;
};

}  // namespace burin::codegen::cpp
