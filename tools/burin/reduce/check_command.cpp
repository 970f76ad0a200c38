#include "tools/burin/reduce/check_command.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace burin::tools {
namespace {

[[noreturn]] void become(const std::string& command) {
  setpgid(0, 0);
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, file);
  execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
  _exit(127);
}

// Whether the process ends in time.
bool ends(pid_t pid, double timeout) {
  const int process = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (process < 0) return true;  // an old kernel: wait without an end
  pollfd polled{process, POLLIN, 0};
  int found = 0;
  do {
    found = poll(&polled, 1, static_cast<int>(std::min(timeout * 1000, 1e9)));
  } while (found < 0 && errno == EINTR);
  close(process);
  return found > 0;
}

}  // namespace

std::string shell_command(const std::string& command, const std::filesystem::path& model) {
  std::string quoted = "'";
  for (const char c : model.string()) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  quoted += "'";
  if (command.find("{}") == std::string::npos) return command + " " + quoted;
  std::string text = command;
  for (size_t at = 0; (at = text.find("{}", at)) != std::string::npos; at += quoted.size()) text.replace(at, 2, quoted);
  return text;
}

ir::Result<bool> still_has_fault(const std::string& command, const std::filesystem::path& model, double timeout) {
  const std::string text = shell_command(command, model);
  const pid_t pid = fork();
  if (pid < 0) return ir::environment_fault("process", "--check", "cannot start a process: {}", std::strerror(errno));
  if (pid == 0) become(text);
  setpgid(pid, pid);  // here too, as the child may not have come to it
  const bool is_over = ends(pid, timeout);
  kill(-pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (is_over && WIFEXITED(status) && WEXITSTATUS(status) == 127) {
    return ir::environment_fault("process", "--check",
                                 "expected a command that the shell finds, found exit code 127: {}", text);
  }
  return is_over && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace burin::tools
