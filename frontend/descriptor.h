// An open file descriptor, closed when its owner ends.
#pragma once

#include <unistd.h>

#include <utility>

namespace burin::frontend {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  int number() const { return number_; }  // negative when nothing is open
  bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

}  // namespace burin::frontend
