#include "tools/burin/compile/opt.h"

#include <algorithm>

#include "ir/graph/text.h"
#include "ir/graph/verify.h"
#include "ir/loop/text.h"
#include "ir/nest/text.h"
#include "passes/lower_graph.h"
#include "passes/lower_nests.h"
#include "passes/pipeline.h"

namespace burin::tools {

using namespace ir;

namespace {

Diagnostic usage_fault(std::string message) { return {Fault::kUsage, "usage", "opt", std::move(message), {}}; }

// The step called `name`, when it takes the form.
const passes::Step* step_on(const AnyForm& form, std::string_view name) {
  const auto step = std::ranges::find(passes::steps(), name, &passes::Step::name);
  return step != passes::steps().end() && step->takes() == passes::kind_of(form) ? &*step : nullptr;
}

template <class T>
Result<AnyForm> as_any(Result<T> parsed) {
  if (!parsed) return parsed.faults();
  return AnyForm(std::move(*parsed));
}

}  // namespace

Result<AnyForm> parse_any(std::string_view text, const TextParseOptions& options) {
  TextCursor cursor(text);
  if (cursor.peek().is_word("func")) return as_any(parse_graph(text, options));
  if (cursor.peek().is_word("program")) return as_any(parse_program(text, options));
  if (cursor.peek().is_word("module")) return as_any(parse_module(text, options));
  cursor.fail_expecting("\"func\", \"program\" or \"module\"");
  return cursor.fault();
}

std::string text_of(const AnyForm& form, const TextPrintOptions& options) {
  return std::visit([&](const auto& held) { return ir::text_of(held, options); }, form);
}

Status verify(const AnyForm& form, Strictness strictness) {
  if (const auto* graph = std::get_if<Graph>(&form)) return ir::verify(*graph);
  if (const auto* program = std::get_if<Program>(&form)) return ir::verify(*program, strictness.reads);
  return ir::verify(std::get<Module>(form), strictness.stage);
}

Result<AnyForm> run_opt(const OptOptions& options, AnyForm form) {
  const std::string_view given = passes::name_of(passes::kind_of(form));
  if (!options.form.empty() && options.form != given)
    return usage_fault(fmt::format("expected {}, found {}", options.form, given));
  Strictness strictness{options.reads, LoopStage::kScheduled};
  if (Status status = verify(form, strictness); !status) return status.faults();
  passes::PassContext context;
  context.math = options.math;
  context.target = options.target;
  context.explained = options.explained;
  passes::StepHooks hooks;
  hooks.after = [&](std::string_view name, const AnyForm& result) {
    strictness.follow(name);
    return verify(result, strictness);
  };
  for (const std::string& name : options.passes) {
    const passes::Step* step = step_on(form, name);
    if (step == nullptr) {
      return usage_fault(fmt::format("expected a pass over {} or one that lowers them, found \"{}\"",
                                     passes::name_of(passes::kind_of(form)), name));
    }
    if (Status status = passes::run_steps({step, 1}, form, context, hooks); !status) return status.faults();
  }
  return form;
}

Result<AnyForm> run_opt(const OptOptions& options, std::string_view text) {
  Result<AnyForm> form = parse_any(text, {options.building, nullptr});
  if (!form) return form;
  return run_opt(options, std::move(*form));
}

}  // namespace burin::tools
