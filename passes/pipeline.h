// The pipeline: one list of steps from a graph to loops, which one can read from top to bottom, and the one walk over it that
// compile, `--emit`, `burin opt` and `--time` share.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "ir/graph/graph.h"
#include "ir/loop/loop.h"
#include "ir/nest/nest.h"
#include "passes/pass.h"

namespace burin::passes {

using AnyForm = std::variant<ir::Graph, ir::Program, ir::Module>;

enum class FormKind : uint8_t { kGraph, kNests, kLoops };  // by AnyForm::index()
std::string_view name_of(FormKind kind);                   // "graph", "nests", "loops"
inline FormKind kind_of(const AnyForm& form) { return static_cast<FormKind>(form.index()); }

// A row of the pipeline: a pass, or the lowering to the next form.
struct Step {
  std::string_view name;
  std::string_view doc;
  std::variant<Pass<ir::Graph>, Pass<ir::Program>, Pass<ir::Module>, FormLowering<ir::Graph, ir::Program>,
               FormLowering<ir::Program, ir::Module>>
      run;

  FormKind takes() const;
  FormKind gives() const;
};

// All steps, in order.
std::span<const Step> steps();
// The passes over one form.
std::span<const Step> passes_of(FormKind kind);
// The steps from a form whose own passes have run to `to` with its passes run.
std::span<const Step> steps_between(FormKind from, FormKind to);

// What happens after each step: --print-ir-after, --verify-each, --check-passes and --time look in here. A fault ends the walk.
struct StepHooks {
  std::function<ir::Status(std::string_view step, const AnyForm& form)> after;
  std::function<void(std::string_view step, double seconds)> took;
};

// Runs `steps`, the first of which takes the kind of form that `form` is. After a fault the form is of no use.
ir::Status run_steps(std::span<const Step> steps, AnyForm& form, const PassContext& context,
                     const StepHooks& hooks = {});

// Runs all passes over `form`, in place.
template <class Form>
ir::Status run_passes(Form& form, const PassContext& context, const StepHooks& hooks = {}) {
  AnyForm held = std::move(form);
  ir::Status status = run_steps(passes_of(kind_of(held)), held, context, hooks);
  form = std::get<Form>(std::move(held));
  return status;
}

// A form whose own passes have run as nests (ir::Program) or loops (ir::Module), with their passes run.
template <class Form>
ir::Result<Form> lowered_to(AnyForm form, const PassContext& context, const StepHooks& hooks = {}) {
  const FormKind to = std::is_same_v<Form, ir::Module> ? FormKind::kLoops : FormKind::kNests;
  if (ir::Status status = run_steps(steps_between(kind_of(form), to), form, context, hooks); !status)
    return status.faults();
  return std::get<Form>(std::move(form));
}

}  // namespace burin::passes
