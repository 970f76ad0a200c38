#include "codegen/cpp/run_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>

#include "ir/base/retried.h"

namespace burin::codegen {
namespace {

// Input from nowhere, output and errors into the log.
class FileActions {
 public:
  explicit FileActions(const std::string& log) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions_, 1, 2);
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

}  // namespace

ir::Result<int> run_program(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const FileActions actions(log);
  pid_t process = 0;
  const int error = posix_spawnp(&process, arguments[0], actions.get(), nullptr, arguments.data(), environ);
  if (error != 0) {
    return ir::environment_fault("no-program", fmt::format("program \"{}\"", command[0]),
                                 "expected to run it, found: {}", std::strerror(error));
  }
  int status = 0;
  if (ir::retried([&] { return waitpid(process, &status, 0); }) < 0) {
    return ir::environment_fault("no-program", command[0], "expected its exit code, found: {}", std::strerror(errno));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace burin::codegen
