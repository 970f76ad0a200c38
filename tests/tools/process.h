// Runs a program and keeps what it said: for tests of the burin executable as users meet it.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/paths.h"
#include "tests/tools/scratch.h"

namespace burin::tools {

struct Finished {
  int exit_code = -1;  // 128 + the signal's number where it was ended by one
  std::string output;
  std::string errors;
  double cpu_seconds = 0;  // its own and the system's for it: other work on the machine does not count
  int64_t peak_bytes = 0;  // of resident memory; never below the caller's when it started
};

// `prepare` runs in the child before the program starts.
inline Finished run_program(std::vector<std::string> words, const std::filesystem::path& folder = ".",
                            const std::function<void()>& prepare = {}) {
  const Scratch said;
  const std::string output = said.path() / "out", errors = said.path() / "err";
  const pid_t pid = fork();
  if (pid == 0) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    dup2(open(output.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    dup2(open(errors.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    if (chdir(folder.c_str()) != 0) _exit(126);
    if (prepare) prepare();
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage used{};
  wait4(pid, &status, 0, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  Finished finished;
  finished.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  finished.peak_bytes = int64_t{1024} * used.ru_maxrss;
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.output = said.read("out");
  finished.errors = said.read("err");
  return finished;
}

// The executable that was built, and a file of the source tree.
inline std::string burin() { return test::burin_executable(); }
inline std::string source(const std::string& path) { return test::source_dir() + "/" + path; }

inline Finished run_burin(std::vector<std::string> words, const std::filesystem::path& folder = ".",
                          const std::function<void()>& prepare = {}) {
  words.insert(words.begin(), burin());
  return run_program(std::move(words), folder, prepare);
}

}  // namespace burin::tools
