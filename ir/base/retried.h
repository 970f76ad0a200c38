// Calls of the system that a signal may interrupt before they have done anything.
#pragma once

#include <cerrno>

namespace burin::ir {

// What `call()` returns, called again for as long as a signal interrupts it.
template <class Call>
auto retried(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

}  // namespace burin::ir
