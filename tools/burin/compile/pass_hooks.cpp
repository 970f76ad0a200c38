#include "tools/burin/compile/pass_hooks.h"

#include <cstdio>
#include <memory>
#include <unordered_set>

#include <fmt/format.h>

#include "ir/graph/text.h"
#include "ir/graph/verify.h"
#include "ir/loop/text.h"
#include "ir/loop/verify.h"
#include "ir/nest/text.h"
#include "ir/nest/verify.h"
#include "tools/burin/base/report.h"
#include "tools/burin/compile/opt.h"
#include "tools/burin/compile/pass_check.h"

namespace burin::tools {
namespace {

// A form that breaks its invariants after a pass is a defect of burin, whoever's fault the verifier takes it for.
ir::Status as_defect(std::string_view pass, const ir::Status& status) {
  ir::Diagnostics faults = status.faults();
  for (ir::Diagnostic& fault : faults) {
    fault.fault = ir::Fault::kInternal;
    fault.where = "after " + std::string(pass) + (fault.where.empty() ? "" : ": ") + fault.where;
  }
  return faults;
}

void print_after(std::string_view step, const passes::AnyForm& form) {
  std::fprintf(stderr, "// after %.*s\n%s\n", static_cast<int>(step.size()), step.data(), text_of(form).c_str());
}

// What is remembered from one step to the next.
struct Looks {
  // Lowering clamps and guards what no proof reaches; only what is refuted is wrong.
  Strictness strictness{ir::ReadProof::kUnlessRefuted, ir::LoopStage::kScheduled};
  PassCheck check;
};

ir::Status look_at(std::string_view step, const passes::AnyForm& form, const Options& options, Looks& looks) {
  if (options.print_ir_after == "all" || options.print_ir_after == step) print_after(step, form);
  looks.strictness.follow(step);
  if (options.verify_each) {
    if (ir::Status status = verify(form, looks.strictness); !status) return as_defect(step, status);
  }
  return options.check_passes ? looks.check.check(step, form) : ir::Status();
}

std::string time_line(std::string_view step, double seconds) {
  return fmt::format("{:10.1f} ms  {}\n", seconds * 1e3, step);
}

void print_or_append(std::string* log, const std::string& text) {
  if (log != nullptr) {
    log->append(text);
  } else {
    print_error(text);
  }
}

}  // namespace

std::vector<std::string_view> step_names() {
  std::vector<std::string_view> names{kImport};
  for (const passes::Step& step : passes::steps()) names.push_back(step.name);
  return names;
}

bool looks_between_steps(const Options& options) { return !options.print_ir_after.empty() || options.check_passes; }

passes::StepHooks hooks_for(const Options& options, std::string* log) {
  passes::StepHooks hooks;
  if (options.time) {
    hooks.took = [log](std::string_view step, double seconds) { print_or_append(log, time_line(step, seconds)); };
  }
  if (!looks_between_steps(options) && !options.verify_each) return hooks;
  const auto looks = std::make_shared<Looks>();
  hooks.after = [&options, looks](std::string_view step, const passes::AnyForm& form) {
    return look_at(step, form, options, *looks);
  };
  return hooks;
}

StepTime::~StepTime() {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start_;
  if (options_.time) print_error(time_line(step_, seconds.count()));
}

void print_explained(std::string_view form, std::span<const std::string> lines, std::string* log) {
  // A pass that runs until nothing changes declines again what it has declined before.
  std::unordered_set<std::string_view> said;
  for (const std::string& line : lines) {
    if (said.insert(line).second) print_or_append(log, fmt::format("{}: {}\n", form, line));
  }
}

}  // namespace burin::tools
