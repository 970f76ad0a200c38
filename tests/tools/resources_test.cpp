// What a machine or a shell may deny burin: stack, memory, a reader of its output; and signals in between. Each ends in words
// and an exit code, and leaves no file behind.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "ir/base/retried.h"
#include "tests/tools/process.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

const std::string kDigits = source("tools/digits/digits.onnx");
const std::vector<std::string> kCompile = {"compile", kDigits, "-o", "out", "-t", "x86_64-v3"};

std::function<void()> limited(__rlimit_resource resource, rlim_t most) {
  return [=] {
    const rlimit limit{most, most};
    setrlimit(resource, &limit);
  };
}

TEST(Retried, calls_again_only_where_a_signal_came_first) {
  int calls = 0;
  errno = 0;
  EXPECT_EQ(ir::retried([&] { return ++calls < 3 ? (errno = EINTR, -1) : 7; }), 7);
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(ir::retried([&] { return errno = EIO, ++calls, -1; }), -1);
  EXPECT_EQ(calls, 4);
}

TEST(Resources, a_small_stack_compiles_all_the_same) {
  if (BURIN_IS_SANITIZED) GTEST_SKIP() << "the sanitizers take more stack";
  for (const rlim_t kilobytes : {64, 128, 256}) {
    const Scratch scratch;
    const Finished made = run_burin(kCompile, scratch.path(), limited(RLIMIT_STACK, kilobytes << 10));
    EXPECT_EQ(made.exit_code, 0) << kilobytes << " KiB: " << made.errors;
    EXPECT_TRUE(fs::exists(scratch.path() / "out/libdigits.so"));
  }
}

// Whoever nests this deep is told so, by a limit of the reader or by the stack.
TEST(Resources, nesting_without_end_is_no_crash) {
  for (const rlim_t kilobytes : {64, 8192}) {
    for (const size_t depth : {1'000, 1'000'000}) {
      const Scratch scratch;
      const std::string open(depth, '('), close(depth, ')');
      scratch.write("deep.nests",
                    std::string_view("program @deep(%x) -> (%y) {\n  tensor %x : f32[8]\n  tensor %y : f32[8]\n"
                                     "  nest (i: 8) {\n    value " +
                                     open + "%x[i]" + close + " -> %y[i]\n  }\n}\n"));
      const Finished done = run_burin({"opt", "deep.nests"}, scratch.path(), limited(RLIMIT_STACK, kilobytes << 10));
      EXPECT_TRUE(done.exit_code == 0 || done.exit_code == 1 || done.exit_code == 3) << done.exit_code << done.errors;
      EXPECT_EQ(done.errors.empty(), done.exit_code == 0);
    }
  }
}

TEST(Resources, too_little_memory_is_said_and_leaves_nothing) {
  if (BURIN_IS_SANITIZED) GTEST_SKIP() << "the sanitizers reserve more than any limit";
  int refused = 0;
  for (rlim_t megabytes = 160; megabytes <= 640; megabytes += 32) {
    const Scratch scratch;
    const Finished made = run_burin(kCompile, scratch.path(), limited(RLIMIT_AS, megabytes << 20));
    if (made.errors.find("error while loading shared libraries") != std::string::npos) continue;  // not burin yet
    if (made.exit_code == 0) continue;
    ++refused;
    EXPECT_EQ(made.exit_code, 3) << megabytes << " MiB: " << made.errors;
    EXPECT_NE(made.errors.find("burin"), std::string::npos) << megabytes << " MiB";
    EXPECT_FALSE(fs::exists(scratch.path() / "out")) << megabytes << " MiB";
  }
  RecordProperty("refused", refused);
}

TEST(Resources, a_reader_that_is_gone_ends_it_as_it_ends_every_program) {
  const Scratch scratch;
  const std::string command = "(sleep 0.2; exec " + burin() + " ops 2>errors) | true; echo ${PIPESTATUS[0]}";
  const Finished ran = run_program({"bash", "-c", command}, scratch.path());
  EXPECT_EQ(ran.output, "141\n") << ran.errors;
  EXPECT_EQ(scratch.read("errors"), "");
}

TEST(Resources, signals_that_end_nothing_change_nothing) {
  const Scratch scratch;
  std::vector<std::string> words = kCompile;
  words.insert(words.begin(), burin());
  const auto before = std::signal(SIGPIPE, SIG_IGN);  // what the program inherits, until it has a handler
  const pid_t pid = fork();
  if (pid == 0) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    if (chdir(scratch.path().c_str()) == 0) execv(arguments[0], arguments.data());
    _exit(127);
  }
  std::signal(SIGPIPE, before);
  int status = 0;
  while (waitpid(pid, &status, WNOHANG) == 0) {
    for (int signal : {SIGPIPE, SIGSTOP, SIGCONT, SIGWINCH}) kill(pid, signal);
    usleep(500);
  }
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_TRUE(fs::exists(scratch.path() / "out/libdigits.so"));
}

}  // namespace
}  // namespace burin::tools
