#include "tools/burin/compile/build_library.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <future>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "codegen/cpp/build.h"
#include "codegen/cpp/emit.h"
#include "codegen/digest.h"
#include "passes/plan_memory.h"
#include "tools/burin/base/report.h"
#include "tools/burin/compile/lower_model.h"
#include "tools/burin/compile/pass_hooks.h"

namespace burin::tools {
namespace {

// Read, and not mapped once more: pages of a file count for every mapping of it.
ir::Status add_file(codegen::Digest& digest, const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> run(size_t{1} << 20);
  do {
    file.read(run.data(), static_cast<std::streamsize>(run.size()));
    digest.add(std::string_view(run.data(), static_cast<size_t>(file.gcount())));
  } while (file);
  if (file.eof()) return {};
  return ir::environment_fault("unreadable-file", path.string(), "expected a file that can be read, found an error");
}

// Everything that the library's bytes depend on but the machine code itself: the model file, the constants (external data
// included), the flags, the version.
ir::Result<std::string> digest_of(const std::vector<ir::Module>& modules, const Options& options) {
  codegen::Digest digest;
  if (ir::Status status = add_file(digest, options.subject); !status) return status.faults();
  digest.add(fmt::format("{} {} {}", kVersion, name_of(options.toolchain), static_cast<int>(options.math)));
  for (const auto& [name, dims] : options.input_dims) digest.add(fmt::format("{} {}", name, fmt::join(dims, ",")));
  for (const auto& [name, value] : options.symbols) digest.add(fmt::format("{} {}", name, value));
  for (const auto& [name, range] : options.symbol_ranges) {
    digest.add(fmt::format("{} {} {}", name, range.first, range.second));
  }
  for (const std::string& name : options.out_nodes) digest.add(name);
  for (const ir::Module& module : modules) {
    digest.add(fmt::format("{} {}", module.name, module.target));
    for (const ir::ConstantPiece& piece : module.constants) {
      digest.add(piece.literal.logical.bytes);
      for (const ir::LayoutDimension& part : piece.literal.layout) {
        digest.add(fmt::format("{} {} {} {}", part.dimension, static_cast<int>(part.part), part.factor, part.padding));
      }
    }
  }
  return digest.text();
}

ir::Result<std::vector<codegen::ObjectFile>> compile_cpp(const LoweredModel& model, codegen::PartOf part_of,
                                                         codegen::Compiler compiler) {
  codegen::CompileOptions options;
  options.compiler = compiler;
  options.part_of = part_of;
  const std::string text = codegen::emit_cpp(model.variants, model.tables);
  return codegen::compile_cpp(model.variants, model.tables, text, options);
}

// Lowers for all targets, side by side unless the user looks in between. What they say, and which fault is reported, does not
// depend on which is done first.
ir::Result<std::vector<ir::Module>> lower_all(const ir::Graph& graph, std::span<const targets::Target> targets,
                                              const Options& options) {
  const bool alone = targets.size() == 1 || looks_between_steps(options);
  std::vector<std::string> logs(targets.size());
  std::vector<std::future<ir::Result<ir::Module>>> running;
  for (size_t i = 0; i < targets.size(); ++i) {
    running.push_back(std::async(alone ? std::launch::deferred : std::launch::async, [&, i] {
      return lowered_for<ir::Module>(graph, targets[i], options, alone ? nullptr : &logs[i]);
    }));
  }
  ir::Status status;
  std::vector<ir::Module> modules;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (alone && !status) break;
    ir::Result<ir::Module> module = running[i].get();
    print_error(logs[i]);
    if (!module && status) status = module.faults();
    if (module) modules.push_back(std::move(*module));
  }
  if (!status) return status.faults();
  return modules;
}

}  // namespace

ir::Result<LoweredModel> lower_model(const ir::Graph& graph, std::vector<targets::Target> targets,
                                     const Options& options) {
  LoweredModel model;
  model.targets = std::move(targets);
  ir::Result<std::vector<ir::Module>> modules = lower_all(graph, model.targets, options);
  if (!modules) return modules.faults();
  model.modules = std::move(*modules);
  if (options.guard_pages) {
    for (ir::Module& module : model.modules) passes::unplan_memory(module);
  }
  for (size_t i = 0; i < model.modules.size(); ++i) model.variants.push_back({&model.modules[i], model.targets[i]});
  ir::Result<std::string> digest = digest_of(model.modules, options);
  if (!digest) return digest.faults();
  ir::Result<codegen::ModelTables> tables =
      codegen::make_model_tables(model.variants, {std::move(*digest), kVersion, codegen::WeightsKept::kInside});
  if (!tables) return tables.faults();
  model.tables = std::move(*tables);
  return model;
}

ir::Result<std::vector<codegen::ObjectFile>> make_objects(const LoweredModel& model, codegen::PartOf part_of,
                                                          const Options& options) {
  const StepTime time(options, "generate-code");
  show_progress("generating code");
  switch (options.toolchain) {
    case Toolchain::kLlvm: return codegen::emit_objects(model.variants, model.tables, part_of);
    case Toolchain::kGcc: return compile_cpp(model, part_of, codegen::Compiler::kGcc);
    case Toolchain::kClang: return compile_cpp(model, part_of, codegen::Compiler::kClang);
    case Toolchain::kInterpret: break;
  }
  ir::Diagnostic fault = usage_fault("--toolchain", "interpret makes no machine code");
  fault.hint = "use it with verify or run, or with --emit graph, nests or loops";
  return fault;
}

codegen::LinkInput link_input(const LoweredModel& model, const std::vector<codegen::ObjectFile>& objects) {
  return {&model.tables, model.targets.front().architecture, objects};
}

}  // namespace burin::tools
