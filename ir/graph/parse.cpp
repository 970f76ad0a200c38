#include <algorithm>
#include <bit>
#include <map>

#include "ir/expr/linear.h"
#include "ir/graph/op.h"
#include "ir/graph/text.h"

namespace burin::ir {
namespace {

class GraphParser {
 public:
  GraphParser(std::string_view text, const TextParseOptions& options)
      : cursor_(text), options_(options), expressions_(cursor_, *graph_.pool, scope_, options.building) {}

  Result<Graph> parse() {
    graph_.body = graph_.regions.add({});
    cursor_.expect_word("func");
    graph_.name = cursor_.expect_kind(TokenKind::kGlobal, "the function's name after @");
    // Types speak of symbols, which are declared behind them.
    const TextCursor::Mark parameters = cursor_.mark();
    skip_parentheses();
    std::optional<TextCursor::Mark> results;
    if (cursor_.accept("->")) {
      results = cursor_.mark();
      skip_parentheses();
    }
    parse_where();
    const TextCursor::Mark body = cursor_.mark();
    cursor_.go_back(parameters);
    parse_parameters(graph_.body);
    cursor_.go_back(body);
    cursor_.expect("{");
    parse_statements(graph_.body, "return");
    cursor_.expect("}");
    if (!cursor_.failed() && cursor_.peek().kind != TokenKind::kEnd) cursor_.fail_expecting("the end of the text");
    if (results) {
      cursor_.go_back(*results);
      parse_result_types();
    }
    check_opaque_symbols();
    if (!faults_.empty()) return faults_;
    if (cursor_.failed()) return cursor_.fault();
    return std::move(graph_);
  }

 private:
  void skip_parentheses() {
    int open = 0;
    do {
      if (cursor_.peek().is("(")) ++open;
      if (cursor_.peek().is(")")) --open;
      if (cursor_.peek().kind == TokenKind::kEnd) return cursor_.fail_expecting("\")\"");
      cursor_.next();
    } while (open > 0);
  }

  // Opaque symbols are made by the ops that find them, or by a region whose parameters depend on them.
  // What is written of them is read when all that it mentions is in scope.
  void parse_where() {
    if (!cursor_.accept_word("where")) return;
    do {
      const TextCursor::Mark at = cursor_.mark();
      if (cursor_.accept_word("opaque")) {
        opaque_.emplace(cursor_.peek().text, at);
        skip_symbol();
        continue;
      }
      const ParsedSymbol symbol = parse_symbol(cursor_, expressions_);
      if (cursor_.failed()) return;
      graph_.symbols.push_back(graph_.pool->declare(symbol.variable));
      declare(cursor_, scope_, symbol.name, graph_.symbols.back());
    } while (cursor_.accept(","));
  }

  void skip_symbol() {
    for (int open = 0; open > 0 || !(cursor_.peek().is(",") || cursor_.peek().is("{")); cursor_.next()) {
      if (cursor_.peek().is("(")) ++open;
      if (cursor_.peek().is(")")) --open;
      if (cursor_.peek().kind == TokenKind::kEnd) return cursor_.fail_expecting("\"{\"");
    }
  }

  void check_opaque_symbols() {
    for (const auto& [name, at] : opaque_) {
      cursor_.go_back(at);
      parse_symbol(cursor_, expressions_);
    }
  }

  void declare_value(const Token& name, ValueId id) {
    if (cursor_.failed() || values_.declare(name.text, id)) return;
    cursor_.fail_at(name, fmt::format("expected a new value, found {} again", value_text(name.text)), "name");
  }

  void parse_parameters(RegionId region) {
    cursor_.expect("(");
    if (cursor_.accept(")")) return;
    do {
      const Token name = cursor_.peek();
      cursor_.expect_kind(TokenKind::kValue, "a parameter");
      cursor_.expect(":");
      if (region != graph_.body) declare_opaque_symbols();
      std::optional<ParsedType> type = parse_type(cursor_, expressions_);
      if (!type) return;
      const ValueId id = graph_.add_value(name.text, {type->element, std::move(type->shape)});
      graph_.regions[region].parameters.push_back(id);
      declare_value(name, id);
    } while (!cursor_.failed() && cursor_.accept(","));
    cursor_.expect(")");
  }

  // Those in the type that comes next. Of a value that a loop carries, extents may differ from turn to turn: no op above
  // finds them.
  void declare_opaque_symbols() {
    const TextCursor::Mark type = cursor_.mark();
    for (Token token = cursor_.next(); !token.is("]") && token.kind != TokenKind::kEnd; token = cursor_.next()) {
      const auto written = opaque_.find(token.text);
      if (!is_name(token) || written == opaque_.end() || scope_.variables.find(token.text)) continue;
      const TextCursor::Mark here = cursor_.mark();
      cursor_.go_back(written->second);
      graph_.opaque_symbols.push_back(graph_.pool->declare(parse_symbol(cursor_, expressions_).variable));
      cursor_.go_back(here);
      scope_.variables.declare(token.text, graph_.opaque_symbols.back());
    }
    cursor_.go_back(type);
  }

  // Up to the word that ends the region, and the values behind it.
  void parse_statements(RegionId region, std::string_view last) {
    if (++depth_ > kMostTextDepth)
      cursor_.fail(fmt::format("expected at most {} regions inside each other, found more", kMostTextDepth), "depth");
    while (!cursor_.failed() && !cursor_.peek().is_word(last)) parse_statement(region);
    cursor_.expect_word(last);
    graph_.regions[region].yields = parse_operands();
    --depth_;
  }

  void parse_statement(RegionId region) {
    std::vector<Token> results;
    if (cursor_.peek().kind == TokenKind::kValue) {
      do {
        results.push_back(cursor_.peek());
        cursor_.expect_kind(TokenKind::kValue, "a result");
      } while (!cursor_.failed() && cursor_.accept(","));
      cursor_.expect("=");
    }
    if (results.size() == 1 && cursor_.accept_word("constant")) return parse_constant(results[0]);
    parse_op(region, results);
  }

  void parse_constant(const Token& name) {
    cursor_.expect(":");
    const std::optional<ParsedType> type = parse_type(cursor_, expressions_);
    cursor_.expect("=");
    std::optional<Literal> literal = type ? parse_literal(cursor_, *type, options_.constants) : std::nullopt;
    if (!literal) return;
    declare_value(name, graph_.add_constant(name.text, *std::move(literal)));
  }

  std::vector<ValueId> parse_operands() {
    std::vector<ValueId> operands;
    const auto begins = [&] { return cursor_.peek().kind == TokenKind::kValue || cursor_.peek().is_word("_"); };
    if (!begins()) return operands;
    do {
      const Token name = cursor_.peek();
      if (cursor_.accept_word("_")) {
        operands.emplace_back();
        continue;
      }
      const std::optional<ValueId> value = values_.find(cursor_.expect_kind(TokenKind::kValue, "an operand"));
      if (!value)
        cursor_.fail_at(name, fmt::format("expected a value that is defined above, found {}", value_text(name.text)),
                        "name");
      operands.push_back(value.value_or(ValueId{}));
    } while (!cursor_.failed() && cursor_.accept(","));
    return operands;
  }

  void parse_op(RegionId region, const std::vector<Token>& results) {
    const Token name = cursor_.peek();
    const OpInfo* row = op_named(cursor_.expect_kind(TokenKind::kIdentifier, "an op"));
    if (row == nullptr)
      cursor_.fail_at(name, fmt::format("expected the name of an op (see burin ops), found {}", shown(name)),
                      "unknown-op");
    std::vector<ValueId> operands = parse_operands();
    if (cursor_.failed()) return;
    Attributes attributes = parse_attributes(*row);
    // The types are compared once they are inferred; regions come behind them, and inference wants those first.
    std::optional<TextCursor::Mark> types;
    if (cursor_.accept(":")) {
      types = cursor_.mark();
      skip_types();
    }
    std::string origin;
    for (std::string& node : parse_origin(cursor_)) origin = std::move(node);
    if (static_cast<int64_t>(results.size()) < row->results) {
      cursor_.fail_at(
          name, fmt::format("expected at least {} results of {}, found {}", row->results, row->name, results.size()),
          "results");
    }
    if (cursor_.failed()) return;
    std::vector<RegionId> regions = parse_regions();
    if (regions.size() != static_cast<size_t>(row->regions)) {
      cursor_.fail_at(name, fmt::format("expected {} regions of {}, found {}", row->regions, row->name, regions.size()),
                      "regions");
    }
    if (cursor_.failed()) return;
    std::vector<std::string> result_names;
    for (const Token& result : results) result_names.push_back(result.text);
    const OpId id = graph_.add_op(region, *row, std::move(operands), std::move(attributes), std::move(result_names),
                                  std::move(origin));
    graph_.ops[id].regions = std::move(regions);
    infer(id, name);
    for (size_t i = 0; i < results.size(); ++i) declare_value(results[i], graph_.ops[id].results[i]);
    const TextCursor::Mark after = cursor_.mark();
    if (!types) return;
    cursor_.go_back(*types);
    parse_types(graph_.ops[id].results);
    cursor_.go_back(after);
  }

  void infer(OpId id, const Token& at) {
    Status status = infer_types(graph_, id);
    if (status) return;
    faults_ = status.faults();
    for (Diagnostic& fault : faults_) {
      if (fault.where.empty()) fault.where = fmt::format("line {}:{}", at.line, at.column);
    }
    cursor_.fail_with(faults_[0]);
  }

  std::vector<RegionId> parse_regions() {
    std::vector<RegionId> regions;
    while (cursor_.peek().is("(") && !cursor_.failed()) {
      const RegionId region = graph_.regions.add({});
      parse_parameters(region);
      cursor_.expect("{");
      parse_statements(region, "yield");
      cursor_.expect("}");
      regions.push_back(region);
    }
    return regions;
  }

  // f32[N, 8], i64[]
  void skip_types() {
    do {
      cursor_.expect_kind(TokenKind::kIdentifier, "an element type");
      cursor_.expect("[");
      for (int open = 1; open > 0 && !cursor_.failed();) {
        if (cursor_.peek().is("[")) ++open;
        if (cursor_.peek().is("]")) --open;
        if (cursor_.peek().kind == TokenKind::kEnd) cursor_.fail_expecting("\"]\"");
        cursor_.next();
      }
    } while (!cursor_.failed() && cursor_.accept(","));
  }

  void parse_types(const std::vector<ValueId>& values) {
    for (size_t i = 0; i < values.size() && !cursor_.failed(); ++i) {
      if (i > 0) cursor_.expect(",");
      parse_type_of(values[i]);
    }
    if (!cursor_.failed() && cursor_.accept(","))
      cursor_.fail(fmt::format("expected {} types, one per result, found more", values.size()));
  }

  void parse_result_types() {
    cursor_.expect("(");
    if (!cursor_.accept(")")) {
      parse_types(graph_.main().yields);
      cursor_.expect(")");
    }
  }

  // A written type that must be the inferred one. A name not seen before stands for the opaque symbol that is inferred there.
  void parse_type_of(ValueId id) {
    if (!id.valid()) return;
    const Token at = cursor_.peek();
    const TensorType inferred = graph_.values[id].type;
    const std::optional<ElementType> element =
        element_type_named(cursor_.expect_kind(TokenKind::kIdentifier, "an element type"));
    if (!element) return cursor_.fail_at(at, fmt::format("expected an element type, found {}", shown(at)));
    cursor_.expect("[");
    bool agrees = element == inferred.element;
    std::vector<Expr> written;
    if (!cursor_.accept("]")) {
      do {
        const Expr known = written.size() < inferred.shape.size() ? inferred.shape[written.size()] : Expr();
        name_opaque_symbol(known);
        written.push_back(expressions_.parse(kIndex));
        agrees &= written.back().valid() && known.valid() && provably_equal(written.back(), known);
      } while (!cursor_.failed() && cursor_.accept(","));
      cursor_.expect("]");
    }
    if (cursor_.failed() || (agrees && written.size() == inferred.shape.size())) return;
    cursor_.fail_at(at,
                    fmt::format("expected {} (inferred), found {}", shown_type(inferred.element, inferred.shape),
                                shown_type(*element, written)),
                    "type-mismatch");
  }

  static std::string shown_type(ElementType element, const Shape& shape) {
    std::string dims;
    for (Expr dim : shape) dims += (dims.empty() ? "" : ", ") + text_of(dim);
    return std::string(info(element).name) + "[" + dims + "]";
  }

  static bool is_name(const Token& token) {
    return token.kind == TokenKind::kString || (token.kind == TokenKind::kIdentifier && !is_reserved(token.text));
  }

  void name_opaque_symbol(Expr inferred) {
    if (!inferred.valid() || !is_variable(inferred)) return;
    const Token& name = cursor_.peek();
    const bool opaque = std::ranges::find(graph_.opaque_symbols, variable_of(inferred)) != graph_.opaque_symbols.end();
    if (is_name(name) && opaque && !scope_.variables.find(name.text))
      scope_.variables.declare(name.text, variable_of(inferred));
  }

  Attributes parse_attributes(const OpInfo& row) {
    const AttributeSchema& schema = row.schema();
    std::shared_ptr<void> held = schema.make();
    if (!cursor_.accept("{")) return {schema, std::move(held)};
    if (cursor_.accept("}")) return {schema, std::move(held)};
    do {
      const Token name = cursor_.peek();
      cursor_.expect_kind(TokenKind::kIdentifier, "an attribute");
      const auto field = std::ranges::find(schema.fields, name.text, &FieldInfo::name);
      if (field == schema.fields.end()) {
        cursor_.fail_at(name, fmt::format("expected an attribute of {}, found {}", row.name, shown(name)), "attribute");
        break;
      }
      cursor_.expect("=");
      AttributeValue value = field->get(held.get());
      std::visit([this](auto& v) { parse_attribute(v); }, value);
      if (!cursor_.failed()) field->set(held.get(), value);
    } while (!cursor_.failed() && cursor_.accept(","));
    cursor_.expect("}");
    return {schema, std::move(held)};
  }

  void parse_attribute(bool& value) {
    value = cursor_.peek().is_word("true");
    if (!cursor_.accept_word("true")) cursor_.expect_word("false");
  }
  void parse_attribute(int64_t& value) { value = cursor_.expect_integer("an integer"); }
  void parse_attribute(double& value) {
    const bool negative = cursor_.accept("-");
    const Token token = cursor_.next();
    const bool plausible = token.kind == TokenKind::kNumber || token.kind == TokenKind::kIdentifier;
    const auto bits = plausible ? scalar_payload((negative ? "-" : "") + token.text, ElementType::kF64) : std::nullopt;
    if (!bits) return cursor_.fail_at(token, fmt::format("expected a number, found {}", shown(token)));
    value = std::bit_cast<double>(*bits);
  }
  void parse_attribute(std::string& value) { value = cursor_.expect_kind(TokenKind::kString, "a string"); }
  void parse_attribute(ElementType& value) {
    const Token name = cursor_.peek();
    const std::optional<ElementType> element =
        element_type_named(cursor_.expect_kind(TokenKind::kIdentifier, "an element type"));
    if (!element) return cursor_.fail_at(name, fmt::format("expected an element type, found {}", shown(name)));
    value = *element;
  }
  void parse_attribute(Expr& value) { value = expressions_.parse(kIndex); }
  void parse_attribute(Literal& value) {
    const std::optional<ParsedType> type = parse_type(cursor_, expressions_);
    cursor_.expect("=");
    std::optional<Literal> literal = type ? parse_literal(cursor_, *type, options_.constants) : std::nullopt;
    if (literal) value = *std::move(literal);
  }
  template <class T>
  void parse_attribute(std::vector<T>& values) {
    values.clear();
    cursor_.expect("[");
    if (cursor_.accept("]")) return;
    do {
      values.emplace_back();
      parse_attribute(values.back());
    } while (!cursor_.failed() && cursor_.accept(","));
    cursor_.expect("]");
  }

  Graph graph_;
  std::map<std::string, TextCursor::Mark> opaque_;  // where they are written, by name
  ExprScope scope_;
  NameScope<ValueId> values_;
  TextCursor cursor_;
  const TextParseOptions& options_;
  ExprParser expressions_;
  Diagnostics faults_;  // of an op's inference
  int depth_ = 0;
};

}  // namespace

Result<Graph> parse_graph(std::string_view text, const TextParseOptions& options) {
  return GraphParser(text, options).parse();
}

}  // namespace burin::ir
