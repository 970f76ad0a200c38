#include "tools/burin/compile/artifacts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "codegen/cpp/emit.h"
#include "codegen/model_names.h"
#include "codegen/runtime_headers.h"
#include "ir/graph/text.h"
#include "ir/loop/text.h"
#include "ir/nest/text.h"
#include "tools/burin/base/report.h"
#include "tools/burin/c_text/c_example.h"
#include "tools/burin/c_text/c_header.h"
#include "tools/burin/c_text/net_json.h"
#include "tools/burin/compile/build_library.h"
#include "tools/burin/compile/lower_model.h"
#include "tools/burin/compile/pass_hooks.h"

namespace burin::tools {
namespace {

ir::Result<std::vector<targets::Target>> targets_of(const Options& options) {
  return targets_for(options, kDefaultPlatform);
}

std::string stem_of(const ir::Graph& graph) { return codegen::model_names(graph.name).stem; }

// `print(target)` as the text of a file per target.
template <class Print>
ir::Result<std::vector<TextFile>> text_per_target(const ir::Graph& graph, std::string_view suffix,
                                                  const Options& options, const Print& print) {
  const ir::Result<std::vector<targets::Target>> targets = targets_of(options);
  if (!targets) return targets.faults();
  std::vector<TextFile> files;
  for (const targets::Target& target : *targets) {
    ir::Result<std::string> text = print(target);
    if (!text) return text.faults();
    files.push_back({fmt::format("{}_{}.{}", stem_of(graph), target.name, suffix), std::move(*text)});
  }
  return files;
}

ir::Result<std::vector<TextFile>> llvm_texts(const ir::Graph& graph, const Options& options) {
  ir::Result<std::vector<targets::Target>> targets = targets_of(options);
  if (!targets) return targets.faults();
  const ir::Result<LoweredModel> model = lower_model(graph, std::move(*targets), options);
  if (!model) return model.faults();
  std::vector<TextFile> files;
  for (size_t i = 0; i < model->variants.size(); ++i) {
    files.push_back({fmt::format("{}_{}.ll", stem_of(graph), model->targets[i].name),
                     codegen::emit_llvm_ir(model->variants[i], model->tables.variants[i])});
  }
  return files;
}

codegen::PartOf part_of(Emit emit) {
  return emit == Emit::kLib ? codegen::PartOf::kSharedLibrary : codegen::PartOf::kProgram;
}

// The file that a program links with, or compiles.
std::string code_file(const std::string& stem, Emit emit) {
  switch (emit) {
    case Emit::kLib: return fmt::format("lib{}.so", stem);
    case Emit::kStaticLib: return fmt::format("lib{}.a", stem);
    case Emit::kObject: return stem + ".o";
    case Emit::kCpp: return stem + ".cpp";
    case Emit::kLlvmIr:
    case Emit::kGraph:
    case Emit::kNests:
    case Emit::kLoops: break;
  }
  return stem;
}

// The command lines that make a program of example.c and the model.
std::vector<std::string> build_commands(const LoweredModel& model, Emit emit) {
  const std::string_view cpp_compiler = model.targets.front().toolchain.gcc;
  const bool is_native = !cpp_compiler.ends_with("-g++");
  const std::string compiler = is_native ? "cc" : std::string(cpp_compiler.substr(0, cpp_compiler.size() - 3)) + "gcc";
  const std::string start = compiler + " -std=c17 -O2 example.c ";
  const std::string code = code_file(model.tables.stem, emit);
  if (emit == Emit::kLib) return {start + fmt::format("./{} -Wl,-rpath,'$ORIGIN' -o example", code)};
  if (emit != Emit::kCpp) return {start + code + " libburin_runtime.a -o example"};
  std::vector<std::string> commands, objects;
  for (const codegen::CompileCommand& command : codegen::compile_commands(model.variants, model.tables)) {
    commands.push_back(command.line);
    objects.push_back(command.object);
  }
  commands.push_back(start + fmt::format("{} libburin_runtime.a -o example", fmt::join(objects, " ")));
  return commands;
}

ir::Status write_cpp(const LoweredModel& model, OutputFiles& files) {
  const std::string text = codegen::emit_cpp(model.variants, model.tables);
  if (ir::Status status = files.add(codegen::source_file(model.tables), text); !status) return status;
  const ir::Result<codegen::Destination> weights = files.reserve(codegen::weights_file(model.tables));
  return weights ? codegen::write_weights(model.tables, *weights) : ir::Status(weights.faults());
}

ir::Status write_runtime(const LoweredModel& model, OutputFiles& files) {
  const ir::Result<codegen::Destination> path = files.reserve("libburin_runtime.a");
  if (!path) return path.faults();
  return codegen::write_runtime_archive(model.targets.front().architecture, *path);
}

ir::Status write_compiled(const LoweredModel& model, const Options& options, OutputFiles& files) {
  const ir::Result<std::vector<codegen::ObjectFile>> objects = make_objects(model, part_of(options.emit), options);
  if (!objects) return objects.faults();
  const StepTime time(options, "link");
  show_progress("linking");
  const codegen::LinkInput input = link_input(model, *objects);
  const ir::Result<codegen::Destination> path = files.reserve(code_file(model.tables.stem, options.emit));
  if (!path) return path.faults();
  if (options.emit == Emit::kLib) return codegen::link_shared(input, *path);
  return options.emit == Emit::kStaticLib ? codegen::write_static_library(input, *path)
                                          : codegen::write_object(input, *path);
}

ir::Status write_code(const LoweredModel& model, const Options& options, OutputFiles& files) {
  ir::Status status = options.emit == Emit::kCpp ? write_cpp(model, files) : write_compiled(model, options, files);
  if (!status || options.emit == Emit::kLib) return status;
  return write_runtime(model, files);
}

// The command that made the model, without folders: the same from everywhere.
std::string command_of(const Options& options) {
  return fmt::format("burin compile {} --emit {}", options.subject.filename().string(), name_of(options.emit));
}

ir::Status write_companions(const ir::Graph& graph, const LoweredModel& model, const Options& options,
                            OutputFiles& files) {
  ModelDescription description = describe(model.modules.front());
  description.digest = model.tables.digest;
  description.interface_digest = model.tables.interface_digest;
  const std::string& stem = model.tables.stem;
  ir::Status status = files.add(stem + ".h", c_header(description));
  for (const codegen::RuntimeHeader& each : codegen::runtime_headers()) {
    // The other header is for the code, not for its callers.
    const bool is_needed = each.name == "burin.h" || options.emit == Emit::kCpp;
    if (status && is_needed) status = files.add(std::string(each.name), each.text);
  }
  if (status) status = files.add("example.c", c_example(description, build_commands(model, options.emit)));
  if (status) status = files.add(stem + "_net.json", net_json(graph, stem, command_of(options)));
  return status;
}

}  // namespace

ir::Result<std::vector<TextFile>> text_artifacts(const ir::Graph& graph, const Options& options) {
  switch (options.emit) {
    case Emit::kGraph: return std::vector<TextFile>{{stem_of(graph) + ".graph", ir::text_of(graph)}};
    case Emit::kNests:
      return text_per_target(graph, "nests", options, [&](const targets::Target& target) -> ir::Result<std::string> {
        const ir::Result<ir::Program> program = lowered_for<ir::Program>(graph, target, options);
        return program ? ir::text_of(*program) : ir::Result<std::string>(program.faults());
      });
    case Emit::kLoops:
      return text_per_target(graph, "loops", options, [&](const targets::Target& target) -> ir::Result<std::string> {
        const ir::Result<ir::Module> module = lowered_for<ir::Module>(graph, target, options);
        return module ? ir::text_of(*module) : ir::Result<std::string>(module.faults());
      });
    case Emit::kLlvmIr: return llvm_texts(graph, options);
    case Emit::kLib:
    case Emit::kStaticLib:
    case Emit::kObject:
    case Emit::kCpp: break;
  }
  BURIN_ASSERT(false, "text_artifacts is asked for text");
  return std::vector<TextFile>{};
}

ir::Result<std::string> code_artifacts(const ir::Graph& graph, const Options& options, OutputFiles& files) {
  ir::Result<std::vector<targets::Target>> targets = targets_of(options);
  if (!targets) return targets.faults();
  const ir::Result<LoweredModel> model = lower_model(graph, std::move(*targets), options);
  if (!model) return model.faults();
  if (ir::Status status = write_code(*model, options, files); !status) return status.faults();
  if (ir::Status status = write_companions(graph, *model, options, files); !status) return status.faults();
  return model->tables.digest;
}

}  // namespace burin::tools
