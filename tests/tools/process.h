// Runs a program and keeps what it said: for tests of the burin executable as users meet it.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/tools/scratch.h"

namespace burin::tools {

struct Finished {
  int exit_code = -1;  // 128 + the signal's number where it was ended by one
  std::string output;
  std::string errors;
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
  waitpid(pid, &status, 0);
  Finished finished;
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.output = said.read("out");
  finished.errors = said.read("err");
  return finished;
}

// The executable that was built, and a file of the source tree.
inline std::string burin() { return BURIN_EXECUTABLE; }
inline std::string source(const std::string& path) { return std::string(BURIN_SOURCE_DIR) + "/" + path; }

inline Finished run_burin(std::vector<std::string> words, const std::filesystem::path& folder = ".",
                          const std::function<void()>& prepare = {}) {
  words.insert(words.begin(), burin());
  return run_program(std::move(words), folder, prepare);
}

}  // namespace burin::tools
