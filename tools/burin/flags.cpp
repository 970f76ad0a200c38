#include "tools/burin/flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace burin::tools {
namespace {

using Words = std::span<const std::string>;
using enum Command;

constexpr CommandInfo kCommandRows[] = {
    {kCompile, "compile", "MODEL", false,
     "Compile a model into a library, a header and an example, or into another form."},
    {kRun, "run", "LIBRARY|MODEL", false, "Run a library or a model on the inputs of a list and write its outputs."},
    {kVerify, "verify", "MODEL", true, "Compile, run, and compare with expected outputs; one case or a suite of them."},
    {kBench, "bench", "LIBRARY|MODEL", false, "Measure how long an inference takes."},
    {kInspect, "inspect", "LIBRARY|MODEL", false,
     "Print inputs, outputs, symbols, memory, targets and digest of a library."},
    {kOps, "ops", "", true, "List the operators that are supported."},
    {kOpt, "opt", "FILE", false, "Run passes on the text of a graph, of nests or of loops."},
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

constexpr Commands kModelCommands = in(kCompile, kRun, kVerify, kBench, kInspect);
constexpr Commands kPassCommands = in(kCompile, kVerify);

constexpr std::string_view kNotCompiled = "this subcommand does not compile a model";
constexpr std::string_view kCompileOnly = "only compile writes artifacts";
constexpr std::string_view kRunOnly = "only run reads lists of inputs";
constexpr std::string_view kVerifyOnly = "only verify compares with expected outputs";
constexpr std::string_view kPassesElsewhere = "use compile or verify to look into the compiler";

constexpr Flag kFlagRows[] = {
    // --- What is compiled, and into what.
    {"-o,--output_dir", "DIR", 1, false, in(kCompile, kRun), Needs::kNothing,
     "Folder for what is written; made when missing. compile prints text forms when it is not given.",
     "this subcommand writes no files but --json",
     [](Options& o, Words w) { return o.output_dir = w[0], std::string(); }},
    {"--name", "NAME", 1, false, in(kCompile), Needs::kModel,
     "Name of the library: libNAME.so, NAME.h, burin_model_NAME. The model file's name when left out.", kCompileOnly,
     set_name},
    {"-t,--target", "TARGET", 1, false, kModelCommands, Needs::kModel,
     "A row of the target table (x86_64-v3), a platform (x86_64-linux-gnu: one library with variants for v3 and v4; "
     "aarch64-linux-gnu), or native. Default: x86_64-linux-gnu to compile, else the best variant this machine can run.",
     kNotCompiled, [](Options& o, Words w) { return o.target = w[0], std::string(); }},
    {"--toolchain", "llvm|gcc|clang|interpret", 1, false, kModelCommands, Needs::kModel,
     "Who makes machine code. interpret makes none: burin runs the loops itself, for tests.", kNotCompiled,
     [](Options& o, Words w) { return choose(o.toolchain, kToolchains, w[0]); }},
    {"--emit", "lib|static-lib|object|cpp|llvm-ir|graph|nests|loops", 1, false, in(kCompile), Needs::kModel,
     "What to write: a shared library (the default), an archive, objects, sources, or one of the forms as text.",
     kCompileOnly, [](Options& o, Words w) { return choose(o.emit, kEmits, w[0]); }},
    {"--input_dim", "NAME D,D,..", 2, false, kModelCommands, Needs::kNothing,
     "Dimensions of an input, outermost first; -1 leaves one as declared. May be given once per input.",
     "this subcommand has no inputs", set_input_dim},
    {"--define_symbol", "NAME VALUE", 2, false, kModelCommands, Needs::kNothing, "Value of a symbolic dimension.",
     "this subcommand has no symbols", set_symbol},
    {"--symbol_range", "NAME LEAST MOST", 3, false, in(kCompile, kVerify), Needs::kModel,
     "Bounds of a symbolic dimension; from 1 to 16777216 when left out.", kNotCompiled, set_symbol_range},
    {"--out_node", "NAME", 1, false, in(kCompile, kRun, kBench, kInspect), Needs::kModel,
     "A tensor, or all results of a node, to be an output instead of those the model has. May be repeated.",
     "the expected outputs are those of the model",
     [](Options& o, Words w) { return o.out_nodes.push_back(w[0]), std::string(); }},
    {"--dry_run", "", 0, false, in(kCompile), Needs::kModel,
     "List every operator, attribute and type that is not supported, and compile nothing.", kCompileOnly,
     [](Options& o, Words) { return o.dry_run = true, std::string(); }},
    {"--math", "strict|default", 1, false, kModelCommands, Needs::kModel,
     "strict keeps the model's order of operations; default may reassociate sums.", kNotCompiled,
     [](Options& o, Words w) { return choose(o.math, kMaths, w[0]); }},
    {"--max-nodes", "N", 1, false, kModelCommands, Needs::kModel, "Refuse models with more nodes (1000000).",
     kNotCompiled, [](Options& o, Words w) { return set_number<int64_t>(o.max_nodes, w[0], 1, INT64_MAX); }},
    {"--max-constant-bytes", "N", 1, false, kModelCommands, Needs::kModel,
     "Refuse models whose constants take more bytes (4294967296).", kNotCompiled,
     [](Options& o, Words w) { return set_number<int64_t>(o.max_constant_bytes, w[0], 0, INT64_MAX); }},

    // --- Looking into the compiler.
    {"--print-ir-after", "PASS|all", 1, false, kPassCommands, Needs::kModel,
     "Print the IR after a pass, on standard error.", kPassesElsewhere,
     [](Options& o, Words w) { return o.print_ir_after = w[0], std::string(); }},
    {"--verify-each", "", 0, false, kPassCommands, Needs::kModel, "Check the invariants of the IR after each pass.",
     kPassesElsewhere, [](Options& o, Words) { return o.verify_each = true, std::string(); }},
    {"--check-passes", "", 0, false, kPassCommands, Needs::kModel,
     "Run the IR on random inputs before and after each pass, and stop at one that changes the result.",
     kPassesElsewhere, [](Options& o, Words) { return o.check_passes = true, std::string(); }},
    {"--explain", "", 0, false, kPassCommands, Needs::kModel, "Say what passes did or declined to do, and why.",
     kPassesElsewhere, [](Options& o, Words) { return o.explain = true, std::string(); }},
    {"--time", "", 0, false, kPassCommands, Needs::kModel, "Say how long each step took.", kPassesElsewhere,
     [](Options& o, Words) { return o.time = true, std::string(); }},

    // --- Running.
    {"--input_list", "FILE", 1, false, in(kRun, kBench), Needs::kNothing,
     "A line per inference: `name:=file.raw ..`, or files in the order of the inputs.", kRunOnly,
     [](Options& o, Words w) { return o.input_list = w[0], std::string(); }},
    {"--use_native_input_files", "", 0, false, in(kRun, kBench), Needs::kNothing,
     "Input files hold elements of the input's own type instead of float32.", kRunOnly,
     [](Options& o, Words) { return o.native_inputs = true, std::string(); }},
    {"--use_native_output_files", "", 0, false, in(kRun), Needs::kNothing,
     "Write outputs in their own type, as NAME_native.raw, instead of float32.", "only run writes outputs",
     [](Options& o, Words) { return o.native_outputs = true, std::string(); }},
    {"--emulator", "COMMAND", 1, false, in(kRun, kVerify), Needs::kModel,
     "Run the library by `COMMAND LIBRARY INPUTS OUTPUTS`, for a target that this machine is not: "
     "\"qemu-aarch64 -L /usr/aarch64-linux-gnu ./run_model\" (tests/codegen/run_model.c).",
     "only run and verify take outputs from elsewhere", set_emulator},
    {"--threads", "N", 1, false, in(kRun, kBench), Needs::kNothing, "Threads for one inference (1).",
     "a library takes the number of threads when it runs; verify runs on one",
     [](Options& o, Words w) { return set_number<int>(o.threads, w[0], 1, 1024); }},
    {"--seconds", "S", 1, false, in(kBench), Needs::kNothing, "How long to measure (1).", "only bench measures",
     [](Options& o, Words w) { return set_number<double>(o.seconds, w[0], 0.0, 86400.0); }},

    // --- Checking.
    {"--data", "DIR", 1, false, in(kVerify), Needs::kNothing,
     "Folder with input_N.pb and output_N.pb, or inputs.npz and outputs.npz, or with folders test_data_set_N of them. "
     "The model's own folder when left out.",
     kVerifyOnly, [](Options& o, Words w) { return o.data = w[0], std::string(); }},
    {"--layers", "", 0, false, in(kVerify), Needs::kNothing,
     "Keep every intermediate tensor and name the first node that differs from the graph evaluator.", kVerifyOnly,
     [](Options& o, Words) { return o.layers = true, std::string(); }},
    {"--noise", "X", 1, false, in(kVerify), Needs::kNothing,
     "Let floats be off by X more: 3 times what settings of the runtime behind the expected values differ by (0).",
     kVerifyOnly, [](Options& o, Words w) { return set_number<double>(o.noise, w[0], 0.0, 1e30); }},
    {"--suite", "DIR", 1, false, in(kVerify), Needs::kNothing,
     "Verify every folder below DIR with a model.onnx, a line per case.", kVerifyOnly,
     [](Options& o, Words w) { return o.suite = true, o.data = w[0], std::string(); }},
    {"-j,--jobs", "N", 1, false, in(kVerify), Needs::kNothing, "Cases of a suite to run at the same time (1).",
     kVerifyOnly, [](Options& o, Words w) { return set_number<int>(o.jobs, w[0], 1, 256); }},
    {"--timeout", "S", 1, false, in(kVerify), Needs::kNothing, "Seconds after which a case of a suite fails (120).",
     kVerifyOnly, [](Options& o, Words w) { return set_number<double>(o.timeout, w[0], 0.001, 86400.0); }},

    // --- Reports.
    {"--json", "FILE", 1, true, in(kCompile, kVerify, kBench, kInspect, kOps), Needs::kNothing,
     "Write the report as JSON; to standard output without FILE.", "this subcommand has no report",
     [](Options& o, Words w) { return o.json = w.empty() || w[0].empty() ? "-" : w[0], std::string(); }},
    {"--markdown", "", 0, false, in(kOps), Needs::kNothing, "Print docs/operators.md.", "only ops prints documentation",
     [](Options& o, Words) { return o.markdown = true, std::string(); }},
};

}  // namespace

std::span<const CommandInfo> all_commands() { return kCommandRows; }

const CommandInfo& info(Command command) { return kCommandRows[static_cast<size_t>(command)]; }

std::span<const Flag> all_flags() { return kFlagRows; }

std::string_view long_name(const Flag& flag) { return flag.name.substr(flag.name.find("--")); }

std::string_view name_of(Toolchain toolchain) { return kToolchains[static_cast<size_t>(toolchain)].second; }
std::string_view name_of(Emit emit) { return kEmits[static_cast<size_t>(emit)].second; }

}  // namespace burin::tools
