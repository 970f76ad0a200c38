#include "tools/burin/library/library.h"

#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <fstream>
#include <utility>

#include "tools/burin/library/elf_file.h"

namespace burin::tools {
namespace {

// Whose fault a status is: shapes are the user's, what the interface forbids is a defect of the code here.
ir::Fault fault_of(burin_status status) {
  switch (static_cast<burin_status_code>(status)) {
    case BURIN_WRONG_RANK:
    case BURIN_WRONG_DIMENSION:
    case BURIN_OUT_OF_BOUNDS:
    case BURIN_CHECK_FAILED:
    case BURIN_WRONG_NAME: return ir::Fault::kInput;
    case BURIN_CPU_LACKS_FEATURE:
    case BURIN_ARENA_TOO_LARGE:
    case BURIN_NOT_BUILT_IN: return ir::Fault::kEnvironment;
    case BURIN_OK:
    case BURIN_NULL_ARGUMENT:
    case BURIN_WRONG_STRUCT_SIZE:
    case BURIN_WRONG_ABI:
    case BURIN_WRONG_INDEX:
    case BURIN_BUFFER_TOO_SMALL:
    case BURIN_MISALIGNED:
    case BURIN_NOT_PREPARED:
    case BURIN_NOT_BOUND:
    case BURIN_WRONG_INTERFACE:
    case BURIN_WRONG_DIGEST:
    case BURIN_WRONG_ARGUMENT: return ir::Fault::kInternal;
  }
  return ir::Fault::kInternal;
}

ir::Diagnostic bad_library(std::string_view what) {
  return ir::input_fault("library", "", "expected a library that burin made, found {}", what);
}

bool is_function(const void* address) {
  Dl_info found;
  void* entry = nullptr;
  if (dladdr1(address, &found, &entry, RTLD_DL_SYMENT) == 0 || entry == nullptr) return false;
  return ELF64_ST_TYPE(static_cast<const Elf64_Sym*>(entry)->st_info) == STT_FUNC;
}

template <class Info>
Info empty() {
  Info info{};
  info.struct_size = sizeof(Info);
  return info;
}

}  // namespace

ir::Result<Memory> allocate(size_t bytes) {
  if (bytes == 0) return Memory{};
  const size_t rounded = (bytes + BURIN_ALIGNMENT - 1) / BURIN_ALIGNMENT * BURIN_ALIGNMENT;
  Memory memory;
  if (rounded >= bytes) memory.data.reset(static_cast<std::byte*>(std::aligned_alloc(BURIN_ALIGNMENT, rounded)));
  if (!memory.data) return ir::environment_fault("memory", "", "expected {} bytes of memory, found less", bytes);
  memory.bytes = bytes;
  return memory;
}

void Library::Close::operator()(void* handle) const { dlclose(handle); }

ir::Result<Library> Library::load(const std::filesystem::path& path) {
  if (ir::Status status = check_elf_file(path); !status) return status.faults();
  // Without a slash dlopen would look elsewhere.
  std::unique_ptr<void, Close> handle(dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!handle) return bad_library(dlerror());
  void* const symbol = dlsym(handle.get(), "burin_model");
  if (symbol == nullptr) return bad_library("one without burin_model");
  if (!is_function(symbol)) return bad_library("one whose burin_model is no function");
  // POSIX promises that a symbol's address converts to a function.
  const auto entry = reinterpret_cast<burin_model_function*>(symbol);
  const burin_model_api* api = entry();
  if (api == nullptr || api->abi_version != BURIN_ABI_VERSION || api->struct_size < sizeof(burin_model_api)) {
    return bad_library(fmt::format("interface version {}, this burin has {}", api == nullptr ? 0 : api->abi_version,
                                   BURIN_ABI_VERSION));
  }
  Library library(std::move(handle), api);
  ir::Result<ModelDescription> model = describe(*api);
  if (!model) return model.faults();
  library.description_ = std::make_unique<const ModelDescription>(std::move(*model));
  return library;
}

ir::Status Execution::check(burin_status status) {
  if (status == BURIN_OK) return {};
  std::string message = api_->status_text(status);
  if (context_ != nullptr && *api_->last_error(context_) != '\0') message = api_->last_error(context_);
  return ir::Diagnostic{fault_of(status), "run", "", std::move(message), {}};
}

ir::Result<Execution> Execution::create(const burin_model_api& api, const ModelDescription& model) {
  Execution execution(api, model);
  size_t bytes = 0;
  if (ir::Status status = execution.check(api.context_bytes(&api, &bytes)); !status) return status.faults();
  ir::Result<Memory> memory = allocate(bytes);
  if (!memory) return memory.faults();
  execution.memory_ = std::move(*memory);
  burin_context* context = nullptr;
  const burin_status status = api.context_create(&api, execution.memory_.data.get(), bytes, &context);
  if (ir::Status created = execution.check(status); !created) return created.faults();
  execution.context_ = context;
  return execution;
}

ir::Result<uint64_t> Execution::plan(const Shapes& shapes, int threads) {
  std::vector<const int64_t*> dims;
  std::vector<int32_t> ranks;
  for (const std::vector<int64_t>& shape : shapes) {
    dims.push_back(shape.data());
    ranks.push_back(static_cast<int32_t>(shape.size()));
  }
  auto request = empty<burin_prepare_request>();
  request.threads = threads;
  request.n_shapes = static_cast<int32_t>(shapes.size());
  request.shapes = dims.data();
  request.ranks = ranks.data();
  plan_ = empty<burin_plan_size>();
  if (ir::Status status = check(api_->prepare(context_, &request, &plan_)); !status) return status.faults();
  return plan_.arena_bytes;
}

ir::Status Execution::prepare(const Shapes& shapes, int threads) {
  const ir::Result<uint64_t> arena_bytes = plan(shapes, threads);
  if (!arena_bytes) return arena_bytes.faults();
  ir::Result<Memory> arena = allocate(*arena_bytes);
  if (!arena) return arena.faults();
  arena_ = std::move(*arena);
  if (ir::Status status = bind_arena(arena_.span()); !status) return status;
  return bind_buffers();
}

ir::Status Execution::bind_buffers() {
  inputs_.clear();
  outputs_.clear();
  const auto add = [](std::vector<Memory>& buffers, const ir::Result<size_t>& bytes) -> ir::Status {
    if (!bytes) return bytes.faults();
    ir::Result<Memory> memory = allocate(*bytes);
    if (!memory) return memory.faults();
    buffers.push_back(std::move(*memory));
    return {};
  };
  ir::Status status;
  for (size_t i = 0; status && i < model_->inputs.size(); ++i) status = add(inputs_, input_bytes(i));
  for (size_t i = 0; status && i < model_->outputs.size(); ++i) status = add(outputs_, output_bytes(i));
  for (size_t i = 0; status && i < inputs_.size(); ++i) status = bind_input(i, inputs_[i].span());
  for (size_t i = 0; status && i < outputs_.size(); ++i) status = bind_output(i, outputs_[i].span());
  return status;
}

ir::Result<size_t> Execution::input_bytes(size_t i) {
  size_t bytes = 0;
  if (ir::Status status = check(api_->input_bytes(context_, static_cast<int32_t>(i), &bytes)); !status)
    return status.faults();
  return bytes;
}

ir::Result<size_t> Execution::output_bytes(size_t i) {
  size_t bytes = 0;
  if (ir::Status status = check(api_->output_bytes(context_, static_cast<int32_t>(i), &bytes)); !status)
    return status.faults();
  return bytes;
}

ir::Status Execution::bind_input(size_t i, std::span<const std::byte> memory) {
  return check(api_->bind_input(context_, static_cast<int32_t>(i), memory.data(), memory.size()));
}

ir::Status Execution::bind_output(size_t i, std::span<std::byte> memory) {
  return check(api_->bind_output(context_, static_cast<int32_t>(i), memory.data(), memory.size()));
}

ir::Status Execution::bind_arena(std::span<std::byte> memory) {
  return check(api_->bind_arena(context_, memory.data(), memory.size()));
}

ir::Status Execution::bind_weights(std::span<const std::byte> memory) {
  return check(api_->bind_weights(context_, memory.data(), memory.size()));
}

ir::Status Execution::execute() { return check(api_->execute(context_)); }

ir::Result<std::vector<int64_t>> Execution::output_shape(size_t i) {
  const size_t rank = model_->outputs[i].dims.size();
  std::vector<int64_t> dims(rank);
  const burin_status status =
      api_->output_shape(context_, static_cast<int32_t>(i), dims.data(), static_cast<int32_t>(rank));
  if (ir::Status checked = check(status); !checked) return checked.faults();
  return dims;
}

ir::Result<std::span<const std::byte>> Execution::output(size_t i) {
  const ir::Result<std::vector<int64_t>> dims = output_shape(i);
  if (!dims) return dims.faults();
  auto bytes = static_cast<size_t>(ir::size_of(model_->outputs[i].element));
  for (int64_t dim : *dims) bytes *= static_cast<size_t>(dim);  // at most the planned bytes, which fit
  return std::span<const std::byte>(outputs_[i].data.get(), bytes);
}

bool is_library(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 4> magic{};
  return file.read(magic.data(), magic.size()) && std::memcmp(magic.data(),
                                                              "\x7f"
                                                              "ELF",
                                                              magic.size()) == 0;
}

}  // namespace burin::tools
