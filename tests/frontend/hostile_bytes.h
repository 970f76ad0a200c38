// Protobuf messages built by hand, right and wrong ones, and files to put them into.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace burin::frontend {

inline std::string varint(uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>(value | 0x80);
  return text += static_cast<char>(value);
}
inline std::string tag(uint32_t number, uint32_t wire_type) { return varint(number << 3 | wire_type); }
inline std::string number(uint32_t field, uint64_t value) { return tag(field, 0) + varint(value); }
inline std::string bytes(uint32_t field, std::string_view content) {
  return tag(field, 2) + varint(content.size()) + std::string(content);
}
inline std::string repeat(std::string_view text, size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}
template <class T>
std::string raw(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

// A model around the bytes of a GraphProto: IR version 8, operator set 13.
inline std::string model_of(std::string_view graph, std::string_view more = "") {
  return number(1, 8) + bytes(8, bytes(1, "") + number(2, 13)) + bytes(7, graph) + std::string(more);
}
inline std::string node(std::string_view content) { return bytes(1, content); }
inline std::string attribute(std::string_view content) { return bytes(5, content); }
inline std::string initializer(std::string_view content) { return bytes(5, content); }
inline std::string tensor_header(uint32_t data_type, std::initializer_list<int64_t> dims) {
  std::string text;
  for (int64_t dim : dims) text += number(1, static_cast<uint64_t>(dim));
  return text + number(2, data_type);
}

// A graph's bytes that are messages inside messages, `depth` of them: node, attribute, graph, node, ..
inline std::string nested_messages(int depth) {
  std::string headers;  // built from the inside; each part reversed, so that the whole can be turned around once
  uint64_t length = 0;
  for (int i = 0; i < depth; ++i) {
    constexpr uint32_t kFields[] = {1, 6, 5};  // node, g, attribute
    std::string header = tag(kFields[i % 3], 2) + varint(length);
    length += header.size();
    headers.append(header.rbegin(), header.rend());
  }
  return {headers.rbegin(), headers.rend()};
}

// y = x + z, of x: f32[n] and z: f32[m].
inline std::string of_two_symbols(const char* op_type) {
  const auto input = [](const char* name, const char* symbol) {
    const std::string shape = bytes(1, bytes(2, symbol));
    return bytes(11, bytes(1, name) + bytes(2, bytes(1, number(1, 1) + bytes(2, shape))));
  };
  const std::string made = node(bytes(1, "x") + bytes(1, "z") + bytes(2, "y") + bytes(4, op_type));
  return model_of(input("x", "n") + input("z", "m") + bytes(12, bytes(1, "y")) + made);
}
inline std::string sum_of_symbols() { return of_two_symbols("Add"); }

inline std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

// "kind" of the first fault, or "" for none.
template <class T>
std::string fault_kind(const ir::Result<T>& result) {
  return result ? "" : result.faults().front().kind;
}
template <class T>
std::string fault_text(const ir::Result<T>& result) {
  return result ? "" : ir::text_of(result.faults());
}

// An empty folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "burin_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }

  std::filesystem::path write(const std::string& name, std::string_view content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace burin::frontend
