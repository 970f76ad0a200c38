#include "passes/fold_reads.h"

#include "ir/expr/walk.h"
#include "ir/nest/nest.h"

namespace burin::passes {

using namespace ir;

namespace {

void fold_reads(Program& program, std::vector<Statement>& body) {
  for (Statement& statement : body) {
    if (auto* group = std::get_if<Group>(&statement.form)) fold_reads(program, group->body);
    for_each_body(statement, [&](std::vector<Statement>& inner) { fold_reads(program, inner); });
    auto* nest = std::get_if<Nest>(&statement.form);
    if (nest == nullptr) continue;
    map_exprs(*nest, [&](Expr root) {
      return rewrite_bottom_up(root, [&](Expr node) {
        if (node->opcode != Opcode::kRead || otherwise_of(program, node).valid()) return node;
        const std::optional<Literal>& literal = program.tensors[tensor_of(node)].constant;
        if (!literal || literal->bytes.size() != static_cast<size_t>(size_of(literal->element))) return node;
        const Scalar value = literal->at(0);
        return is_float(literal->element) ? node->pool->floating(value.number, node->type)
                                          : node->pool->integer(value.integer, node->type);
      });
    });
  }
}

}  // namespace

Status fold_reads(Program& program, const PassContext&) {
  fold_reads(program, program.body);
  return {};
}

}  // namespace burin::passes
