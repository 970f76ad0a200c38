// A model library at run time: loaded, described, prepared for shapes and executed through the C interface of
// runtime/burin.h. What run, bench, inspect and verify do with a library, they do through this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ir/base/result.h"
#include "runtime/burin.h"
#include "tools/burin/data/description.h"

namespace burin::tools {

struct Free {
  void operator()(std::byte* memory) const { std::free(memory); }
};
// Aligned as the interface asks for.
struct Memory {
  std::unique_ptr<std::byte, Free> data;
  size_t bytes = 0;

  std::span<std::byte> span() const { return {data.get(), bytes}; }
};
ir::Result<Memory> allocate(size_t bytes);

class Library {
 public:
  static ir::Result<Library> load(const std::filesystem::path& path);

  const ModelDescription& description() const { return *description_; }
  const burin_model_api& api() const { return *api_; }

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  Library(std::unique_ptr<void, Close> handle, const burin_model_api* api) : handle_(std::move(handle)), api_(api) {}

  std::unique_ptr<void, Close> handle_;
  const burin_model_api* api_;
  std::unique_ptr<const ModelDescription> description_;
};

// One context of a library, with all the memory it needs.
class Execution {
 public:
  // Both outlive it.
  static ir::Result<Execution> create(const burin_model_api& api, const ModelDescription& model);
  // The library outlives it.
  static ir::Result<Execution> create(const Library& library) { return create(library.api(), library.description()); }

  // Binds the shapes; the bytes that the arena would take.
  ir::Result<uint64_t> plan(const Shapes& shapes, int threads);
  // Plans, and allocates arena, inputs and outputs for these shapes.
  ir::Status prepare(const Shapes& shapes, int threads);
  // After plan(): what inputs and outputs take, and the caller's own memory for them, for the arena and the weights.
  ir::Result<size_t> input_bytes(size_t i);
  ir::Result<size_t> output_bytes(size_t i);
  ir::Status bind_input(size_t i, std::span<const std::byte> memory);
  ir::Status bind_output(size_t i, std::span<std::byte> memory);
  ir::Status bind_arena(std::span<std::byte> memory);
  ir::Status bind_weights(std::span<const std::byte> memory);
  ir::Status execute();

  std::span<std::byte> input(size_t i) { return inputs_[i].span(); }
  // After execute(): the shape, and, when prepare() allocated the output, the bytes of as many elements.
  ir::Result<std::vector<int64_t>> output_shape(size_t i);
  ir::Result<std::span<const std::byte>> output(size_t i);

  uint64_t arena_bytes() const { return plan_.arena_bytes; }
  int threads() const { return plan_.threads; }

 private:
  Execution(const burin_model_api& api, const ModelDescription& model) : api_(&api), model_(&model) {}
  ir::Status check(burin_status status);
  ir::Status bind_buffers();

  const burin_model_api* api_;
  const ModelDescription* model_;
  Memory memory_, arena_;
  burin_context* context_ = nullptr;
  burin_plan_size plan_{};
  std::vector<Memory> inputs_, outputs_;
};

// Which file starts like an ELF library, and not like a model.
bool is_library(const std::filesystem::path& path);

}  // namespace burin::tools
