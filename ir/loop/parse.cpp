#include <algorithm>

#include "ir/loop/text.h"

namespace burin::ir {
namespace {

std::optional<Place> place_named(std::string_view word) {
  if (word == "parameter") return Place::kParameter;
  if (word == "input") return Place::kInput;
  if (word == "output") return Place::kOutput;
  if (word == "constant") return Place::kConstant;
  if (word == "arena") return Place::kArena;
  if (word == "symbols") return Place::kSymbols;
  if (word == "local") return Place::kLocal;
  return std::nullopt;
}

std::optional<LoopKind> loop_named(const Token& token) {
  if (token.is_word("for")) return LoopKind::kSerial;
  if (token.is_word("parallel")) return LoopKind::kParallel;
  if (token.is_word("unrolled")) return LoopKind::kUnrolled;
  if (token.is_word("vector")) return LoopKind::kVector;
  return std::nullopt;
}

class LoopParser {
 public:
  LoopParser(std::string_view text, const TextParseOptions& options)
      : cursor_(text), options_(options), expressions_(cursor_, *module_.pool, scope_, options.building) {
    scope_.access = ExprScope::Access::kLoads;
  }

  Result<Module> parse() {
    cursor_.expect_word("module");
    module_.name = cursor_.expect_kind(TokenKind::kGlobal, "the module's name after @");
    cursor_.expect_word("target");
    module_.target = cursor_.expect_kind(TokenKind::kString, "the target's name in quotes");
    parse_symbols(cursor_, expressions_, *module_.pool, scope_, module_.symbols, module_.opaque_symbols);
    cursor_.expect("{");
    while (cursor_.accept_word("input")) parse_interface(module_.inputs);
    while (cursor_.accept_word("output")) parse_interface(module_.outputs);
    while (cursor_.accept_word("check")) module_.checks.push_back(parse_check(cursor_, expressions_));
    if (cursor_.accept_word("arena")) parse_arena();
    if (cursor_.accept_word("constants")) parse_constants();
    const ExprScope symbols = scope_;
    while (cursor_.accept_word("kernel")) {
      scope_.variables = {};
      parse_kernel();
    }
    scope_.variables = symbols.variables;
    cursor_.expect_word("entry");
    parse_entry();
    cursor_.expect("}");
    if (!cursor_.failed() && cursor_.peek().kind != TokenKind::kEnd) cursor_.fail_expecting("the end of the text");
    if (cursor_.failed()) return cursor_.fault();
    return std::move(module_);
  }

 private:
  void parse_interface(std::vector<Interface>& tensors) {
    Interface tensor;
    tensor.name = cursor_.expect_kind(TokenKind::kString, "a tensor's name in quotes");
    cursor_.expect(":");
    const std::optional<ParsedType> type = parse_type(cursor_, expressions_);
    if (!type) return;
    tensor.element = type->element;
    tensor.shape = type->shape;
    tensors.push_back(std::move(tensor));
  }

  int expect_step(std::string_view what) {
    const Token at = cursor_.peek();
    const int64_t step = cursor_.expect_integer(what);
    if (step < 0 || step > INT32_MAX)
      cursor_.fail_at(at, fmt::format("expected 0 to {} as {}, found {}", INT32_MAX, what, step), "arena");
    return static_cast<int>(step);
  }

  void parse_arena() {
    module_.arena_bytes = cursor_.expect_integer("the arena's bytes");
    cursor_.expect("{");
    while (cursor_.accept_word("buffer")) {
      ArenaBuffer piece;
      piece.name = cursor_.expect_kind(TokenKind::kString, "a buffer's name in quotes");
      cursor_.expect("=");
      piece.bytes = expressions_.parse(kIndex);
      cursor_.expect_word("bytes");
      cursor_.expect_word("in");
      piece.first = expect_step("the first step");
      cursor_.expect("..");
      piece.last = expect_step("the last step");
      if (cursor_.accept_word("at")) piece.offset = cursor_.expect_integer("an offset");
      module_.arena.push_back(std::move(piece));
    }
    cursor_.expect("}");
  }

  void parse_constants() {
    module_.constant_bytes = cursor_.expect_integer("the constants' bytes");
    cursor_.expect("{");
    while (cursor_.accept_word("at")) {
      const int64_t offset = cursor_.expect_integer("an offset");
      cursor_.expect(":");
      const std::optional<ParsedType> type = parse_type(cursor_, expressions_);
      cursor_.expect("=");
      std::optional<Literal> literal = type ? parse_literal(cursor_, *type, options_.constants) : std::nullopt;
      if (!literal) return;
      module_.constants.push_back({offset, {*std::move(literal)}});
    }
    cursor_.expect("}");
  }

  void parse_kernel() {
    Kernel kernel;
    const Token name = cursor_.peek();
    kernel.name = cursor_.expect_kind(TokenKind::kGlobal, "the kernel's name after @");
    scope_.storage = {};
    parse_parameters(kernel);
    parse_body(kernel);
    if (cursor_.failed()) return;
    const KernelId id = module_.kernels.add(std::move(kernel));
    if (!kernels_.declare(name.text, id))
      cursor_.fail_at(name, fmt::format("expected a new kernel, found {} again", global_text(name.text)), "name");
  }

  void parse_entry() {
    module_.entry.name = cursor_.expect_kind(TokenKind::kGlobal, "the entry's name after @");
    scope_.storage = {};
    cursor_.expect("(");
    if (!cursor_.accept(")")) {
      do {
        const Token name = cursor_.peek();
        const std::optional<VariableId> symbol = scope_.variables.find(cursor_.expect_name("a symbol"));
        if (!symbol)
          return cursor_.fail_at(name, fmt::format("expected a symbol of the module, found {}", shown(name)), "name");
        module_.entry.scalars.push_back(*symbol);
      } while (cursor_.accept(","));
      cursor_.expect(")");
    }
    parse_body(module_.entry);
  }

  // (%x: f32, %y: written f32 align 4, 1 <= N <= 64)
  void parse_parameters(Kernel& kernel) {
    cursor_.expect("(");
    if (cursor_.accept(")")) return;
    do {
      if (cursor_.peek().kind == TokenKind::kValue) {
        Buffer buffer = parse_buffer();
        buffer.slot = static_cast<int64_t>(kernel.buffers.size());
        add_buffer(kernel, std::move(buffer));
      } else {
        const ParsedSymbol scalar = parse_symbol(cursor_, expressions_);
        if (cursor_.failed()) return;
        kernel.scalars.push_back(module_.pool->declare(scalar.variable));
        declare(cursor_, scope_, scalar.name, kernel.scalars.back());
      }
    } while (!cursor_.failed() && cursor_.accept(","));
    cursor_.expect(")");
  }

  // %x : written f32[16] align 4
  Buffer parse_buffer() {
    Buffer buffer;
    buffer_name_ = cursor_.peek();
    buffer.name = cursor_.expect_kind(TokenKind::kValue, "a buffer");
    cursor_.expect(":");
    buffer.written = cursor_.accept_word("written");
    const Token type = cursor_.peek();
    const std::optional<ElementType> element =
        element_type_named(cursor_.expect_kind(TokenKind::kIdentifier, "an element type"));
    if (!element) cursor_.fail_at(type, fmt::format("expected an element type, found {}", shown(type)));
    buffer.element = element.value_or(ElementType::kF32);
    if (cursor_.accept("[")) {
      buffer.elements = cursor_.expect_integer("a number of elements");
      cursor_.expect("]");
    }
    if (cursor_.accept_word("align")) buffer.alignment = cursor_.expect_integer("an alignment in bytes");
    return buffer;
  }

  void add_buffer(Kernel& kernel, Buffer buffer) {
    if (cursor_.failed()) return;
    const ElementType element = buffer.element;
    const BufferId id = kernel.buffers.add(std::move(buffer));
    if (scope_.storage.declare(buffer_name_.text, {id.index, element, 1})) return;
    cursor_.fail_at(buffer_name_, fmt::format("expected a new buffer, found {} again", value_text(buffer_name_.text)),
                    "name");
  }

  void parse_body(Kernel& kernel) {
    kernel.origin = parse_origin(cursor_);
    if (cursor_.accept_word("shapes")) kernel.shapes = cursor_.expect_kind(TokenKind::kString, "shapes in quotes");
    cursor_.expect("{");
    while (!cursor_.failed()) {
      if (cursor_.accept_word("local")) {
        Buffer buffer = parse_buffer();
        buffer.place = Place::kLocal;
        add_buffer(kernel, std::move(buffer));
      } else if (cursor_.accept_word("buffer")) {
        Buffer buffer = parse_buffer();
        cursor_.expect("=");
        const Token word = cursor_.peek();
        const std::optional<Place> place = place_named(cursor_.expect_kind(TokenKind::kIdentifier, "a place"));
        if (!place)
          cursor_.fail_at(
              word, fmt::format("expected a place (input, output, constant, arena, symbols), found {}", shown(word)));
        buffer.place = place.value_or(Place::kParameter);
        buffer.slot = cursor_.expect_integer("a slot");
        add_buffer(kernel, std::move(buffer));
      } else {
        break;
      }
    }
    kernel.body = parse_statements(kernel);
    cursor_.expect("}");
  }

  Block parse_block(const Kernel& kernel) {
    cursor_.expect("{");
    Block block = parse_statements(kernel);
    cursor_.expect("}");
    return block;
  }

  Block parse_statements(const Kernel& kernel) {
    Block block;
    if (++depth_ > kMostTextDepth)
      cursor_.fail(fmt::format("expected at most {} statements inside each other, found more", kMostTextDepth),
                   "depth");
    scope_.variables.open_scope();
    while (!cursor_.failed() && !cursor_.peek().is("}")) block.push_back(parse_statement(kernel));
    scope_.variables.close_scope();
    --depth_;
    return block;
  }

  LoopStatement parse_statement(const Kernel& kernel) {
    if (const std::optional<LoopKind> kind = loop_named(cursor_.peek())) return {parse_loop(kernel, *kind)};
    if (cursor_.accept_word("while")) {
      const Expr condition = expressions_.parse(kBool);
      return {WhileLoop{condition, parse_block(kernel)}};
    }
    if (cursor_.accept_word("if")) {
      Branch branch{expressions_.parse(kBool), {}, {}};
      branch.then_body = parse_block(kernel);
      if (cursor_.accept_word("else")) branch.else_body = parse_block(kernel);
      return {std::move(branch)};
    }
    if (cursor_.accept_word("let")) return {parse_let()};
    if (cursor_.accept_word("tile")) return {parse_tile()};
    if (cursor_.accept_word("store")) return {parse_store()};
    if (cursor_.accept_word("prefetch")) return {parse_prefetch()};
    if (cursor_.accept_word("call")) return {parse_call()};
    return {parse_assign()};
  }

  Loop parse_loop(const Kernel& kernel, LoopKind kind) {
    cursor_.next();
    Loop loop;
    loop.kind = kind;
    const Token name = cursor_.peek();
    Variable counter{cursor_.expect_name("the name of a counter"), kIndex, INT64_MIN, INT64_MAX, {}};
    cursor_.expect_word("in");
    loop.begin = expressions_.parse(kIndex);
    cursor_.expect("..");
    loop.end = expressions_.parse(kIndex);
    if (cursor_.accept_word("step")) loop.step = cursor_.expect_integer("a step");
    if (cursor_.failed()) return loop;
    counter.low = loop.begin->low;
    if (loop.end->high != INT64_MAX && loop.end->high != INT64_MIN) counter.high = loop.end->high - 1;
    if (is_constant_value(loop.begin, 0)) counter.extent = loop.end;
    scope_.variables.open_scope();
    loop.counter = module_.pool->declare(std::move(counter));
    declare(cursor_, scope_, name, loop.counter);
    loop.body = parse_block(kernel);
    scope_.variables.close_scope();
    return loop;
  }

  Let parse_let() {
    const Token name = cursor_.peek();
    Variable variable{cursor_.expect_name("the name of a value"), kIndex, INT64_MIN, INT64_MAX, {}};
    cursor_.expect("=");
    const Expr value = expressions_.parse();
    if (cursor_.failed()) return {};
    variable.type = value->type;
    if (variable.type == kIndex) {
      variable.low = value->low;
      variable.high = value->high;
    }
    const VariableId id = module_.pool->declare(std::move(variable));
    declare(cursor_, scope_, name, id);
    return {id, value};
  }

  Tile parse_tile() {
    Tile tile;
    const Token name = cursor_.peek();
    Variable variable{cursor_.expect_name("the name of a tile"), kIndex, INT64_MIN, INT64_MAX, {}};
    cursor_.expect(":");
    const Token type_name = cursor_.peek();
    const std::optional<ValueType> type = value_type_named(cursor_.expect_kind(TokenKind::kIdentifier, "a type"));
    if (!type) cursor_.fail_at(type_name, fmt::format("expected a type like f32x16, found {}", shown(type_name)));
    if (cursor_.accept("[")) {
      do {
        tile.dims.push_back(cursor_.expect_integer("a dimension"));
      } while (cursor_.accept(","));
      cursor_.expect("]");
    }
    if (cursor_.failed()) return tile;
    variable.type = *type;
    tile.variable = module_.pool->declare(std::move(variable));
    declare(cursor_, scope_, name, tile.variable);
    return tile;
  }

  Assign parse_assign() {
    Assign assign;
    const Token name = cursor_.peek();
    const std::string text = cursor_.expect_name("a statement");
    const std::optional<VariableId> tile = scope_.variables.find(text);
    if (!tile || (name.kind == TokenKind::kIdentifier && is_reserved(text))) {
      cursor_.fail_at(name, fmt::format("expected a statement, or a tile that is in scope, found {}", shown(name)),
                      "name");
      return assign;
    }
    assign.tile = *tile;
    if (cursor_.accept("[")) {
      do {
        assign.index.push_back(expressions_.parse(kIndex));
      } while (cursor_.accept(","));
      cursor_.expect("]");
    }
    cursor_.expect("=");
    assign.value = expressions_.parse((*module_.pool)[*tile].type);
    return assign;
  }

  BufferId parse_buffer_name() {
    const Token name = cursor_.peek();
    const std::optional<ExprScope::Storage> found =
        scope_.storage.find(cursor_.expect_kind(TokenKind::kValue, "a buffer"));
    if (found) return BufferId{found->id};
    cursor_.fail_at(name, fmt::format("expected a buffer that is declared, found {}", value_text(name.text)), "name");
    return {};
  }

  Prefetch parse_prefetch() {
    Prefetch prefetch{parse_buffer_name(), {}};
    cursor_.expect("[");
    prefetch.index = expressions_.parse(kIndex);
    cursor_.expect("]");
    return prefetch;
  }

  StoreTo parse_store() {
    StoreTo store;
    store.value = expressions_.parse();
    cursor_.expect("->");
    store.buffer = parse_buffer_name();
    cursor_.expect("[");
    store.index = expressions_.parse_index(store.value.valid() ? store.value->type.lanes : 1);
    cursor_.expect("]");
    return store;
  }

  Call parse_call() {
    Call call;
    const Token name = cursor_.peek();
    const std::optional<KernelId> kernel = kernels_.find(cursor_.expect_kind(TokenKind::kGlobal, "a kernel after @"));
    if (!kernel)
      cursor_.fail_at(name, fmt::format("expected a kernel that is defined above, found {}", global_text(name.text)),
                      "name");
    call.kernel = kernel.value_or(KernelId{});
    cursor_.expect("(");
    while (!cursor_.failed() && cursor_.peek().kind == TokenKind::kValue) {
      call.buffers.push_back(parse_buffer_name());
      if (!cursor_.accept(",")) break;
    }
    if (cursor_.accept(";")) {
      do {
        call.scalars.push_back(expressions_.parse(kIndex));
      } while (cursor_.accept(","));
    }
    cursor_.expect(")");
    return call;
  }

  Module module_;
  ExprScope scope_;
  NameScope<KernelId> kernels_;
  TextCursor cursor_;
  const TextParseOptions& options_;
  ExprParser expressions_;
  Token buffer_name_;  // of the buffer parsed last
  int depth_ = 0;
};

}  // namespace

Result<Module> parse_module(std::string_view text, const TextParseOptions& options) {
  return LoopParser(text, options).parse();
}

}  // namespace burin::ir
