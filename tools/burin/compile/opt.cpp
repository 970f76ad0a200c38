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

std::string_view form_name(const AnyForm& form) {
  if (std::holds_alternative<Graph>(form)) return "graph";
  return std::holds_alternative<Program>(form) ? "nests" : "loops";
}

Diagnostic not_on(std::string_view pass, const AnyForm& form) {
  return usage_fault(
      fmt::format("expected a pass over {} or one that lowers them, found \"{}\"", form_name(form), pass));
}

// Takes the form to the next one, or runs a row of the form's table.
Status run_pass(AnyForm& form, std::string_view name, const OptOptions& options) {
  passes::PassContext context;
  context.math = options.math;
  context.explained = options.explained;
  const auto named = [&](const auto& pass) { return pass.name == name; };
  if (auto* graph = std::get_if<Graph>(&form)) {
    if (name == "lower-graph") {
      Result<passes::LoweredGraph> lowered = passes::lower_graph(*graph);
      if (!lowered) return lowered.faults();
      form = std::move(lowered->program);
      return {};
    }
    const auto pass = std::ranges::find_if(passes::graph_passes(), named);
    return pass == passes::graph_passes().end() ? not_on(name, form) : pass->run(*graph, context);
  }
  if (auto* program = std::get_if<Program>(&form)) {
    if (name == "lower-nests") {
      Result<passes::LoweredProgram> lowered =
          passes::lower_nests(*program, context.machine, options.math, options.target);
      if (!lowered) return lowered.faults();
      form = std::move(lowered->module);
      return {};
    }
    const auto pass = std::ranges::find_if(passes::nest_passes(), named);
    return pass == passes::nest_passes().end() ? not_on(name, form) : pass->run(*program, context);
  }
  const auto pass = std::ranges::find_if(passes::loop_passes(), named);
  return pass == passes::loop_passes().end() ? not_on(name, form) : pass->run(std::get<Module>(form), context);
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
  if (!options.form.empty() && options.form != form_name(form)) {
    return usage_fault(fmt::format("expected {}, found {}", options.form, form_name(form)));
  }
  Strictness strictness{options.reads, LoopStage::kScheduled};
  if (Status status = verify(form, strictness); !status) return status.faults();
  for (const std::string& pass : options.passes) {
    Status status = run_pass(form, pass, options);
    if (pass == "expand-math") strictness.stage = LoopStage::kExpanded;
    if (status) status = verify(form, strictness);
    if (!status) return status.faults();
  }
  return form;
}

Result<AnyForm> run_opt(const OptOptions& options, std::string_view text) {
  Result<AnyForm> form = parse_any(text, {options.building, nullptr});
  if (!form) return form;
  return run_opt(options, std::move(*form));
}

}  // namespace burin::tools
