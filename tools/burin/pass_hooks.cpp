#include "tools/burin/pass_hooks.h"

#include <cstdio>

#include "ir/loop_text.h"
#include "ir/nest_text.h"

namespace burin::tools {
namespace {

void print_after(std::string_view pass, const std::string& text) {
  std::fprintf(stderr, "// after %.*s\n%s\n", static_cast<int>(pass.size()), pass.data(), text.c_str());
}

bool is_asked_for(const Options& options, std::string_view pass) {
  return options.print_ir_after == "all" || options.print_ir_after == pass;
}

}  // namespace

passes::PassHooks hooks_for(const Options& options) {
  passes::PassHooks hooks;
  if (options.time) {
    hooks.took = [](std::string_view pass, double seconds) {
      std::fprintf(stderr, "%10.1f ms  %.*s\n", seconds * 1e3, static_cast<int>(pass.size()), pass.data());
    };
  }
  if (options.print_ir_after.empty()) return hooks;
  hooks.after_nest_pass = [&options](std::string_view pass, const ir::Program& program) {
    if (is_asked_for(options, pass)) print_after(pass, ir::text_of(program));
    return ir::Status();
  };
  hooks.after_loop_pass = [&options](std::string_view pass, const ir::Module& module) {
    if (is_asked_for(options, pass)) print_after(pass, ir::text_of(module));
    return ir::Status();
  };
  return hooks;
}

void print_explained(std::string_view form, std::span<const std::string> lines) {
  for (const std::string& line : lines) {
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(form.size()), form.data(), line.c_str());
  }
}

}  // namespace burin::tools
