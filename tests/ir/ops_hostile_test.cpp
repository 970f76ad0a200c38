// Every row on operands and attributes that make no sense: it names a fault, or computes something within its tensors.
#include <gtest/gtest.h>

#include <random>

#include "ir/base/checked.h"
#include "tests/ir/op_evaluation.h"

namespace burin::ir {
namespace {

class Chaos {
 public:
  explicit Chaos(uint32_t seed) : random_(seed) {}

  int64_t below(int64_t bound) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(bound)); }
  bool coin() { return below(2) == 0; }

  // Mostly small, as a model's would be; the extremes find what overflows.
  int64_t integer() {
    constexpr int64_t kExtremes[] = {INT64_MIN, INT64_MAX, -1, int64_t{1} << 40, int64_t{1} << 32};
    return below(8) == 0 ? kExtremes[below(5)] : below(4);
  }

  Literal literal() {
    constexpr ElementType kTypes[] = {ElementType::kF32, ElementType::kF32, ElementType::kF32, ElementType::kI64,
                                      ElementType::kI8,  ElementType::kU8,  ElementType::kF16, ElementType::kBool};
    std::vector<int64_t> dims(static_cast<size_t>(below(5)));
    for (int64_t& dim : dims) dim = below(8) == 0 ? 0 : 1 + below(3);
    std::vector<double> values(static_cast<size_t>(*checked_product(dims)));
    for (double& value : values) value = static_cast<double>(below(9)) - 4;
    return numbers(kTypes[below(8)], std::move(dims), std::move(values));
  }

  std::vector<Literal> operands(const OpInfo& info) {
    const int64_t most = std::min<int64_t>(info.most_operands, info.least_operands + 4);
    std::vector<Literal> made(static_cast<size_t>(info.least_operands + below(most - info.least_operands + 1)));
    const Literal like = literal();
    for (size_t i = 0; i < made.size(); ++i) {
      if (static_cast<int>(i) >= info.least_operands && below(4) == 0) continue;  // left out
      made[i] = below(3) == 0 ? literal() : like;
    }
    return made;
  }

  AttributeValue value(const AttributeValue& held, ExprPool& pool) {
    const auto list = [&](auto make) {
      std::vector<decltype(make())> made(static_cast<size_t>(below(5)));
      for (auto& item : made) item = make();
      return made;
    };
    if (std::holds_alternative<bool>(held)) return coin();
    if (std::holds_alternative<int64_t>(held)) return integer();
    if (std::holds_alternative<double>(held)) return static_cast<double>(below(5)) - 2;
    if (std::holds_alternative<ElementType>(held)) return static_cast<ElementType>(below(kElementTypes));
    if (std::holds_alternative<std::vector<int64_t>>(held)) return list([&] { return integer(); });
    if (std::holds_alternative<std::vector<double>>(held)) return list([&] { return 1.0; });
    if (std::holds_alternative<std::vector<Expr>>(held)) return list([&] { return pool.integer(integer()); });
    if (std::holds_alternative<std::string>(held)) {
      constexpr const char* kTexts[] = {"", "ij,jk->ik", "i->i", "tanh", "sigmoid,tanh", "forward", ",->,"};
      return std::string(kTexts[below(7)]);
    }
    return held;
  }

  Attributes attributes(const OpInfo& info, ExprPool& pool) {
    const AttributeSchema& schema = info.schema();
    const std::shared_ptr<void> held = schema.make();
    for (const FieldInfo& field : schema.fields) {
      if (below(3) != 0) field.set(held.get(), value(field.get(held.get()), pool));
    }
    return {schema, held};
  }

 private:
  std::mt19937 random_;
};

TEST(Hostile, operands_and_attributes_never_break_an_op) {
  constexpr int kTries = 300;
  int computed = 0;
  for (const OpInfo* info : all_ops()) {
    if (info->regions != 0 || info->lower == nullptr) continue;
    Chaos chaos(static_cast<uint32_t>(info->name.size() * 7919 + static_cast<size_t>(info->name[0])));
    for (int i = 0; i < kTries; ++i) {
      const auto pool = std::make_shared<ExprPool>();
      SCOPED_TRACE(info->name);
      const Result<std::vector<Literal>> results =
          evaluate_op(*info, chaos.operands(*info), chaos.attributes(*info, *pool), pool);
      computed += results ? 1 : 0;
    }
  }
  EXPECT_GT(computed, kTries);  // not everything is nonsense
}

}  // namespace
}  // namespace burin::ir
