#include "tools/burin/commands/suite.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "ir/base/retried.h"
#include "tools/burin/base/report.h"
#include "tools/burin/commands/verify_report.h"
#include "tools/burin/data/data_set.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Child {
  pid_t pid = -1;
  int results = -1;   // what the child writes: result_as_text
  int messages = -1;  // its standard error, read when it does not end by itself
  size_t index = 0;   // of the case
  Clock::time_point deadline;
  std::string received;
};

void limit_child(double timeout) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  // The parent's clock is the limit that counts; this one is for a parent that was killed.
  const auto seconds = static_cast<rlim_t>(timeout * 4) + 10;
  const rlimit cpu{seconds, seconds};
  setrlimit(RLIMIT_CPU, &cpu);
}

[[noreturn]] void run_child(const Case& test, const Options& options, int results, int messages) {
  limit_child(options.timeout);
  dup2(messages, STDERR_FILENO);
  const CaseResult result = verify_case(test, options);
  write_all(results, result_as_text(result));
  std::fflush(nullptr);
  _exit(0);
}

ir::Result<Child> start(const Case& test, size_t index, const Options& options) {
  std::array<int, 2> ends{};
  const int messages = memfd_create("burin-messages", MFD_CLOEXEC);
  if (messages < 0 || pipe2(ends.data(), O_CLOEXEC) != 0) {
    return ir::environment_fault("process", test.name, "cannot start a process: {}", std::strerror(errno));
  }
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) return ir::environment_fault("process", test.name, "cannot start a process: {}", std::strerror(errno));
  if (pid == 0) run_child(test, options, ends[1], messages);
  close(ends[1]);
  const auto allowed = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.timeout));
  return Child{pid, ends[0], messages, index, Clock::now() + allowed, {}};
}

// The last line that the child wrote on standard error.
std::string last_message(int messages) {
  constexpr size_t kMost = 4096;
  const off_t size = lseek(messages, 0, SEEK_END);
  if (size <= 0) return {};
  std::string text(std::min(kMost, static_cast<size_t>(size)), '\0');
  const off_t start = size - static_cast<off_t>(text.size());
  const ssize_t count = ir::retried([&] { return pread(messages, text.data(), text.size(), start); });
  text.resize(count > 0 ? static_cast<size_t>(count) : 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.find_last_of('\n') + 1);
}

CaseResult failed(std::string what, int messages) {
  const std::string message = last_message(messages);
  if (!message.empty()) what += ": " + message;
  return {Outcome::kFail, std::move(what), {}, {}, {}};
}

CaseResult result_of(const Child& child, int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* name = sigabbrev_np(number);
    return failed(fmt::format("ended by SIG{}", name != nullptr ? name : std::to_string(number)), child.messages);
  }
  std::optional<CaseResult> result = result_from_text(child.received);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && result) return std::move(*result);
  return failed(fmt::format("ended with exit code {}", WEXITSTATUS(status)), child.messages);
}

CaseResult finish(Child& child) {
  int status = 0;
  ir::retried([&] { return waitpid(child.pid, &status, 0); });
  CaseResult result = result_of(child, status);
  close(child.results);
  close(child.messages);
  return result;
}

CaseResult stop(Child& child, double timeout) {
  kill(child.pid, SIGKILL);
  finish(child);
  return {Outcome::kFail, fmt::format("expected an end within {} s, found it still running", timeout), {}, {}, {}};
}

// Takes what the child wrote; false at its end.
bool receive(Child& child) {
  std::array<char, 4096> buffer{};
  const ssize_t count = ir::retried([&] { return read(child.results, buffer.data(), buffer.size()); });
  if (count <= 0) return false;
  child.received.append(buffer.data(), static_cast<size_t>(count));
  return true;
}

// The case folders that are running, and the results as they come in.
class Runs {
 public:
  Runs(const std::vector<Case>& cases, const Options& options)
      : cases_(cases), options_(options), results_(cases.size()) {}

  // Starts cases, waits for some, and prints what is complete in order, until all are done.
  ir::Status run() {
    size_t next = 0;
    while (printed_ < cases_.size()) {
      while (next < cases_.size() && static_cast<int>(children_.size()) < options_.jobs) {
        ir::Result<Child> child = start(cases_[next], next, options_);
        if (!child) return child.faults();
        children_.push_back(std::move(*child));
        ++next;
      }
      wait();
      if (ir::Status status = print_finished(); !status) return status;
    }
    return {};
  }

  ~Runs() {
    for (Child& child : children_) stop(child, options_.timeout);
  }

  const std::vector<std::optional<CaseResult>>& results() const { return results_; }

 private:
  void wait() {
    std::vector<pollfd> polled;
    auto soonest = Clock::time_point::max();
    for (const Child& child : children_) {
      polled.push_back({child.results, POLLIN, 0});
      soonest = std::min(soonest, child.deadline);
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(soonest - Clock::now()).count();
    if (poll(polled.data(), polled.size(), static_cast<int>(std::clamp<int64_t>(left + 1, 0, 60'000))) < 0) return;
    for (size_t i = children_.size(); i-- > 0;) {
      Child& child = children_[i];
      if (polled[i].revents != 0 && !receive(child)) {
        results_[child.index] = finish(child);
      } else if (Clock::now() >= child.deadline) {
        results_[child.index] = stop(child, options_.timeout);
      } else {
        continue;
      }
      children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  ir::Status print_finished() {
    while (printed_ < cases_.size() && results_[printed_]) {
      if (ir::Status status = print(line_of(cases_[printed_].name, *results_[printed_]) + "\n"); !status) return status;
      ++printed_;
    }
    return {};
  }

  const std::vector<Case>& cases_;
  const Options& options_;
  std::vector<std::optional<CaseResult>> results_;
  std::vector<Child> children_;
  size_t printed_ = 0;
};

}  // namespace

ir::Result<std::vector<Case>> find_cases(const fs::path& root) {
  std::error_code error;
  std::vector<Case> cases;
  const auto add = [&](const fs::path& folder) {
    if (!fs::exists(folder / "model.onnx")) return;
    Case test;
    test.name = folder == root ? fs::absolute(root).lexically_normal().filename().string()
                               : folder.lexically_relative(root).string();
    test.model = folder / "model.onnx";
    test.data = data_sets_in(folder);
    test.standard = Standard::kConformance;
    cases.push_back(std::move(test));
  };
  add(root);
  for (fs::recursive_directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_directory()) add(entry->path());
  }
  if (error) return ir::input_fault("suite", "--suite", "expected a folder that can be read: {}", error.message());
  if (cases.empty()) return ir::input_fault("suite", "--suite", "expected folders with a model.onnx, found none");
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.name < b.name; });
  return cases;
}

ExitCode verify_suite(const Options& options) {
  const ir::Result<std::vector<Case>> cases = find_cases(options.data);
  if (!cases) return report(options.data.string(), cases.faults());
  Runs runs(*cases, options);
  if (ir::Status status = runs.run(); !status) return report("burin", status.faults());
  std::array<int, 3> counts{};
  std::vector<std::pair<std::string, CaseResult>> results;
  for (size_t i = 0; i < cases->size(); ++i) {
    const CaseResult& result = *runs.results()[i];
    ++counts[static_cast<size_t>(result.outcome)];
    results.emplace_back((*cases)[i].name, result);
  }
  if (options.json) {
    if (ir::Status status = write_verify_report(results, *options.json); !status)
      return report("burin", status.faults());
  }
  const std::string summary = fmt::format("{} passed, {} failed, {} unsupported\n", counts[0], counts[1], counts[2]);
  if (ir::Status status = print(summary); !status) return report("burin", status.faults());
  return counts[1] == 0 ? kDone : kInputAtFault;
}

}  // namespace burin::tools
