#include "tools/burin/flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "tools/burin/pass_hooks.h"

namespace burin::tools {
namespace {

using Words = std::span<const std::string>;
using enum Command;

constexpr CommandInfo kCommandRows[] = {
    {
        .command = kCompile,
        .name = "compile",
        .subject = "MODEL",
        .doc = "Compile a model into a library, a header and an example, or into another form.",
    },
    {
        .command = kRun,
        .name = "run",
        .subject = "LIBRARY|MODEL",
        .doc = "Run a library or a model on the inputs of a list and write its outputs.",
    },
    {
        .command = kVerify,
        .name = "verify",
        .subject = "MODEL",
        .subject_optional = true,
        .doc = "Compile, run, and compare with expected outputs; one case or a suite of them.",
    },
    {
        .command = kBench,
        .name = "bench",
        .subject = "LIBRARY|MODEL",
        .doc = "Measure how long an inference takes.",
    },
    {
        .command = kInspect,
        .name = "inspect",
        .subject = "LIBRARY|MODEL",
        .doc = "Print inputs, outputs, symbols, memory, targets and digest of a library.",
    },
    {
        .command = kOps,
        .name = "ops",
        .doc = "List the operators that are supported.",
    },
    {
        .command = kOpt,
        .name = "opt",
        .subject = "FILE",
        .doc = "Run passes on the text of a graph, of nests or of loops.",
    },
};

constexpr std::pair<Toolchain, std::string_view> kToolchains[] = {{Toolchain::kLlvm, "llvm"},
                                                                  {Toolchain::kGcc, "gcc"},
                                                                  {Toolchain::kClang, "clang"},
                                                                  {Toolchain::kInterpret, "interpret"}};
constexpr std::pair<Emit, std::string_view> kEmits[] = {
    {Emit::kLib, "lib"},        {Emit::kStaticLib, "static-lib"}, {Emit::kObject, "object"}, {Emit::kCpp, "cpp"},
    {Emit::kLlvmIr, "llvm-ir"}, {Emit::kGraph, "graph"},          {Emit::kNests, "nests"},   {Emit::kLoops, "loops"}};
constexpr std::pair<passes::Math, std::string_view> kMaths[] = {{passes::Math::kStrict, "strict"},
                                                                {passes::Math::kDefault, "default"}};

constexpr std::pair<std::string_view, std::string_view> kForms[] = {
    {"graph", "graph"}, {"nests", "nests"}, {"loops", "loops"}};
constexpr std::pair<ir::ReadProof, std::string_view> kReads[] = {{ir::ReadProof::kRequired, "proven"},
                                                                 {ir::ReadProof::kUnlessRefuted, "unless-refuted"}};

// Sets `field` to the value called `word`, or says which names there are.
template <class Enum, size_t n>
std::string choose(Enum& field, const std::pair<Enum, std::string_view> (&names)[n], std::string_view word) {
  std::string known;
  for (const auto& [value, name] : names) {
    if (name == word) {
      field = value;
      return {};
    }
    if (!known.empty()) known += ", ";
    known += name;
  }
  return fmt::format("expected one of {}, found \"{}\"", known, word);
}

template <class Number>
std::optional<Number> number_of(std::string_view word) {
  Number value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

template <class Number>
std::string set_number(Number& field, std::string_view word, Number least, Number most) {
  const std::optional<Number> value = number_of<Number>(word);
  if (!value || !(*value >= least && *value <= most)) {
    return fmt::format("expected a number from {} to {}, found \"{}\"", least, most, word);
  }
  field = *value;
  return {};
}

std::string set_input_dim(Options& options, Words words) {
  std::vector<int64_t> dims;
  std::string_view rest = words[1];
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const std::optional<int64_t> dim = number_of<int64_t>(rest.substr(0, comma));
    if (!dim || *dim < -1 || (comma < rest.size() && comma + 1 == rest.size())) {
      return fmt::format("input \"{}\": expected dimensions like 1,3,224,224 (-1: as declared), found \"{}\"", words[0],
                         words[1]);
    }
    dims.push_back(*dim);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (!options.input_dims.emplace(words[0], std::move(dims)).second) {
    return fmt::format("input \"{}\": expected its dimensions once, found them twice", words[0]);
  }
  return {};
}

std::string set_symbol(Options& options, Words words) {
  int64_t value = 0;
  if (std::string wrong = set_number<int64_t>(value, words[1], 0, INT64_MAX); !wrong.empty()) {
    return fmt::format("symbol \"{}\": {}", words[0], wrong);
  }
  if (!options.symbols.emplace(words[0], value).second) {
    return fmt::format("symbol \"{}\": expected its value once, found it twice", words[0]);
  }
  return {};
}

std::string set_symbol_range(Options& options, Words words) {
  std::pair<int64_t, int64_t> range;
  std::string wrong = set_number<int64_t>(range.first, words[1], 0, INT64_MAX);
  if (wrong.empty()) wrong = set_number<int64_t>(range.second, words[2], range.first, INT64_MAX);
  if (!wrong.empty()) return fmt::format("symbol \"{}\": {}", words[0], wrong);
  if (!options.symbol_ranges.emplace(words[0], range).second) {
    return fmt::format("symbol \"{}\": expected its range once, found it twice", words[0]);
  }
  return {};
}

std::string set_name(Options& options, Words words) {
  if (words[0].empty() || words[0].front() == '.' || words[0].find('/') != std::string::npos) {
    return fmt::format("expected a name to put between lib and .so, found \"{}\"", words[0]);
  }
  options.name = words[0];
  return {};
}

std::string set_emulator(Options& options, Words words) {
  std::string_view rest = words[0];
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(' '), rest.size());
    if (end > 0) options.emulator.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return options.emulator.empty() ? fmt::format("expected a command, found \"{}\"", words[0]) : std::string();
}

std::string set_print_ir_after(Options& options, Words words) {
  const std::vector<std::string_view> steps = step_names();
  options.print_ir_after = words[0];
  if (words[0] == "all" || std::ranges::find(steps, words[0]) != steps.end()) return {};
  return fmt::format("expected one of all, {}, found \"{}\"", fmt::join(steps, ", "), words[0]);
}

std::string set_passes(Options& options, Words words) {
  std::string_view rest = words[0];
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    if (comma > 0) options.passes.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return {};
}

std::string set_threads(Options& options, Words words) {
  std::string wrong = set_number<int>(options.threads, words[0], 1, 1024);
  if (wrong.empty() && options.threads > 1)
    wrong = fmt::format("expected 1, as libraries have no parallel loops so far, found {}", options.threads);
  return wrong;
}

constexpr Commands kModelCommands = in(kCompile, kRun, kVerify, kBench, kInspect);
constexpr Commands kPassCommands = in(kCompile, kVerify);

constexpr std::string_view kNotCompiled = "this subcommand does not compile a model";
constexpr std::string_view kCompileOnly = "only compile writes artifacts";
constexpr std::string_view kRunOnly = "only run reads lists of inputs";
constexpr std::string_view kVerifyOnly = "only verify compares with expected outputs";
constexpr std::string_view kOptOnly = "only opt reads the text of a form";
constexpr std::string_view kPassesElsewhere = "use compile or verify to look into the compiler";

constexpr Flag kFlagRows[] = {
    // --- What is compiled, and into what.
    {
        .name = "-o,--output_dir",
        .value = "DIR",
        .words = 1,
        .commands = in(kCompile, kRun),
        .doc = "Folder for what is written; made when missing. compile prints text forms when it is not given.",
        .elsewhere = "this subcommand writes no files but --json",
        .set = [](Options& o, Words w) { return o.output_dir = w[0], std::string(); },
    },
    {
        .name = "--name",
        .value = "NAME",
        .words = 1,
        .commands = in(kCompile),
        .needs = Needs::kModel,
        .doc = "Name of the library: libNAME.so, NAME.h, burin_model_NAME. The model file's name when left out.",
        .elsewhere = kCompileOnly,
        .set = set_name,
    },
    {
        .name = "-t,--target",
        .value = "TARGET",
        .words = 1,
        .commands = kModelCommands | in(kOpt),
        .needs = Needs::kModel,
        .doc = "A row of the target table (x86_64-v3), a platform (x86_64-linux-gnu: one library with variants for v3 "
               "and v4; "
               "aarch64-linux-gnu), or native. Default: x86_64-linux-gnu to compile, else the best variant this "
               "machine can run. opt writes the name into modules.",
        .elsewhere = kNotCompiled,
        .set = [](Options& o, Words w) { return o.target = w[0], std::string(); },
    },
    {
        .name = "--toolchain",
        .value = "llvm|gcc|clang|interpret",
        .words = 1,
        .commands = kModelCommands,
        .needs = Needs::kModel,
        .doc = "Who makes machine code. interpret makes none: burin runs the loops itself, for tests.",
        .elsewhere = kNotCompiled,
        .set = [](Options& o, Words w) { return choose(o.toolchain, kToolchains, w[0]); },
    },
    {
        .name = "--emit",
        .value = "lib|static-lib|object|cpp|llvm-ir|graph|nests|loops",
        .words = 1,
        .commands = in(kCompile),
        .needs = Needs::kModel,
        .doc =
            "What to write: a shared library (the default), an archive, objects, sources, or one of the forms as text.",
        .elsewhere = kCompileOnly,
        .set = [](Options& o, Words w) { return choose(o.emit, kEmits, w[0]); },
    },
    {
        .name = "--input_dim",
        .value = "NAME D,D,..",
        .words = 2,
        .commands = kModelCommands,
        .doc = "Dimensions of an input, outermost first; -1 leaves one as declared. May be given once per input.",
        .elsewhere = "this subcommand has no inputs",
        .set = set_input_dim,
    },
    {
        .name = "--define_symbol",
        .value = "NAME VALUE",
        .words = 2,
        .commands = kModelCommands,
        .doc = "Value of a symbolic dimension.",
        .elsewhere = "this subcommand has no symbols",
        .set = set_symbol,
    },
    {
        .name = "--symbol_range",
        .value = "NAME LEAST MOST",
        .words = 3,
        .commands = in(kCompile, kVerify),
        .needs = Needs::kModel,
        .doc = "Bounds of a symbolic dimension; from 1 to 16777216 when left out.",
        .elsewhere = kNotCompiled,
        .set = set_symbol_range,
    },
    {
        .name = "--out_node",
        .value = "NAME",
        .words = 1,
        .commands = in(kCompile, kRun, kBench, kInspect),
        .needs = Needs::kModel,
        .doc = "A tensor, or all results of a node, to be an output instead of those the model has. May be repeated.",
        .elsewhere = "the expected outputs are those of the model",
        .set = [](Options& o, Words w) { return o.out_nodes.push_back(w[0]), std::string(); },
    },
    {
        .name = "--dry_run",
        .commands = in(kCompile),
        .needs = Needs::kModel,
        .doc = "List every operator, attribute and type that is not supported, and compile nothing.",
        .elsewhere = kCompileOnly,
        .set = [](Options& o, Words) { return o.dry_run = true, std::string(); },
    },
    {
        .name = "--math",
        .value = "strict|default",
        .words = 1,
        .commands = kModelCommands | in(kOpt),
        .needs = Needs::kModel,
        .doc = "strict keeps the model's order of operations; default may reassociate sums.",
        .elsewhere = kNotCompiled,
        .set = [](Options& o, Words w) { return choose(o.math, kMaths, w[0]); },
    },
    {
        .name = "--max-nodes",
        .value = "N",
        .words = 1,
        .commands = kModelCommands,
        .needs = Needs::kModel,
        .doc = "Refuse models with more nodes (1000000).",
        .elsewhere = kNotCompiled,
        .set = [](Options& o, Words w) { return set_number<int64_t>(o.max_nodes, w[0], 1, INT64_MAX); },
    },
    {
        .name = "--max-constant-bytes",
        .value = "N",
        .words = 1,
        .commands = kModelCommands,
        .needs = Needs::kModel,
        .doc = "Refuse models whose constants take more bytes (4294967296).",
        .elsewhere = kNotCompiled,
        .set = [](Options& o, Words w) { return set_number<int64_t>(o.max_constant_bytes, w[0], 0, INT64_MAX); },
    },

    // --- What opt does with a form.
    {
        .name = "--passes",
        .value = "PASS,..",
        .words = 1,
        .commands = in(kOpt),
        .doc =
            "What to run, in order: passes over the form, and lower-graph and lower-nests, which lead to the next one.",
        .elsewhere = kOptOnly,
        .set = set_passes,
    },
    {
        .name = "--form",
        .value = "graph|nests|loops",
        .words = 1,
        .commands = in(kOpt),
        .doc = "Refuse another form than this.",
        .elsewhere = kOptOnly,
        .set = [](Options& o, Words w) { return choose(o.form, kForms, w[0]); },
    },
    {
        .name = "--reads",
        .value = "proven|unless-refuted",
        .words = 1,
        .commands = in(kOpt),
        .doc =
            "Refuse nests with a read that is not proven to be inside (the default for text), or only with one that is "
            "outside (the default for models).",
        .elsewhere = kOptOnly,
        .set = [](Options& o, Words w) { return choose(o.reads, kReads, w[0]); },
    },
    {
        .name = "--as-written",
        .commands = in(kOpt),
        .doc = "Keep expressions as the text has them instead of simplifying them when they are built.",
        .elsewhere = kOptOnly,
        .set = [](Options& o, Words) { return o.building = ir::Building::kAsWritten, std::string(); },
    },

    // --- Looking into the compiler.
    {
        .name = "--print-ir-after",
        .value = "PASS|all",
        .words = 1,
        .commands = kPassCommands,
        .needs = Needs::kModel,
        .doc = "Print the IR after a pass, after the import or after lowering, on standard error.",
        .elsewhere = kPassesElsewhere,
        .set = set_print_ir_after,
    },
    {
        .name = "--verify-each",
        .commands = kPassCommands,
        .needs = Needs::kModel,
        .doc = "Check the invariants of the IR after each pass.",
        .elsewhere = kPassesElsewhere,
        .set = [](Options& o, Words) { return o.verify_each = true, std::string(); },
    },
    {
        .name = "--check-passes",
        .commands = kPassCommands,
        .needs = Needs::kModel,
        .doc = "Run the IR on random inputs before and after each pass, and stop at one that changes the result.",
        .elsewhere = kPassesElsewhere,
        .set = [](Options& o, Words) { return o.check_passes = true, std::string(); },
    },
    {
        .name = "--explain",
        .commands = kPassCommands,
        .needs = Needs::kModel,
        .doc = "Say what passes did or declined to do, and why.",
        .elsewhere = kPassesElsewhere,
        .set = [](Options& o, Words) { return o.explain = true, std::string(); },
    },
    {
        .name = "--time",
        .commands = kPassCommands,
        .needs = Needs::kModel,
        .doc = "Say how long each step took.",
        .elsewhere = kPassesElsewhere,
        .set = [](Options& o, Words) { return o.time = true, std::string(); },
    },

    // --- Running.
    {
        .name = "--input_list",
        .value = "FILE",
        .words = 1,
        .commands = in(kRun, kBench),
        .doc = "A line per inference: `name:=file.raw ..`, or files in the order of the inputs.",
        .elsewhere = kRunOnly,
        .set = [](Options& o, Words w) { return o.input_list = w[0], std::string(); },
    },
    {
        .name = "--use_native_input_files",
        .commands = in(kRun, kBench),
        .doc = "Input files hold elements of the input's own type instead of float32.",
        .elsewhere = kRunOnly,
        .set = [](Options& o, Words) { return o.native_inputs = true, std::string(); },
    },
    {
        .name = "--use_native_output_files",
        .commands = in(kRun),
        .doc = "Write outputs in their own type, as NAME_native.raw, instead of float32.",
        .elsewhere = "only run writes outputs",
        .set = [](Options& o, Words) { return o.native_outputs = true, std::string(); },
    },
    {
        .name = "--emulator",
        .value = "COMMAND",
        .words = 1,
        .commands = in(kRun, kVerify),
        .needs = Needs::kModel,
        .doc = "Run the library by `COMMAND LIBRARY INPUTS OUTPUTS`, for a target that this machine is not: "
               "\"qemu-aarch64 -L /usr/aarch64-linux-gnu ./run_model\" (tests/codegen/run_model.c).",
        .elsewhere = "only run and verify take outputs from elsewhere",
        .set = set_emulator,
    },
    {
        .name = "--threads",
        .value = "N",
        .words = 1,
        .commands = in(kRun, kBench),
        .doc = "Threads for one inference: 1, as libraries have no parallel loops so far.",
        .elsewhere = "a library takes the number of threads when it runs; verify runs on one",
        .set = set_threads,
    },
    {
        .name = "--seconds",
        .value = "S",
        .words = 1,
        .commands = in(kBench),
        .doc = "How long to measure (1).",
        .elsewhere = "only bench measures",
        .set = [](Options& o, Words w) { return set_number<double>(o.seconds, w[0], 0.0, 86400.0); },
    },

    // --- Checking.
    {
        .name = "--data",
        .value = "DIR",
        .words = 1,
        .commands = in(kVerify),
        .doc = "Folder with input_N.pb and output_N.pb, or inputs.npz and outputs.npz, or with folders test_data_set_N "
               "of them. "
               "The model's own folder when left out.",
        .elsewhere = kVerifyOnly,
        .set = [](Options& o, Words w) { return o.data = w[0], std::string(); },
    },
    {
        .name = "--layers",
        .commands = in(kVerify),
        .doc = "Keep every intermediate tensor and name the first node that differs from the graph evaluator.",
        .elsewhere = kVerifyOnly,
        .set = [](Options& o, Words) { return o.layers = true, std::string(); },
    },
    {
        .name = "--noise",
        .value = "X",
        .words = 1,
        .commands = in(kVerify),
        .doc = "Let floats be off by X more: 3 times what settings of the runtime behind the expected values differ by "
               "(0).",
        .elsewhere = kVerifyOnly,
        .set = [](Options& o, Words w) { return set_number<double>(o.noise, w[0], 0.0, 1e30); },
    },
    {
        .name = "--suite",
        .value = "DIR",
        .words = 1,
        .commands = in(kVerify),
        .doc = "Verify every folder below DIR with a model.onnx, a line per case.",
        .elsewhere = kVerifyOnly,
        .set = [](Options& o, Words w) { return o.suite = true, o.data = w[0], std::string(); },
    },
    {
        .name = "-j,--jobs",
        .value = "N",
        .words = 1,
        .commands = in(kVerify),
        .doc = "Cases of a suite to run at the same time (1).",
        .elsewhere = kVerifyOnly,
        .set = [](Options& o, Words w) { return set_number<int>(o.jobs, w[0], 1, 256); },
    },
    {
        .name = "--timeout",
        .value = "S",
        .words = 1,
        .commands = in(kVerify),
        .doc = "Seconds after which a case of a suite fails (120).",
        .elsewhere = kVerifyOnly,
        .set = [](Options& o, Words w) { return set_number<double>(o.timeout, w[0], 0.001, 86400.0); },
    },

    // --- Reports.
    {
        .name = "--json",
        .value = "FILE",
        .words = 1,
        .value_optional = true,
        .commands = in(kCompile, kVerify, kBench, kInspect, kOps),
        .doc = "Write the report as JSON; to standard output without FILE.",
        .elsewhere = "this subcommand has no report",
        .set = [](Options& o, Words w) { return o.json = w.empty() || w[0].empty() ? "-" : w[0], std::string(); },
    },
    {
        .name = "--markdown",
        .commands = in(kOps),
        .doc = "Print docs/operators.md.",
        .elsewhere = "only ops prints documentation",
        .set = [](Options& o, Words) { return o.markdown = true, std::string(); },
    },
};

}  // namespace

std::span<const CommandInfo> all_commands() { return kCommandRows; }

const CommandInfo& info(Command command) { return kCommandRows[static_cast<size_t>(command)]; }

std::span<const Flag> all_flags() { return kFlagRows; }

std::string_view long_name(const Flag& flag) { return flag.name.substr(flag.name.find("--")); }

std::string_view name_of(Toolchain toolchain) { return kToolchains[static_cast<size_t>(toolchain)].second; }
std::string_view name_of(Emit emit) { return kEmits[static_cast<size_t>(emit)].second; }

}  // namespace burin::tools
