// Kernels of the loop form as C++ functions: loops, branches, constants, register tiles as variables, loads and stores.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "codegen/cpp/expressions.h"
#include "codegen/cpp/used_variables.h"
#include "ir/loop/loop.h"

namespace burin::codegen::cpp {

// Prints the statements of a block into a function. Variables that the statements do not define are in the function already.
class Statements {
 public:
  // `kernel_names` are the functions that calls call, by KernelId.
  Statements(Function& function, const UsedNames& used, std::span<const std::string> kernel_names)
      : function_(function),
        used_(used),
        kernel_names_(kernel_names.begin(), kernel_names.end()),
        expressions_(function) {}

  void block(const ir::Block& block);

 private:
  void one(const ir::Loop& loop);
  void one(const ir::WhileLoop& loop);
  void one(const ir::Branch& branch);
  void one(const ir::Let& let);
  void one(const ir::Tile& tile);
  void one(const ir::Assign& assign);
  void one(const ir::StoreTo& store);
  void one(const ir::Prefetch& prefetch);
  void one(const ir::Call& call);

  void unrolled(const ir::Loop& loop);
  void scoped(const ir::Block& block);
  void declare_tiles_of(const ir::Block& block);
  std::string bound(ir::Expr end, bool stays);
  ir::Expr started(ir::Expr e);

  Function& function_;
  const UsedNames& used_;
  std::vector<std::string> kernel_names_;
  Expressions expressions_;
  std::set<ir::VariableId> tiles_;
};

// How the parameters of a kernel may be declared.
struct KernelStyle {
  Overflow index_overflow = Overflow::kNever;
  std::vector<bool> distinct = {};  // by parameter: `__restrict`; empty: none
};

// The function of a kernel, whole, internal to its file.
void print_kernel(const ir::Kernel& kernel, const std::string& name, std::span<const std::string> kernel_names,
                  ir::ExprPool& pool, Helpers& helpers, const KernelStyle& style, ir::TextWriter& out);

}  // namespace burin::codegen::cpp
