// The burin executable: reads the command line and hands over to a subcommand.
#include <clocale>
#include <csignal>
#include <exception>
#include <new>
#include <variant>

#include "tools/burin/bench.h"
#include "tools/burin/command_line.h"
#include "tools/burin/compile.h"
#include "tools/burin/inspect.h"
#include "tools/burin/ops.h"
#include "tools/burin/opt_command.h"
#include "tools/burin/reduce.h"
#include "tools/burin/report.h"
#include "tools/burin/run.h"
#include "tools/burin/verify.h"

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
  try {
    return tools::run_burin(argc, argv);
  } catch (const std::bad_alloc&) {
    return tools::report("burin", {ir::environment_fault("memory", "", "expected more memory than there is")});
  } catch (const std::exception& defect) {
    return tools::report("burin", {ir::Diagnostic{ir::Fault::kInternal, "defect", "", defect.what(), {}}});
  }
}
