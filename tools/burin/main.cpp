// The burin executable: reads the command line and hands over to a subcommand.
#include <clocale>
#include <csignal>
#include <variant>

#include "tools/burin/base/report.h"
#include "tools/burin/base/resources.h"
#include "tools/burin/command_line/command_line.h"
#include "tools/burin/commands/bench.h"
#include "tools/burin/commands/compile.h"
#include "tools/burin/commands/inspect.h"
#include "tools/burin/commands/ops.h"
#include "tools/burin/commands/opt_command.h"
#include "tools/burin/commands/reduce.h"
#include "tools/burin/commands/run.h"
#include "tools/burin/commands/verify.h"

namespace burin::tools {
namespace {

ExitCode run_command(const Options& options) {
  switch (options.command) {
    case Command::kCompile: return compile(options);
    case Command::kVerify: return verify(options);
    case Command::kRun: return run(options);
    case Command::kBench: return bench(options);
    case Command::kInspect: return inspect(options);
    case Command::kOps: return list_ops(options);
    case Command::kOpt: return opt(options);
    case Command::kReduce: return reduce(options);
  }
  return kDefect;
}

ExitCode run_burin(int argc, const char* const* argv) {
  const ir::Result<std::variant<Options, Shown>> parsed = parse_command_line(argc, argv);
  if (!parsed) return report("burin", parsed.faults());
  if (const Shown* shown = std::get_if<Shown>(&*parsed)) {
    const ir::Status status = print(shown->text);
    return status ? kDone : report("burin", status.faults());
  }
  return run_command(std::get<Options>(*parsed));
}

}  // namespace
}  // namespace burin::tools

int main(int argc, char** argv) {
  using namespace burin;
  // A file that may not grow is a failed write, not the end of the process.
  std::signal(SIGXFSZ, SIG_IGN);
  // So is a pipe that nobody reads any more, until what was begun is cleaned up. Programs that burin starts do not inherit
  // a handler.
  std::signal(SIGPIPE, [](int) {});
  const tools::ExitCode code = tools::run_with_resources(tools::run_burin, argc, argv);
  if (code == tools::kReaderGone) {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  return code;
}
