#include "passes/expand_math.h"

#include <array>
#include <iterator>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include "ir/expr/walk.h"
#include "ir/loop/walk.h"
#include "passes/math_functions.h"

namespace burin::passes {

using namespace ir;

namespace {

struct Expansion {
  Opcode opcode;
  Expr (*expand)(Expr);
};

struct AngleExpansion {
  Opcode opcode;
  Expr (*expand)(Expr, Angles);
};

constexpr auto kAngleExpansions = std::to_array<AngleExpansion>({
    {Opcode::kSin, expand_sin},
    {Opcode::kCos, expand_cos},
    {Opcode::kTan, expand_tan},
});

constexpr auto kExpansions = std::to_array<Expansion>({
    {Opcode::kExp, expand_exp},
    {Opcode::kLog, expand_log},
    {Opcode::kAsin, expand_asin},
    {Opcode::kAcos, expand_acos},
    {Opcode::kAtan, expand_atan},
    {Opcode::kSinh, expand_sinh},
    {Opcode::kCosh, expand_cosh},
    {Opcode::kTanh, expand_tanh},
    {Opcode::kAsinh, expand_asinh},
    {Opcode::kAcosh, expand_acosh},
    {Opcode::kAtanh, expand_atanh},
    {Opcode::kErf, expand_erf},
});

Expr expand_node(Expr node) {
  const ElementType element = node->type.element;
  if (!is_float(element)) return node;
  const bool narrow = element == ElementType::kF16 || element == ElementType::kBF16;
  const auto operand = [&](size_t i) {
    return narrow ? cast(node->operands[i], ElementType::kF32) : node->operands[i];
  };
  if (node->opcode == Opcode::kPow) return cast(expand_pow(operand(0), operand(1)), element);
  for (const Expansion& row : kExpansions) {
    if (row.opcode == node->opcode) return cast(row.expand(operand(0)), element);
  }
  for (const AngleExpansion& row : kAngleExpansions) {
    if (row.opcode == node->opcode) return cast(row.expand(operand(0), Angles::kAll), element);
  }
  return node;
}

// Functions whose expansion for all angles is much longer than the one for near angles, each as statements before the one that
// needs its value:
//
//   store sin(load f64 %x[i]) -> %y[i]      =>      let angle0 = load f64 %x[i]
//                                                   tile turned0 : f64
//                                                   if abs(angle0) < 2^48 {
//                                                     turned0 = .. for near angles
//                                                   } else {
//                                                     turned0 = .. for all angles
//                                                   }
//                                                   store turned0 -> %y[i]
//
// Conditions of loops and the like, which are evaluated elsewhere, get the expansion for all angles in place.
class AngleBranches {
 public:
  void walk(Block& block) {
    Block done;
    for (LoopStatement& statement : block) {
      for_each_block(statement, [this](Block& inner) { walk(inner); });
      before_.clear();
      known_.clear();
      if (auto* let = std::get_if<Let>(&statement.form)) let->value = without_angles(let->value);
      if (auto* assign = std::get_if<Assign>(&statement.form)) assign->value = without_angles(assign->value);
      if (auto* store = std::get_if<StoreTo>(&statement.form)) store->value = without_angles(store->value);
      std::ranges::move(before_, std::back_inserter(done));
      done.push_back(std::move(statement));
    }
    block = std::move(done);
  }

 private:
  Expr without_angles(Expr e) {
    return rewrite_bottom_up(e, [&](Expr node) {
      for (const AngleExpansion& row : kAngleExpansions) {
        if (row.opcode == node->opcode && is_computed(node->type.element)) return branched(row, node);
      }
      return node;
    });
  }

  // f16 and bf16 are computed in f32 by the expansion itself.
  static bool is_computed(ElementType element) { return element == ElementType::kF32 || element == ElementType::kF64; }

  Expr branched(const AngleExpansion& row, Expr node) {
    if (const auto known = known_.find(node.node()); known != known_.end()) return known->second;
    ExprPool& pool = *node->pool;
    const auto declare = [&](std::string_view stem) {
      return pool.declare({fmt::format("{}{}", stem, count_), node->type, INT64_MIN, INT64_MAX, {}});
    };
    const VariableId angle = declare("angle");
    const VariableId turned = declare("turned");
    ++count_;
    const Expr x = pool.variable(angle);
    before_.push_back({Let{angle, node->operands[0]}});
    before_.push_back({Tile{turned, {}}});
    before_.push_back({Branch{are_near(x),
                              {{Assign{turned, {}, row.expand(x, Angles::kNear)}}},
                              {{Assign{turned, {}, row.expand(x, Angles::kAll)}}}}});
    return known_.emplace(node.node(), pool.variable(turned)).first->second;
  }

  Block before_;                                     // of the statement at hand
  std::unordered_map<const ExprNode*, Expr> known_;  // its functions, by their value
  int count_ = 0;
};

}  // namespace

Expr expand_math(Expr e) { return rewrite_bottom_up(e, expand_node); }

Status expand_math(Module& module, const PassContext&) {
  for (Kernel& kernel : module.kernels) {
    AngleBranches().walk(kernel.body);
    map_exprs(kernel.body, [](Expr e) { return expand_math(e); });
  }
  return {};
}

}  // namespace burin::passes
