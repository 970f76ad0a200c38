#include "tools/burin/library/cpu_fault.h"

#include <ucontext.h>

#include <array>
#include <csetjmp>
#include <csignal>
#include <cstddef>
#include <cstring>

namespace burin::tools {
namespace {

constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};

// Where the handler goes on, and what it leaves there. Signal handlers see globals only.
thread_local sigjmp_buf* landing = nullptr;
thread_local CpuFault caught;

Access access_of([[maybe_unused]] const ucontext_t& context) {
#if defined(__x86_64__)
  // The page fault's error code: bit 1 is set for writes (Intel SDM volume 3, "Page-Fault Exception").
  constexpr greg_t kPageFault = 14;
  if (context.uc_mcontext.gregs[REG_TRAPNO] != kPageFault) return Access::kUnknown;
  return (context.uc_mcontext.gregs[REG_ERR] & 2) != 0 ? Access::kWrite : Access::kRead;
#else
  return Access::kUnknown;
#endif
}

void leave(int signal, siginfo_t* info, void* context) {
  if (landing == nullptr) {  // not ours: let it end the process, as it would have
    std::signal(signal, SIG_DFL);
    return;
  }
  const bool has_address = (signal == SIGSEGV || signal == SIGBUS) && info->si_code > 0 && info->si_code != SI_KERNEL;
  caught = {signal, has_address ? info->si_addr : nullptr,
            has_address ? access_of(*static_cast<const ucontext_t*>(context)) : Access::kUnknown};
  siglongjmp(*landing, 1);
}

// The handler, on a stack of its own so that code without any stack left is caught too; the former ones at the end.
class Handlers {
 public:
  Handlers() {
    const stack_t stack = {stack_.data(), 0, stack_.size()};
    sigaltstack(&stack, &former_stack_);
    struct sigaction action{};
    action.sa_sigaction = leave;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &former_[i]);
  }
  Handlers(const Handlers&) = delete;
  Handlers& operator=(const Handlers&) = delete;
  ~Handlers() {
    for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &former_[i], nullptr);
    sigaltstack(&former_stack_, nullptr);
  }

 private:
  std::array<std::byte, size_t{1} << 16> stack_;
  stack_t former_stack_{};
  std::array<struct sigaction, kSignals.size()> former_{};
};

// Whether `code` came to its end.
bool completes(const std::function<void()>& code) {
  sigjmp_buf here;
  if (sigsetjmp(here, 1) != 0) return false;
  landing = &here;
  code();
  return true;
}

}  // namespace

std::optional<CpuFault> run_trapped(const std::function<void()>& code) {
  const Handlers handlers;
  const bool is_complete = completes(code);
  landing = nullptr;
  return is_complete ? std::nullopt : std::optional(caught);
}

std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return std::string("SIG") + (name != nullptr ? name : std::to_string(signal).c_str());
}

}  // namespace burin::tools
