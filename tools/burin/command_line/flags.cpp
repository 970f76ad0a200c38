#include "tools/burin/command_line/flags.h"

#include <algorithm>
#include <cstddef>

#include "tools/burin/command_line/flag_setters.h"

namespace burin::tools {
namespace {

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
        .subject = "LIBRARY|ARCHIVE|OBJECT|MODEL",
        .doc = "Print inputs, outputs, symbols, memory, targets and digests of a compiled model, for any architecture.",
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
    {
        .command = kReduce,
        .name = "reduce",
        .subject = "MODEL",
        .doc = "Shrink a model to a few nodes while a command says that it still has a fault.",
    },
};

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
        .commands = in(kCompile, kRun, kReduce),
        .doc = "Folder for what is written; made when missing. compile prints text forms when it is not given. reduce "
               "takes the name of a file, which always holds the smallest model found so far.",
        .elsewhere = "this subcommand writes no files but --json",
        .set = set_field<&Options::output_dir>,
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
        .set = set_field<&Options::target>,
    },
    {
        .name = "--toolchain",
        .value = Alternatives<kToolchainNames>::kText,
        .words = 1,
        .commands = kModelCommands,
        .needs = Needs::kModel,
        .doc = "Who makes machine code. interpret makes none: burin runs the loops itself, for tests.",
        .elsewhere = kNotCompiled,
        .set = set_choice<&Options::toolchain, kToolchainNames>,
    },
    {
        .name = "--emit",
        .value = Alternatives<kEmitNames>::kText,
        .words = 1,
        .commands = in(kCompile),
        .needs = Needs::kModel,
        .doc =
            "What to write: a shared library (the default), an archive, objects, sources, or one of the forms as text.",
        .elsewhere = kCompileOnly,
        .set = set_choice<&Options::emit, kEmitNames>,
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
        .set = append_to<&Options::out_nodes>,
    },
    {
        .name = "--dry_run",
        .commands = in(kCompile),
        .needs = Needs::kModel,
        .doc = "List everything that is not supported and every fault up to code generation, and compile nothing.",
        .elsewhere = kCompileOnly,
        .set = set_true<&Options::dry_run>,
    },
    {
        .name = "--math",
        .value = Alternatives<kMathNames>::kText,
        .words = 1,
        .commands = kModelCommands | in(kOpt),
        .needs = Needs::kModel,
        .doc = "strict keeps the model's order of operations; default may reassociate sums.",
        .elsewhere = kNotCompiled,
        .set = set_choice<&Options::math, kMathNames>,
    },
    {
        .name = "--max-nodes",
        .value = "N",
        .words = 1,
        .commands = kModelCommands,
        .needs = Needs::kModel,
        .doc = "Refuse models with more nodes (1000000).",
        .elsewhere = kNotCompiled,
        .set = set_number<&Options::max_nodes, int64_t{1}, INT64_MAX>,
    },
    {
        .name = "--max-constant-bytes",
        .value = "N",
        .words = 1,
        .commands = kModelCommands,
        .needs = Needs::kModel,
        .doc = "Refuse models whose constants take more bytes (4294967296).",
        .elsewhere = kNotCompiled,
        .set = set_number<&Options::max_constant_bytes, int64_t{0}, INT64_MAX>,
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
        .value = Alternatives<kFormNames>::kText,
        .words = 1,
        .commands = in(kOpt),
        .doc = "Refuse another form than this.",
        .elsewhere = kOptOnly,
        .set = set_choice<&Options::form, kFormNames>,
    },
    {
        .name = "--reads",
        .value = Alternatives<kReadNames>::kText,
        .words = 1,
        .commands = in(kOpt),
        .doc =
            "Refuse nests with a read that is not proven to be inside (the default for text), or only with one that is "
            "outside (the default for models).",
        .elsewhere = kOptOnly,
        .set = set_choice<&Options::reads, kReadNames>,
    },
    {
        .name = "--as-written",
        .commands = in(kOpt),
        .doc = "Keep expressions as the text has them instead of simplifying them when they are built.",
        .elsewhere = kOptOnly,
        .set = set_as_written,
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
        .set = set_true<&Options::verify_each>,
    },
    {
        .name = "--check-passes",
        .commands = kPassCommands,
        .needs = Needs::kModel,
        .doc = "Run the IR on random inputs before and after each pass, and stop at one that changes the result.",
        .elsewhere = kPassesElsewhere,
        .set = set_true<&Options::check_passes>,
    },
    {
        .name = "--explain",
        .commands = kPassCommands,
        .needs = Needs::kModel,
        .doc = "Say what passes did or declined to do, and why.",
        .elsewhere = kPassesElsewhere,
        .set = set_true<&Options::explain>,
    },
    {
        .name = "--time",
        .commands = kPassCommands,
        .needs = Needs::kModel,
        .doc = "Say how long each step took.",
        .elsewhere = kPassesElsewhere,
        .set = set_true<&Options::time>,
    },

    // --- Running.
    {
        .name = "--input_list",
        .value = "FILE",
        .words = 1,
        .commands = in(kRun, kBench),
        .doc = "A line per inference: `name:=file.raw ..`, or files in the order of the inputs.",
        .elsewhere = kRunOnly,
        .set = set_field<&Options::input_list>,
    },
    {
        .name = "--use_native_input_files",
        .commands = in(kRun, kBench),
        .doc = "Input files hold elements of the input's own type instead of float32.",
        .elsewhere = kRunOnly,
        .set = set_true<&Options::native_inputs>,
    },
    {
        .name = "--use_native_output_files",
        .commands = in(kRun),
        .doc = "Write outputs in their own type, as NAME_native.raw, instead of float32.",
        .elsewhere = "only run writes outputs",
        .set = set_true<&Options::native_outputs>,
    },
    {
        .name = "--emulator",
        .value = "COMMAND",
        .words = 1,
        .commands = in(kRun, kVerify),
        .needs = Needs::kModel,
        .doc = "Run the library by `COMMAND LIBRARY INPUTS OUTPUTS`, for a target that this machine is not: "
               "\"qemu-aarch64 -L /usr/aarch64-linux-gnu ./run_model\", built from examples/run_model.c.",
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
        .commands = in(kBench, kReduce),
        .doc = "How long bench measures (1), or after how long reduce stops (when nothing becomes smaller any more).",
        .elsewhere = "only bench measures",
        .set = set_number<&Options::seconds, 0.0, 86400.0>,
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
        .set = set_field<&Options::data>,
    },
    {
        .name = "--layers",
        .commands = in(kVerify),
        .doc = "Keep every intermediate tensor and name the first node that differs from the graph evaluator.",
        .elsewhere = kVerifyOnly,
        .set = set_true<&Options::layers>,
    },
    {
        .name = "--guard_pages",
        .commands = in(kVerify),
        .doc = "Run each data set three times: with inputs, outputs, weights and every buffer of the arena ending at "
               "a page that cannot be accessed, starting at one, and with the arena as planned. A case fails when an "
               "access leaves its buffer, when the outputs of two runs differ, or as ever.",
        .elsewhere = kVerifyOnly,
        .set = set_true<&Options::guard_pages>,
    },
    {
        .name = "--noise",
        .value = "X",
        .words = 1,
        .commands = in(kVerify),
        .doc = "Let floats be off by X more: 3 times what settings of the runtime behind the expected values differ by "
               "(0).",
        .elsewhere = kVerifyOnly,
        .set = set_number<&Options::noise, 0.0, 1e30>,
    },
    {
        .name = "--suite",
        .value = "DIR",
        .words = 1,
        .commands = in(kVerify),
        .doc = "Verify every folder below DIR with a model.onnx, a line per case.",
        .elsewhere = kVerifyOnly,
        .set = set_suite,
    },
    {
        .name = "-j,--jobs",
        .value = "N",
        .words = 1,
        .commands = in(kVerify),
        .doc = "Cases of a suite to run at the same time (1).",
        .elsewhere = kVerifyOnly,
        .set = set_number<&Options::jobs, 1, 256>,
    },
    {
        .name = "--timeout",
        .value = "S",
        .words = 1,
        .commands = in(kVerify, kReduce),
        .doc = "Seconds after which a case of a suite fails, or a check of reduce says no (120).",
        .elsewhere = kVerifyOnly,
        .set = set_number<&Options::timeout, 0.001, 86400.0>,
    },

    {
        .name = "--check",
        .value = "COMMAND",
        .words = 1,
        .commands = in(kReduce),
        .doc =
            "A shell command that exits with 0 while the model still has the fault looked for, and with another code "
            "when not. {} in it is the model's path, which comes last when there is no {}.",
        .elsewhere = "only reduce asks a command about models",
        .set = set_field<&Options::check>,
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
        .set = set_json,
    },
    {
        .name = "--markdown",
        .commands = in(kOps),
        .doc = "Print docs/operators.md.",
        .elsewhere = "only ops prints documentation",
        .set = set_true<&Options::markdown>,
    },
};

template <class Value, size_t n>
constexpr bool are_in_order(const Names<Value, n>& names) {
  for (size_t i = 0; i < n; ++i) {
    if (static_cast<size_t>(names[i].first) != i) return false;
  }
  return true;
}
static_assert(are_in_order(kToolchainNames) && are_in_order(kEmitNames), "names are found by the value of their enum");
static_assert(std::ranges::is_sorted(kCommandRows, {}, &CommandInfo::command) && std::size(kCommandRows) == kCommands,
              "rows are found by the value of their enum");

}  // namespace

std::span<const CommandInfo> all_commands() { return kCommandRows; }

const CommandInfo& info(Command command) { return kCommandRows[static_cast<size_t>(command)]; }

std::span<const Flag> all_flags() { return kFlagRows; }

std::string_view long_name(const Flag& flag) { return flag.name.substr(flag.name.find("--")); }

std::string_view short_name(const Flag& flag) { return flag.name.substr(0, flag.name.find(",--") == 2 ? 2 : 0); }

bool applies(const Flag& flag, Command command) { return (flag.commands & in(command)) != 0; }

}  // namespace burin::tools
