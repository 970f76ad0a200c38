// Broadcasting by sizes that are known only at run time: every way that numbers and symbols can meet in one dimension, at every
// size, beside NumPy's rules written down here. Loops are interpreted, so both versions of the code that a nest may have are run.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "ir/graph/copy.h"
#include "ir/run/interpret_loops.h"
#include "passes/pipeline.h"
#include "tests/frontend/evaluate_model.h"

namespace burin::frontend::test {
namespace {

using Dims = std::vector<int64_t>;
using Sizes = std::map<std::string, int64_t>;
using Shape = std::vector<Dim>;

Dims dims_at(const Shape& shape, const Sizes& sizes) {
  Dims dims;
  for (const Dim& dim : shape) {
    const int* number = std::get_if<int>(&dim);
    dims.push_back(number != nullptr ? *number : sizes.at(std::get<std::string>(dim)));
  }
  return dims;
}

int64_t count_of(const Dims& dims) {
  int64_t count = 1;
  for (int64_t dim : dims) count *= dim;
  return count;
}

// NumPy's: equal, or one of them 1. Absent where the two do not go together.
std::optional<Dims> broadcast_dims(Dims a, Dims b) {
  if (a.size() < b.size()) std::swap(a, b);
  b.insert(b.begin(), a.size() - b.size(), 1);
  for (size_t d = 0; d < a.size(); ++d) {
    if (a[d] != b[d] && a[d] != 1 && b[d] != 1) return std::nullopt;
    if (a[d] == 1) a[d] = b[d];
  }
  return a;
}

// Where the element of `from` is that stands at row-major position `position` of `to`.
int64_t source_of(int64_t position, const Dims& from, const Dims& to) {
  int64_t at = 0;
  int64_t stride = 1;
  for (size_t back = 1; back <= to.size(); ++back) {
    const int64_t place = position % to[to.size() - back];
    position /= to[to.size() - back];
    if (back > from.size()) continue;
    const int64_t extent = from[from.size() - back];
    at += (extent == 1 ? 0 : place) * stride;
    stride *= extent;
  }
  return at;
}

struct Answer {
  Dims dims;
  std::vector<double> values;
};
using Operands = std::vector<Answer>;
// What ONNX defines; absent where it defines nothing.
using Reference = std::function<std::optional<Answer>(const Operands&)>;

Reference elementwise(std::function<double(const std::vector<double>&)> of_elements) {
  return [=](const Operands& operands) -> std::optional<Answer> {
    std::optional<Dims> dims = operands[0].dims;
    for (const Answer& operand : operands) dims = dims ? broadcast_dims(*dims, operand.dims) : dims;
    if (!dims) return std::nullopt;
    Answer answer{*dims, {}};
    for (int64_t i = 0; i < count_of(*dims); ++i) {
      std::vector<double> elements;
      for (const Answer& operand : operands)
        elements.push_back(operand.values[static_cast<size_t>(source_of(i, operand.dims, *dims))]);
      answer.values.push_back(of_elements(elements));
    }
    return answer;
  };
}

// [.., M, K] by [.., K, N].
std::optional<Answer> product(const Operands& operands) {
  const auto matrix = [](const Answer& operand) { return Dims(operand.dims.end() - 2, operand.dims.end()); };
  const auto batch = [](const Answer& operand) { return Dims(operand.dims.begin(), operand.dims.end() - 2); };
  const Answer& a = operands[0];
  const Answer& b = operands[1];
  const std::optional<Dims> batches = broadcast_dims(batch(a), batch(b));
  const int64_t rows = matrix(a)[0], depth = matrix(a)[1], columns = matrix(b)[1];
  if (!batches || matrix(b)[0] != depth) return std::nullopt;
  Answer answer{*batches, {}};
  answer.dims.insert(answer.dims.end(), {rows, columns});
  for (int64_t i = 0; i < count_of(*batches); ++i) {
    const int64_t left = source_of(i, batch(a), *batches) * rows * depth;
    const int64_t right = source_of(i, batch(b), *batches) * depth * columns;
    for (int64_t m = 0; m < rows; ++m) {
      for (int64_t n = 0; n < columns; ++n) {
        double sum = 0;
        for (int64_t k = 0; k < depth; ++k)
          sum += a.values[static_cast<size_t>(left + m * depth + k)] *
                 b.values[static_cast<size_t>(right + k * columns + n)];
        answer.values.push_back(sum);
      }
    }
  }
  return answer;
}

// A model of inputs "x0", "x1", .. with these shapes and output "y".
struct Case {
  std::vector<Shape> shapes;
  std::function<void(ModelBuilder&)> build;
  Reference reference;
  std::vector<int> types = {};  // float where left out
  int64_t least = 1;            // size of a symbol
};

std::string text_of(const std::vector<Shape>& shapes) {
  std::string text;
  for (const Shape& shape : shapes) {
    text += "[";
    for (const Dim& dim : shape) {
      const int* number = std::get_if<int>(&dim);
      text += (number != nullptr ? std::to_string(*number) : std::get<std::string>(dim)) + " ";
    }
    text += "]";
  }
  return text;
}

int type_of(const Case& one, size_t input) {
  return input < one.types.size() ? one.types[input] : onnx::TensorProto::FLOAT;
}

ir::Literal literal_of(const Answer& operand, int type) {
  const ir::ElementType element = type == onnx::TensorProto::BOOL    ? ir::ElementType::kBool
                                  : type == onnx::TensorProto::INT32 ? ir::ElementType::kI32
                                                                     : ir::ElementType::kF32;
  return ir::numbers(element, operand.dims, operand.values);
}

void expect_answer(const ir::Module& module, const Case& one, const Sizes& sizes) {
  Operands operands;
  std::vector<ir::Literal> inputs;
  for (size_t i = 0; i < one.shapes.size(); ++i) {
    Answer operand{dims_at(one.shapes[i], sizes), {}};
    const bool is_flag = type_of(one, i) == onnx::TensorProto::BOOL;
    for (int64_t k = 0; k < count_of(operand.dims); ++k)
      operand.values.push_back(is_flag ? static_cast<double>(k % 2) : static_cast<double>(k + 1) * (i == 1 ? -3 : 2));
    inputs.push_back(literal_of(operand, type_of(one, i)));
    operands.push_back(std::move(operand));
  }
  const std::optional<Answer> expected = one.reference(operands);
  const auto found = ir::interpret(module, inputs);
  if (!expected) {
    ASSERT_FALSE(found) << "expected to be refused";
    EXPECT_EQ(found.faults()[0].fault, ir::Fault::kInput) << ir::text_of(found.faults());
    return;
  }
  ASSERT_TRUE(found) << ir::text_of(found.faults());
  EXPECT_EQ((*found)[0].dims, expected->dims);
  EXPECT_EQ(ir::values_of((*found)[0]), expected->values);
}

// Compiles once, and runs at all sizes of all symbols.
void expect_right_at_every_size(const Case& one) {
  SCOPED_TRACE(text_of(one.shapes));
  ModelBuilder model;
  std::vector<std::string> symbols;
  ImportOptions options;
  for (size_t i = 0; i < one.shapes.size(); ++i) {
    model.input("x" + std::to_string(i), one.shapes[i], type_of(one, i));
    for (const Dim& dim : one.shapes[i]) {
      const std::string* symbol = std::get_if<std::string>(&dim);
      if (symbol == nullptr || std::ranges::find(symbols, *symbol) != symbols.end()) continue;
      symbols.push_back(*symbol);
      options.symbol_bounds[*symbol] = {one.least, 16};
    }
  }
  model.output("y");
  one.build(model);
  const ir::Result<ir::Graph> graph = model.import(options);
  ASSERT_TRUE(graph) << faults_of(graph);
  const ir::Result<ir::Module> module = passes::lowered_to<ir::Module>(ir::copy_of(*graph), passes::PassContext{});
  ASSERT_TRUE(module) << ir::text_of(module.faults());
  const std::vector<int64_t> choices = one.least == 0 ? std::vector<int64_t>{0, 1, 5} : std::vector<int64_t>{1, 2, 5};
  size_t combinations = 1;
  for (size_t i = 0; i < symbols.size(); ++i) combinations *= choices.size();
  for (size_t number = 0; number < combinations; ++number) {
    Sizes sizes;
    std::string text;
    for (size_t rest = number; const std::string& symbol : symbols) {
      sizes[symbol] = choices[rest % choices.size()];
      text += symbol + "=" + std::to_string(sizes[symbol]) + " ";
      rest /= choices.size();
    }
    SCOPED_TRACE(text);
    expect_answer(*module, one, sizes);
  }
}

std::function<void(ModelBuilder&)> node(const std::string& type, size_t operands) {
  return [=](ModelBuilder& model) {
    std::vector<std::string> names;
    for (size_t i = 0; i < operands; ++i) names.push_back("x" + std::to_string(i));
    model.node(type, names, {"y"});
  };
}

// What stands in the dimension that is asked about: a symbol of the operand's own, one that two operands share, or a number.
std::vector<Dim> dimensions_of(const std::string& own) { return {own, std::string("Z"), 1, 5}; }

// All choices for the dimension of each of `operands` operands. Such that no number meets another that it never agrees with.
std::vector<std::vector<Dim>> choices_for(size_t operands) {
  std::vector<std::vector<Dim>> all = {{}};
  for (size_t i = 0; i < operands; ++i) {
    std::vector<std::vector<Dim>> longer;
    for (const std::vector<Dim>& chosen : all) {
      for (const Dim& dim : dimensions_of(std::string(1, static_cast<char>('A' + i)))) {
        longer.push_back(chosen);
        longer.back().push_back(dim);
      }
    }
    all = std::move(longer);
  }
  return all;
}

double sum_of(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return sum;
}

TEST(Broadcast, of_two_operands_in_the_last_dimension) {
  for (const auto& dims : choices_for(2))
    expect_right_at_every_size({{{3, dims[0]}, {3, dims[1]}}, node("Add", 2), elementwise(sum_of)});
}

TEST(Broadcast, of_two_operands_before_the_last_dimension) {
  for (const auto& dims : choices_for(2))
    expect_right_at_every_size({{{dims[0], 8}, {dims[1], 8}}, node("Add", 2), elementwise(sum_of)});
}

TEST(Broadcast, of_operands_of_different_rank) {
  for (const auto& dims : choices_for(2))
    expect_right_at_every_size({{{dims[0]}, {2, dims[1]}}, node("Add", 2), elementwise(sum_of)});
}

TEST(Broadcast, in_two_dimensions_at_once) {
  expect_right_at_every_size({{{"A", "B"}, {"C", "D"}}, node("Add", 2), elementwise(sum_of)});
  expect_right_at_every_size({{{"A", "B"}, {"B", "A"}}, node("Add", 2), elementwise(sum_of)});
}

TEST(Broadcast, of_sizes_that_may_be_zero) {
  for (const auto& dims : choices_for(2)) {
    expect_right_at_every_size({{{3, dims[0]}, {3, dims[1]}}, node("Add", 2), elementwise(sum_of), {}, 0});
  }
}

TEST(Broadcast, of_three_operands) {
  for (const auto& dims : choices_for(3)) {
    expect_right_at_every_size({{{2, dims[0]}, {2, dims[1]}, {dims[2]}}, node("Sum", 3), elementwise(sum_of)});
  }
}

TEST(Broadcast, of_where) {
  const Reference where = elementwise([](const std::vector<double>& x) { return x[0] != 0 ? x[1] : x[2]; });
  for (const auto& dims : choices_for(3))
    expect_right_at_every_size({{{dims[0]}, {dims[1]}, {dims[2]}}, node("Where", 3), where, {onnx::TensorProto::BOOL}});
}

TEST(Broadcast, of_a_sum_of_sums) {
  const auto build = [](ModelBuilder& model) {
    model.node("Add", {"x0", "x1"}, {"left"});
    model.node("Add", {"x0", "x2"}, {"right"});
    model.node("Add", {"left", "right"}, {"y"});
  };
  const Reference reference = elementwise([](const std::vector<double>& x) { return 2 * x[0] + x[1] + x[2]; });
  for (const auto& dims : choices_for(3))
    expect_right_at_every_size({{{2, dims[0]}, {2, dims[1]}, {2, dims[2]}}, build, reference});
}

TEST(Broadcast, of_the_batches_of_a_product) {
  for (const auto& dims : choices_for(2)) {
    expect_right_at_every_size({{{dims[0], 2, 3}, {dims[1], 3, 4}}, node("MatMul", 2), product});
    expect_right_at_every_size({{{2, dims[0], 2, 3}, {dims[1], 3, 4}}, node("MatMul", 2), product});
  }
}

TEST(Broadcast, of_a_product_that_is_added_to) {
  const auto build = [](ModelBuilder& model) {
    model.node("MatMul", {"x0", "x1"}, {"product"});
    model.node("Add", {"product", "x2"}, {"sum"});
    model.node("Relu", {"sum"}, {"y"});
  };
  const Reference reference = [](const Operands& operands) -> std::optional<Answer> {
    const std::optional<Answer> left = product(operands);
    const Reference relu = elementwise([](const std::vector<double>& x) { return std::max(0.0, x[0] + x[1]); });
    return left ? relu({*left, operands[2]}) : std::nullopt;
  };
  for (const auto& dims : choices_for(3))
    expect_right_at_every_size({{{dims[0], 2, 3}, {dims[1], 3, 4}, {dims[2], 1, 4}}, build, reference});
}

TEST(Broadcast, of_expand) {
  const auto build = [](ModelBuilder& model) {
    model.node("Shape", {"x1"}, {"shape"});
    model.node("Expand", {"x0", "shape"}, {"y"});
  };
  const Reference reference = elementwise([](const std::vector<double>& x) { return x[0]; });
  for (const auto& dims : choices_for(2)) expect_right_at_every_size({{{dims[0], 2}, {dims[1], 1}}, build, reference});
}

TEST(Broadcast, of_einsum_labels) {
  const auto build = [](ModelBuilder& model) {
    set_text(model.node("Einsum", {"x0", "x1"}, {"y"}), "equation", "ij,ij->ij");
  };
  const Reference reference = elementwise([](const std::vector<double>& x) { return x[0] * x[1]; });
  for (const auto& dims : choices_for(2)) expect_right_at_every_size({{{dims[0], 2}, {dims[1], 2}}, build, reference});
}

// A parameter broadcasts one way only: it is as long as the axis, or 1.
Reference one_way(std::function<double(double, double)> of_elements) {
  return [=](const Operands& operands) -> std::optional<Answer> {
    Answer parameter = operands[1];
    if (parameter.dims[0] != 1 && parameter.dims[0] != operands[0].dims.back()) return std::nullopt;
    return elementwise([=](const std::vector<double>& x) { return of_elements(x[0], x[1]); })({operands[0], parameter});
  };
}

TEST(Broadcast, of_a_scale_per_axis) {
  const auto build = [](ModelBuilder& model) {
    set_integer(model.node("DequantizeLinear", {"x0", "x1"}, {"y"}), "axis", 1);
  };
  const Reference reference = one_way([](double q, double scale) { return q * scale; });
  for (const Dim& scale : std::vector<Dim>{"A", "Z"}) {
    for (const Dim& axis : std::vector<Dim>{"B", "Z", 5})
      expect_right_at_every_size({{{3, axis}, {scale}}, build, reference, {onnx::TensorProto::INT32}});
  }
}

TEST(Broadcast, of_heads_that_share_keys) {
  const auto build = [](ModelBuilder& model) {
    model.proto().mutable_opset_import(0)->set_version(23);
    auto* scale = model.node("Attention", {"x0", "x1", "x2"}, {"y"}).add_attribute();
    scale->set_name("scale");
    scale->set_type(onnx::AttributeProto::FLOAT);
    scale->set_f(1);
  };
  // One key for each query takes all its weight: every head yields the values of the head that it shares.
  const Reference reference = [](const Operands& operands) -> std::optional<Answer> {
    const int64_t heads = operands[0].dims[1];
    const int64_t shared = operands[1].dims[1];
    if (heads % shared != 0) return std::nullopt;
    Answer answer{{1, heads, 1, 2}, {}};
    for (int64_t head = 0; head < heads; ++head) {
      const auto from = static_cast<size_t>(head / (heads / shared) * 2);
      answer.values.insert(answer.values.end(), {operands[2].values[from], operands[2].values[from + 1]});
    }
    return answer;
  };
  expect_right_at_every_size({{{1, "N", 1, 2}, {1, "M", 1, 2}, {1, "M", 1, 2}}, build, reference});
  expect_right_at_every_size({{{1, 10, 1, 2}, {1, "M", 1, 2}, {1, "M", 1, 2}}, build, reference});
}

TEST(Broadcast, a_symbol_beside_a_number_keeps_the_number) {
  ModelBuilder model;
  model.input("a", {"n", 4}).input("b", {"m", "c"}).output("y");
  model.node("Add", {"a", "b"}, {"y"});
  const auto graph = model.import();
  EXPECT_EQ(output_type(graph), "f32[max(n,m),4]");
  ASSERT_EQ(graph->assumptions.size(), 2u);
  EXPECT_EQ(graph->assumptions[0].dimensions.relation, ir::DimensionRelation::kEitherMayBeOne);
  EXPECT_EQ(test::text_of(graph->assumptions[1].dimensions.left), "c");
  EXPECT_EQ(test::text_of(graph->assumptions[1].dimensions.right), "4");
  EXPECT_EQ(graph->assumptions[1].dimensions.relation, ir::DimensionRelation::kLeftMayBeOne);
}

TEST(Broadcast, symbols_that_must_be_equal_elsewhere_are_not_in_doubt) {
  ModelBuilder model;
  model.input("a", {"n", 4}).input("b", {"m", 4}).output("y");
  set_integer(model.node("Concat", {"a", "b"}, {"both"}), "axis", 1);
  model.node("Add", {"a", "b"}, {"sum"});
  set_integer(model.node("Concat", {"both", "sum"}, {"y"}), "axis", 1);
  const auto graph = model.import();
  EXPECT_EQ(output_type(graph), "f32[n,12]");
  ASSERT_EQ(graph->assumptions.size(), 1u);
  EXPECT_EQ(graph->assumptions[0].dimensions.relation, ir::DimensionRelation::kEqual);
}

TEST(Broadcast, extents_computed_from_one_symbol_must_be_equal) {
  ModelBuilder model;
  model.input("a", {"n"}).integers("from", {0}).integers("to", {8}).output("y");
  model.node("Slice", {"a", "from", "to"}, {"b"});
  model.node("Add", {"a", "b"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[n]");
}

}  // namespace
}  // namespace burin::frontend::test
