#include "passes/flush_denormals.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "ir/expr/walk.h"
#include "passes/tensor_uses.h"

namespace burin::passes {

using namespace ir;

namespace {

bool adds_or_multiplies(Opcode opcode) {
  return opcode == Opcode::kAdd || opcode == Opcode::kSub || opcode == Opcode::kMul || opcode == Opcode::kFma;
}

// By TensorId: whether all uses of a tensor are operands of sums and products in nests.
class ArithmeticUses {
 public:
  explicit ArithmeticUses(const Program& program) : only_(program.tensors.size(), true) {
    for (TensorId id : program.outputs) only_[id.index] = false;
    for_each_statement(program.body, [&](const Statement& statement) {
      if (const auto* nest = std::get_if<Nest>(&statement.form)) return look_into(*nest);
      if (std::holds_alternative<Group>(statement.form)) return;  // its nests are visited too
      for (TensorId id : touched_by(statement)) only_[id.index] = false;
    });
  }

  bool are_all(TensorId id) const { return only_[id.index]; }

 private:
  void look_into(const Nest& nest) {
    for_each_expr(nest, [&](Expr root) {
      if (root->opcode == Opcode::kRead) only_[tensor_of(root).index] = false;
      for_each_node(root, [&](Expr node) {
        if (adds_or_multiplies(node->opcode)) return;
        for (Expr operand : node->operands) {
          if (operand->opcode == Opcode::kRead) only_[tensor_of(operand).index] = false;
        }
      });
    });
  }

  std::vector<bool> only_;
};

bool is_denormal(float value) { return value != 0 && std::abs(value) < std::numeric_limits<float>::min(); }

float element_at(std::span<const std::byte> bytes, size_t position) {
  float value = 0;
  std::memcpy(&value, bytes.data() + position * sizeof value, sizeof value);
  return value;
}

int64_t count_denormals(std::span<const std::byte> bytes) {
  int64_t count = 0;
  for (size_t i = 0; i < bytes.size() / sizeof(float); ++i) count += is_denormal(element_at(bytes, i)) ? 1 : 0;
  return count;
}

Literal flushed(const Literal& literal) {
  std::vector<std::byte> bytes(literal.bytes.begin(), literal.bytes.end());
  for (size_t i = 0; i < bytes.size() / sizeof(float); ++i) {
    if (is_denormal(element_at(bytes, i))) std::memset(bytes.data() + i * sizeof(float), 0, sizeof(float));
  }
  return make_literal(literal.element, literal.dims, std::move(bytes));
}

}  // namespace

Status flush_denormals(Program& program, const PassContext& context) {
  if (context.math == Math::kStrict) return {};
  const ArithmeticUses uses(program);
  uint32_t index = 0;
  for (Tensor& tensor : program.tensors) {
    const TensorId id{index++};
    if (!tensor.constant || tensor.constant->splat || tensor.element != ElementType::kF32 || !uses.are_all(id))
      continue;
    const int64_t count = count_denormals(tensor.constant->bytes);
    if (count == 0) continue;
    context.explain(fmt::format("flush-denormals: {} of the {} elements of \"{}\" are too small for a normal number",
                                count, tensor.constant->element_count(), tensor.name));
    tensor.constant = flushed(*tensor.constant);
  }
  return {};
}

}  // namespace burin::passes
