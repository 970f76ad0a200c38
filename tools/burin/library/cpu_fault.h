// Runs code that may fault, and says how it did instead of ending the process.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace burin::tools {

enum class Access : uint8_t { kUnknown, kRead, kWrite };

// A signal that the processor's refusal of an instruction raised: SIGSEGV, SIGBUS, SIGFPE or SIGILL.
struct CpuFault {
  int signal = 0;
  const void* address = nullptr;  // that was accessed; nullptr also where the processor does not say
  Access access = Access::kUnknown;
};

// Calls `code` on this thread; the fault that ended it, or nothing. Code that faults is left where it is, without
// destructors: it must hold no lock, memory or other resource. One call at a time in a process, as signals belong to all of
// it.
std::optional<CpuFault> run_trapped(const std::function<void()>& code);

// "SIGSEGV".
std::string signal_name(int signal);

}  // namespace burin::tools
