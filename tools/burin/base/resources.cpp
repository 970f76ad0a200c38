#include "tools/burin/base/resources.h"

#include <pthread.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <string_view>
#include <system_error>

#include "codegen/llvm/out_of_memory.h"

namespace burin::tools {
namespace {

constexpr size_t kStackBytes = 64 << 20;
constexpr size_t kThreadStackBytes = 16 << 20;  // of those that generate code side by side
constexpr std::array<size_t, 3> kStacksToTry = {kStackBytes, 8 << 20, 1 << 20};

constexpr std::string_view kNoMemory = "burin: expected more memory than there is [memory]\n";
constexpr std::string_view kNoStack =
    "burin: expected less nesting, or more stack than there is [stack]\n  hint: ulimit -s\n";

// For where nothing can be allocated and nothing unwound.
[[noreturn]] void end_with(std::string_view message) {
  const ssize_t ignored = write(STDERR_FILENO, message.data(), message.size());
  static_cast<void>(ignored);
  _exit(kEnvironmentAtFault);
}

ExitCode run_command(ExitCode (*command)(int, const char* const*), int argc, const char* const* argv) {
  try {
    return command(argc, argv);
  } catch (const std::bad_alloc&) {
    end_with(kNoMemory);
  } catch (const std::system_error& failure) {
    return report("burin", {ir::environment_fault("system", "", "{}", failure.what())});
  } catch (const std::exception& defect) {
    return report("burin", {ir::Diagnostic{ir::Fault::kInternal, "defect", "", defect.what(), {}}});
  }
}

// An exception that nothing catches: in another thread, or out of a destructor.
[[noreturn]] void on_uncaught() {
  if (const std::exception_ptr thrown = std::current_exception()) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::bad_alloc&) {
      end_with(kNoMemory);
    } catch (const std::exception& defect) {
      report("burin", {ir::Diagnostic{ir::Fault::kInternal, "defect", "", defect.what(), {}}});
      _exit(kDefect);
    } catch (...) {
    }
  }
  std::abort();
}

uintptr_t stack_pointer(const void* context) {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<uintptr_t>(machine.gregs[REG_RSP]);
#elif defined(__aarch64__)
  return static_cast<uintptr_t>(machine.sp);
#else
  static_cast<void>(machine);
  return 0;
#endif
}

// A fault near the stack pointer is a stack that has no room left; every other one is a defect, and ends as it always does.
void on_bad_access(int signal, siginfo_t* info, void* context) {
  constexpr uintptr_t kFrame = 1 << 20;
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  const uintptr_t pointer = stack_pointer(context);
  if (address + kFrame > pointer && address < pointer + kFrame) end_with(kNoStack);
  std::signal(signal, SIG_DFL);
}

// Where the handler runs: there is no room on the stack that ran out. Guards: a thread uses it until this is gone.
class SignalStack {
 public:
  SignalStack() : memory_(new std::byte[kBytes]) {
    const stack_t stack{memory_.get(), 0, kBytes};
    sigaltstack(&stack, nullptr);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;
  ~SignalStack() {
    const stack_t none{nullptr, SS_DISABLE, 0};
    sigaltstack(&none, nullptr);
  }

 private:
  static constexpr size_t kBytes = 64 << 10;
  std::unique_ptr<std::byte[]> memory_;
};

void report_bad_stacks() {
#if defined(__SANITIZE_ADDRESS__)
  return;  // which reports them better
#endif
  struct sigaction action = {};
  action.sa_sigaction = on_bad_access;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, nullptr);
  sigaction(SIGBUS, &action, nullptr);
}

// Lets this thread's stack grow to kStackBytes: the kernel asks for the limit when the stack grows, not when the program starts.
bool can_grow_stack() {
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0) return false;
  if (limit.rlim_cur >= kStackBytes) return true;  // RLIM_INFINITY is the largest number
  if (limit.rlim_max < kStackBytes) return false;
  limit.rlim_cur = kStackBytes;
  return setrlimit(RLIMIT_STACK, &limit) == 0;
}

void set_stacks_of_threads() {
  pthread_attr_t attributes;
  size_t bytes = 0;
  pthread_attr_init(&attributes);
  if (pthread_getattr_default_np(&attributes) == 0 && pthread_attr_getstacksize(&attributes, &bytes) == 0 &&
      bytes < kThreadStackBytes && pthread_attr_setstacksize(&attributes, kThreadStackBytes) == 0) {
    pthread_setattr_default_np(&attributes);
  }
  pthread_attr_destroy(&attributes);
}

struct Call {
  ExitCode (*command)(int, const char* const*);
  int argc;
  const char* const* argv;
  ExitCode result = kDefect;
};

void* run_call(void* argument) {
  Call& call = *static_cast<Call*>(argument);
  const SignalStack stack;
  call.result = run_command(call.command, call.argc, call.argv);
  return nullptr;
}

ExitCode run_in_thread(Call call) {
  for (const size_t bytes : kStacksToTry) {
    pthread_attr_t attributes;
    pthread_t thread{};
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, bytes);
    const int error = pthread_create(&thread, &attributes, run_call, &call);
    pthread_attr_destroy(&attributes);
    if (error != 0) continue;
    pthread_join(thread, nullptr);
    return call.result;
  }
  end_with(kNoStack);
}

}  // namespace

ExitCode run_with_resources(ExitCode (*command)(int, const char* const*), int argc, const char* const* argv) {
  std::set_terminate(on_uncaught);
  codegen::throw_when_out_of_memory();
  set_stacks_of_threads();
  report_bad_stacks();
  Call call{command, argc, argv};
  if (!can_grow_stack()) return run_in_thread(call);
  run_call(&call);
  return call.result;
}

}  // namespace burin::tools
