// Walks over the statements of loops: the one place that says which blocks, expressions and buffers a kind of statement holds, but
// for what gives each kind its meaning (text, verifier, interpreter, emitters). A new kind of statement is added here first.
#pragma once

#include <functional>
#include <type_traits>
#include <variant>
#include <vector>

#include "ir/loop/loop.h"

namespace burin::ir {

// Calls `visit(Block&)` with each block directly inside the statement: the body of a loop, both sides of a branch. Const where the
// statement is.
template <class AnyStatement, class Visit>
void for_each_block(AnyStatement& statement, Visit&& visit);

// Calls `visit(LoopStatement&)` with every statement of the block and of the blocks inside, in order, a statement before what it
// holds.
template <class AnyBlock, class Visit>
  requires std::is_same_v<std::remove_const_t<AnyBlock>, Block>
void for_each_statement(AnyBlock& block, Visit&& visit) {
  for (auto& statement : block) {
    visit(statement);
    for_each_block(statement, [&](auto& inner) { for_each_statement(inner, visit); });
  }
}

// Calls `visit(Expr&)` with the expressions of the statement itself, not of its blocks.
template <class AnyStatement, class Visit>
void for_each_own_expr(AnyStatement& statement, Visit&& visit);

// Calls `visit(BufferId)` with the buffers that the statement names: stored to, prefetched, or handed to a kernel. Buffers that are
// loaded from stand in its expressions.
template <class Visit>
void for_each_buffer(const LoopStatement& statement, Visit&& visit);

// Calls `visit(Expr)` with every expression of the block's statements, inner blocks included.
void for_each_expr(const Block& block, const std::function<void(Expr)>& visit);
// Replaces every expression of the block's statements, inner blocks included, by `map(expression)`.
void map_exprs(Block& block, const std::function<Expr(Expr)>& map);
// The variables that `block` uses and does not define (by a loop, Let or Tile), ordered by id.
std::vector<VariableId> free_variables(const Block& block);

// --- Implementation of the templates.
namespace detail {
template <class T, class... Others>
constexpr bool is_one_of() {
  return (std::is_same_v<T, Others> || ...);
}
}  // namespace detail

template <class AnyStatement, class Visit>
void for_each_block(AnyStatement& statement, Visit&& visit) {
  std::visit(
      [&](auto& form) {
        using Form = std::remove_cvref_t<decltype(form)>;
        if constexpr (detail::is_one_of<Form, Loop, WhileLoop>()) {
          visit(form.body);
        } else if constexpr (detail::is_one_of<Form, Branch>()) {
          visit(form.then_body);
          visit(form.else_body);
        } else {
          static_assert(detail::is_one_of<Form, Let, Tile, Assign, StoreTo, Prefetch, Call>());
        }
      },
      statement.form);
}

template <class AnyStatement, class Visit>
void for_each_own_expr(AnyStatement& statement, Visit&& visit) {
  std::visit(
      [&](auto& form) {
        using Form = std::remove_cvref_t<decltype(form)>;
        if constexpr (detail::is_one_of<Form, Loop>()) {
          visit(form.begin);
          visit(form.end);
        } else if constexpr (detail::is_one_of<Form, WhileLoop, Branch>()) {
          visit(form.condition);
        } else if constexpr (detail::is_one_of<Form, Let>()) {
          visit(form.value);
        } else if constexpr (detail::is_one_of<Form, Assign>()) {
          for (auto& index : form.index) visit(index);
          visit(form.value);
        } else if constexpr (detail::is_one_of<Form, StoreTo>()) {
          visit(form.index);
          visit(form.value);
        } else if constexpr (detail::is_one_of<Form, Prefetch>()) {
          visit(form.index);
        } else if constexpr (detail::is_one_of<Form, Call>()) {
          for (auto& scalar : form.scalars) visit(scalar);
        } else {
          static_assert(detail::is_one_of<Form, Tile>());
        }
      },
      statement.form);
}

template <class Visit>
void for_each_buffer(const LoopStatement& statement, Visit&& visit) {
  std::visit(
      [&](const auto& form) {
        using Form = std::remove_cvref_t<decltype(form)>;
        if constexpr (detail::is_one_of<Form, StoreTo, Prefetch>()) {
          visit(form.buffer);
        } else if constexpr (detail::is_one_of<Form, Call>()) {
          for (const BufferId buffer : form.buffers) visit(buffer);
        } else {
          static_assert(detail::is_one_of<Form, Loop, WhileLoop, Branch, Let, Tile, Assign>());
        }
      },
      statement.form);
}

}  // namespace burin::ir
