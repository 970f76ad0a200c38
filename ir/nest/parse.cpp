#include <algorithm>

#include "ir/nest/text.h"

namespace burin::ir {
namespace {

class NestParser {
 public:
  NestParser(std::string_view text, const TextParseOptions& options)
      : cursor_(text), options_(options), expressions_(cursor_, *program_.pool, scope_, options.building) {
    scope_.access = ExprScope::Access::kReads;
  }

  Result<Program> parse() {
    cursor_.expect_word("program");
    program_.name = cursor_.expect_kind(TokenKind::kGlobal, "the program's name after @");
    const std::vector<Token> inputs = parse_names();
    cursor_.expect("->");
    const std::vector<Token> outputs = parse_names();
    parse_symbols(cursor_, expressions_, *program_.pool, scope_, program_.symbols, program_.opaque_symbols);
    cursor_.expect("{");
    while (cursor_.peek().is_word("tensor") || cursor_.peek().is_word("constant")) parse_tensor();
    program_.inputs = tensors_named(inputs);
    program_.outputs = tensors_named(outputs);
    while (cursor_.accept_word("check")) program_.checks.push_back(parse_check(cursor_, expressions_));
    program_.body = parse_statements();
    cursor_.expect("}");
    if (!cursor_.failed() && cursor_.peek().kind != TokenKind::kEnd) cursor_.fail_expecting("the end of the text");
    if (cursor_.failed()) return cursor_.fault();
    return std::move(program_);
  }

 private:
  // (%x, %y): names of tensors that may be declared later.
  std::vector<Token> parse_names() {
    std::vector<Token> names;
    cursor_.expect("(");
    if (cursor_.accept(")")) return names;
    do {
      names.push_back(cursor_.peek());
      cursor_.expect_kind(TokenKind::kValue, "a tensor");
    } while (!cursor_.failed() && cursor_.accept(","));
    cursor_.expect(")");
    return names;
  }

  TensorId tensor_named(const Token& name) {
    if (cursor_.failed()) return {};
    const std::optional<ExprScope::Storage> found = scope_.storage.find(name.text);
    if (found) return TensorId{found->id};
    cursor_.fail_at(name, fmt::format("expected a tensor that is declared, found {}", value_text(name.text)), "name");
    return {};
  }

  TensorId parse_tensor_name() {
    const Token name = cursor_.peek();
    cursor_.expect_kind(TokenKind::kValue, "a tensor");
    return tensor_named(name);
  }

  std::vector<TensorId> tensors_named(const std::vector<Token>& names) {
    std::vector<TensorId> ids;
    for (const Token& name : names) ids.push_back(tensor_named(name));
    return ids;
  }

  void parse_tensor() {
    const bool constant = cursor_.next().text == "constant";
    const Token name = cursor_.peek();
    Tensor tensor;
    tensor.name = cursor_.expect_kind(TokenKind::kValue, "a tensor");
    cursor_.expect(":");
    const std::optional<ParsedType> type = parse_type(cursor_, expressions_);
    if (!type) return;
    tensor.element = type->element;
    tensor.shape = type->shape;
    if (cursor_.accept_word("layout")) tensor.layout = parse_layout(tensor.shape.size());
    if (constant) {
      cursor_.expect("=");
      tensor.constant = parse_literal(cursor_, *type, options_.constants);
    }
    if (cursor_.failed()) return;
    const size_t rank = tensor.shape.size();
    const ElementType element = tensor.element;
    const TensorId id = program_.tensors.add(std::move(tensor));
    if (scope_.storage.declare(name.text, {id.index, element, rank})) return;
    cursor_.fail_at(name, fmt::format("expected a new tensor, found {} again", value_text(name.text)), "name");
  }

  // [d0, d1 floordiv 16, d2 pad 16, d1 mod 16]
  Layout parse_layout(size_t rank) {
    Layout layout;
    cursor_.expect("[");
    do {
      LayoutDimension part{0, LayoutPart::kWhole, 1};
      const Token dimension = cursor_.peek();
      cursor_.expect_kind(TokenKind::kIdentifier, "a dimension like d0");
      const bool named = dimension.text.size() > 1 && dimension.text[0] == 'd';
      const auto number = named ? scalar_payload(dimension.text.substr(1), ElementType::kI32) : std::nullopt;
      if (!number || *number < 0 || *number >= static_cast<int64_t>(rank)) {
        cursor_.fail_at(
            dimension,
            fmt::format("expected a dimension d0 to d{}, found {}", static_cast<int64_t>(rank) - 1, shown(dimension)),
            "layout");
      }
      part.dimension = static_cast<int>(number.value_or(0));
      if (cursor_.accept_word("floordiv")) part.part = LayoutPart::kQuotient;
      if (cursor_.accept_word("mod")) part.part = LayoutPart::kRemainder;
      if (part.part != LayoutPart::kWhole) part.factor = cursor_.expect_integer("a factor");
      if (part.part == LayoutPart::kWhole && cursor_.accept_word("pad"))
        part.padding = cursor_.expect_integer("a number of places");
      layout.push_back(part);
    } while (!cursor_.failed() && cursor_.accept(","));
    cursor_.expect("]");
    return layout;
  }

  std::vector<Statement> parse_statements() {
    std::vector<Statement> body;
    if (++depth_ > kMostTextDepth)
      cursor_.fail(fmt::format("expected at most {} statements inside each other, found more", kMostTextDepth),
                   "depth");
    while (!cursor_.failed()) {
      const Token& token = cursor_.peek();
      scope_.variables.open_scope();
      if (token.is_word("nest")) {
        body.push_back({parse_nest()});
      } else if (token.is_word("group")) {
        body.push_back({parse_group()});
      } else if (token.is_word("for")) {
        body.push_back({parse_for()});
      } else if (token.is_word("while")) {
        body.push_back({parse_while()});
      } else if (token.is_word("if")) {
        body.push_back({parse_if()});
      } else if (token.is_word("compact")) {
        body.push_back({parse_compact()});
      } else if (token.is_word("count")) {
        body.push_back({parse_count()});
      } else {
        scope_.variables.close_scope();
        break;
      }
      scope_.variables.close_scope();
    }
    --depth_;
    return body;
  }

  std::vector<Axis> parse_axes() {
    std::vector<Axis> axes;
    cursor_.expect("(");
    AxisKind kind = AxisKind::kParallel;
    while (!cursor_.failed() && !cursor_.accept(")")) {
      if (cursor_.accept("|")) {
        kind = AxisKind::kReduction;
      } else if (cursor_.accept(";")) {
        kind = AxisKind::kSequential;
      } else if (!axes.empty()) {
        cursor_.expect(",");
        if (cursor_.accept_word("parallel")) kind = AxisKind::kParallel;
      }
      axes.push_back({parse_counter(cursor_, expressions_, *program_.pool, scope_), kind});
    }
    return axes;
  }

  Nest parse_nest() {
    Nest nest;
    cursor_.next();
    nest.axes = parse_axes();
    nest.origin = parse_origin(cursor_);
    cursor_.expect("{");
    parse_accumulators(nest);
    parse_writes(nest.accumulators.empty() ? "value" : "finish", nest.writes);
    if (cursor_.accept_word("schedule")) parse_schedule(nest);
    cursor_.expect("}");
    return nest;
  }

  void parse_accumulators(Nest& nest) {
    std::vector<std::pair<Token, VariableId>> named;
    while (cursor_.accept_word("init")) {
      const Token name = cursor_.peek();
      Variable variable{cursor_.expect_name("the name of an accumulator"), kIndex, INT64_MIN, INT64_MAX, {}};
      cursor_.expect(":");
      const Token type_name = cursor_.peek();
      const std::optional<ValueType> type = value_type_named(cursor_.expect_kind(TokenKind::kIdentifier, "a type"));
      if (!type) cursor_.fail_at(type_name, fmt::format("expected a type like f32, found {}", shown(type_name)));
      cursor_.expect("=");
      if (cursor_.failed()) return;
      variable.type = *type;
      const Expr init = expressions_.parse(type);
      named.emplace_back(name, program_.pool->declare(std::move(variable)));
      nest.accumulators.push_back({named.back().second, init, {}});
    }
    for (const auto& [name, variable] : named) declare(cursor_, scope_, name, variable);
    const bool steps =
        std::ranges::any_of(nest.axes, [](const Axis& axis) { return axis.kind == AxisKind::kSequential; });
    for (Accumulator& accumulator : nest.accumulators) {
      const std::string& name = (*program_.pool)[accumulator.variable].name;
      cursor_.expect_word(steps ? "step" : "combine");
      const Token found = cursor_.peek();
      if (cursor_.expect_name("the name of an accumulator") != name) {
        cursor_.fail_at(found, fmt::format("expected accumulator {}, found {}", variable_text(name), shown(found)));
      }
      cursor_.expect("=");
      accumulator.combine = expressions_.parse((*program_.pool)[accumulator.variable].type);
    }
  }

  void parse_writes(std::string_view word, std::vector<Write>& writes) {
    while (cursor_.accept_word(word)) {
      Write write;
      const Token at = cursor_.peek();
      write.value = parse_written_value();
      cursor_.expect("->");
      write.tensor = parse_tensor_name();
      cursor_.expect("[");
      if (!cursor_.accept("]")) {
        do {
          write.index.push_back(expressions_.parse(kIndex));
        } while (cursor_.accept(","));
        cursor_.expect("]");
      }
      if (cursor_.accept_word("where")) write.where = expressions_.parse(kBool);
      if (cursor_.failed()) return;
      const size_t rank = program_.tensors[write.tensor].shape.size();
      if (write.index.size() != rank) {
        return cursor_.fail_at(
            at, fmt::format("expected {} indices of the tensor written, found {}", rank, write.index.size()),
            "rank-mismatch");
      }
      writes.push_back(std::move(write));
    }
  }

  // The tensor behind the arrow says which type a bare literal has, so it is looked at first.
  Expr parse_written_value() {
    const TextCursor::Mark start = cursor_.mark();
    while (!cursor_.peek().is("->") && cursor_.peek().kind != TokenKind::kEnd) cursor_.next();
    cursor_.expect("->");
    const TensorId tensor = parse_tensor_name();
    if (cursor_.failed()) return {};
    cursor_.go_back(start);
    return expressions_.parse(ValueType{program_.tensors[tensor].element, 1});
  }

  void parse_schedule(Nest& nest) {
    do {
      ScheduledLoop loop{0, LoopKind::kSerial, 0};
      if (cursor_.accept_word("parallel")) loop.kind = LoopKind::kParallel;
      if (cursor_.accept_word("unrolled")) loop.kind = LoopKind::kUnrolled;
      if (cursor_.accept_word("vector")) loop.kind = LoopKind::kVector;
      const Token name = cursor_.peek();
      const std::optional<VariableId> variable = scope_.variables.find(cursor_.expect_name("the name of an axis"));
      const auto axis =
          std::ranges::find_if(nest.axes, [&](const Axis& a) { return variable && a.variable == *variable; });
      if (axis == nest.axes.end())
        cursor_.fail_at(name, fmt::format("expected an axis of this nest, found {}", shown(name)), "name");
      loop.axis = static_cast<int>(axis - nest.axes.begin());
      if (cursor_.accept("/")) loop.factor = cursor_.expect_integer("a factor");
      nest.schedule.push_back(loop);
    } while (!cursor_.failed() && cursor_.accept(","));
  }

  Group parse_group() {
    Group group;
    cursor_.next();
    group.axes = parse_axes();
    group.origin = parse_origin(cursor_);
    group.body = parse_block();
    return group;
  }

  std::vector<Statement> parse_block() {
    cursor_.expect("{");
    std::vector<Statement> body = parse_statements();
    cursor_.expect("}");
    return body;
  }

  VariableId parse_loop_counter() {
    cursor_.expect("(");
    const VariableId counter = parse_counter(cursor_, expressions_, *program_.pool, scope_);
    cursor_.expect(")");
    return counter;
  }

  For parse_for() {
    For loop;
    cursor_.next();
    loop.counter = parse_loop_counter();
    loop.carried = parse_carry();
    loop.body = parse_carrying_block(loop.carried);
    return loop;
  }

  While parse_while() {
    While loop;
    cursor_.next();
    loop.condition = parse_tensor_name();
    loop.counter = parse_loop_counter();
    loop.carried = parse_carry();
    loop.body = parse_carrying_block(loop.carried);
    return loop;
  }

  // carry (%h = %h0, %c = %c0)
  std::vector<Carried> parse_carry() {
    std::vector<Carried> carried;
    if (!cursor_.accept_word("carry")) return carried;
    cursor_.expect("(");
    do {
      Carried one;
      one.tensor = parse_tensor_name();
      cursor_.expect("=");
      one.initial = parse_tensor_name();
      carried.push_back(one);
    } while (!cursor_.failed() && cursor_.accept(","));
    cursor_.expect(")");
    return carried;
  }

  std::vector<Statement> parse_carrying_block(std::vector<Carried>& carried) {
    cursor_.expect("{");
    std::vector<Statement> body = parse_statements();
    const Token at = cursor_.peek();
    const std::vector<TensorId> next =
        cursor_.accept_word("next") ? tensors_named(parse_names()) : std::vector<TensorId>();
    if (next.size() != carried.size()) {
      cursor_.fail_at(
          at, fmt::format("expected {} next values (as many as carried), found {}", carried.size(), next.size()),
          "carried");
    } else {
      for (size_t i = 0; i < next.size(); ++i) carried[i].next = next[i];
    }
    cursor_.expect("}");
    return body;
  }

  If parse_if() {
    If branch;
    cursor_.next();
    branch.condition = parse_tensor_name();
    branch.then_body = parse_block();
    if (cursor_.accept_word("else")) branch.else_body = parse_block();
    return branch;
  }

  Compact parse_compact() {
    Compact compact;
    cursor_.next();
    compact.axes = parse_axes();
    for (Axis& axis : compact.axes) {
      if (axis.kind == AxisKind::kParallel) axis.kind = AxisKind::kSequential;  // they are walked in order
    }
    cursor_.expect_word("counting");
    const Token position = cursor_.peek();
    cursor_.expect_name("the name of a position");
    cursor_.expect_word("to");
    compact.count = parse_opaque_symbol();
    if (cursor_.failed()) return compact;
    compact.position =
        program_.pool->declare({position.text, kIndex, INT64_MIN, INT64_MAX, program_.pool->variable(compact.count)});
    declare(cursor_, scope_, position, compact.position);
    cursor_.expect_word("where");
    compact.where = expressions_.parse(kBool);
    compact.origin = parse_origin(cursor_);
    cursor_.expect("{");
    parse_writes("value", compact.writes);
    cursor_.expect("}");
    return compact;
  }

  VariableId parse_opaque_symbol() {
    const Token name = cursor_.peek();
    const std::optional<VariableId> symbol = scope_.variables.find(cursor_.expect_name("an opaque symbol"));
    if (symbol && std::ranges::find(program_.opaque_symbols, *symbol) != program_.opaque_symbols.end()) return *symbol;
    cursor_.fail_at(name, fmt::format("expected an opaque symbol, found {}", shown(name)), "name");
    return {};
  }

  // count K = t + 1
  Count parse_count() {
    cursor_.next();
    Count count{parse_opaque_symbol(), {}};
    cursor_.expect("=");
    count.value = expressions_.parse(kIndex);
    return count;
  }

  Program program_;
  ExprScope scope_;
  TextCursor cursor_;
  const TextParseOptions& options_;
  ExprParser expressions_;
  int depth_ = 0;
};

}  // namespace

Result<Program> parse_program(std::string_view text, const TextParseOptions& options) {
  return NestParser(text, options).parse();
}

}  // namespace burin::ir
