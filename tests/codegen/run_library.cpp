#include "tests/codegen/run_library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "codegen/link/link.h"
#include "codegen/llvm/emit.h"
#include "ir/loop/verify.h"
#include "ir/run/interpret_loops.h"
#include "targets/host_features.h"

namespace burin::codegen {

using ir::Literal;

namespace {

// Memory at a multiple of BURIN_ALIGNMENT.
class Aligned {
 public:
  explicit Aligned(size_t bytes) : data_(std::aligned_alloc(BURIN_ALIGNMENT, (bytes + 64) / 64 * 64)) {}
  Aligned& operator=(Aligned&& other) noexcept {
    std::swap(data_, other.data_);
    return *this;
  }
  Aligned(Aligned&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
  ~Aligned() { std::free(data_); }
  void* get() const { return data_; }

 private:
  void* data_;
};

ir::Diagnostic failed(std::string_view what, const char* error) {
  return ir::input_fault("library", "", "{}: {}", what, error == nullptr ? "" : error);
}

ir::ElementType element_of(int32_t code) {
  for (int i = 0; i < ir::kElementTypes; ++i) {
    if (element_type_code(static_cast<ir::ElementType>(i)) == code) return static_cast<ir::ElementType>(i);
  }
  return ir::ElementType::kF32;
}

// One context, prepared for the shapes of `inputs`.
class Session {
 public:
  explicit Session(const burin_model_api* api) : api_(api), memory_(0), arena_(0) {}

  ir::Status prepare(std::span<const Literal> inputs, const std::string& target) {
    size_t bytes = 0;
    if (api_->context_bytes(api_, &bytes) != BURIN_OK) return failed("context_bytes", "");
    memory_ = Aligned(bytes);
    if (api_->context_create(api_, memory_.get(), bytes, &context_) != BURIN_OK) return failed("context_create", "");
    std::vector<const int64_t*> shapes;
    for (const Literal& input : inputs) shapes.push_back(input.dims.data());
    burin_prepare_request request{};
    request.struct_size = sizeof request;
    request.threads = 1;
    request.n_shapes = static_cast<int32_t>(inputs.size());
    request.shapes = shapes.data();
    request.target = target.empty() ? nullptr : target.c_str();
    burin_plan_size plan{};
    plan.struct_size = sizeof plan;
    if (api_->prepare(context_, &request, &plan) != BURIN_OK) return failed("prepare", api_->last_error(context_));
    arena_ = Aligned(plan.arena_bytes);
    if (api_->bind_arena(context_, arena_.get(), plan.arena_bytes) != BURIN_OK) {
      return failed("bind_arena", api_->last_error(context_));
    }
    return {};
  }

  ir::Result<std::vector<Literal>> run(std::span<const Literal> inputs) {
    burin_model_info info{};
    info.struct_size = sizeof info;
    api_->describe(api_, &info);
    for (size_t i = 0; i < inputs.size(); ++i) {
      const auto id = static_cast<int32_t>(i);
      if (api_->bind_input(context_, id, inputs[i].bytes.data(), inputs[i].bytes.size()) != BURIN_OK) {
        return failed("bind_input", api_->last_error(context_));
      }
    }
    std::vector<Aligned> outputs;
    for (int32_t i = 0; i < info.n_outputs; ++i) {
      size_t bytes = 0;
      if (api_->output_bytes(context_, i, &bytes) != BURIN_OK)
        return failed("output_bytes", api_->last_error(context_));
      outputs.emplace_back(bytes);
      if (api_->bind_output(context_, i, outputs.back().get(), bytes) != BURIN_OK) {
        return failed("bind_output", api_->last_error(context_));
      }
    }
    if (api_->execute(context_) != BURIN_OK) return failed("execute", api_->last_error(context_));
    std::vector<Literal> literals;
    for (int32_t i = 0; i < info.n_outputs; ++i) literals.push_back(output(i, outputs[static_cast<size_t>(i)]));
    return literals;
  }

 private:
  Literal output(int32_t i, const Aligned& memory) {
    burin_tensor_info info{};
    info.struct_size = sizeof info;
    api_->output_info(api_, i, &info);
    std::vector<int64_t> dims(static_cast<size_t>(info.rank));
    api_->output_shape(context_, i, dims.data(), info.rank);
    int64_t bytes = ir::size_of(element_of(info.element_type));
    for (int64_t dim : dims) bytes *= dim;
    const auto* data = static_cast<const std::byte*>(memory.get());
    return ir::make_literal(element_of(info.element_type), dims, {data, data + bytes});
  }

  const burin_model_api* api_;
  Aligned memory_, arena_;
  burin_context* context_ = nullptr;
};

bool same_element(const Literal& a, const Literal& b, int64_t i) {
  if (ir::is_float(a.element)) {
    const double x = a.at(i).number;
    const double y = b.at(i).number;
    return (std::isnan(x) && std::isnan(y)) || std::bit_cast<uint64_t>(x) == std::bit_cast<uint64_t>(y);
  }
  return a.at(i).integer == b.at(i).integer;
}

std::string element_text(const Literal& literal, int64_t i) {
  return ir::is_float(literal.element) ? fmt::format("{:a}", literal.at(i).number)
                                       : fmt::format("{}", literal.at(i).integer);
}

}  // namespace

std::string scratch_path(const std::string& name) {
  static const std::string folder = [] {
    std::string path = (std::filesystem::temp_directory_path() / fmt::format("burin-test-{}", getpid())).string();
    std::filesystem::create_directories(path);
    std::atexit([] {
      std::filesystem::remove_all(std::filesystem::temp_directory_path() / fmt::format("burin-test-{}", getpid()));
    });
    return path;
  }();
  return folder + "/" + name;
}

ir::Status build_library(const ir::Module& module, const targets::Target& target, const std::string& path) {
  const Variant variant{&module, target};
  ir::Result<ModelTables> tables = make_model_tables({&variant, 1}, {});
  if (!tables) return tables.faults();
  const std::vector<ObjectFile> objects = emit_objects({&variant, 1}, *tables, PartOf::kSharedLibrary);
  return link_shared({&*tables, target.architecture, objects}, path);
}

const burin_model_api* load_library(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return nullptr;
  auto* function = reinterpret_cast<burin_model_function*>(dlsym(library, "burin_model"));
  return function == nullptr ? nullptr : function();
}

ir::Result<std::vector<Literal>> run_library(const std::string& path, std::span<const Literal> inputs,
                                             const std::string& target) {
  const burin_model_api* api = load_library(path);
  if (api == nullptr) return failed("dlopen", dlerror());
  Session session(api);
  if (ir::Status status = session.prepare(inputs, target); !status) return status.faults();
  return session.run(inputs);
}

std::string difference(const Literal& expected, const Literal& found) {
  if (expected.element != found.element || expected.dims != found.dims) return "types or shapes differ";
  for (int64_t i = 0; i < expected.element_count(); ++i) {
    if (!same_element(expected, found, i)) {
      return fmt::format("element {}: expected {}, found {}", i, element_text(expected, i), element_text(found, i));
    }
  }
  return {};
}

std::string check_against_interpreter(const ir::Module& module, const targets::Target& target,
                                      std::span<const Literal> inputs) {
  if (ir::Status status = ir::verify(module, ir::LoopStage::kExpanded); !status)
    return "verifier: " + ir::text_of(status.faults());
  const ir::Result<std::vector<Literal>> expected = ir::interpret(module, inputs);
  if (!expected) return "interpreter: " + ir::text_of(expected.faults());
  static int count = 0;
  const std::string path = scratch_path(fmt::format("check{}.so", count++));
  if (ir::Status status = build_library(module, target, path); !status) return "build: " + ir::text_of(status.faults());
  const ir::Result<std::vector<Literal>> found = run_library(path, inputs);
  if (!found) return "run: " + ir::text_of(found.faults());
  std::string differences;
  for (size_t i = 0; i < expected->size(); ++i) {
    const std::string one = difference((*expected)[i], (*found)[i]);
    if (!one.empty()) differences += fmt::format("{} output \"{}\": {}\n", target.name, module.outputs[i].name, one);
  }
  return differences;
}

std::vector<targets::Target> runnable_targets() {
  const std::optional<targets::Host> host = targets::host_features();
  std::vector<targets::Target> rows;
  for (const targets::Target& row : targets::all_targets()) {
    if (host && row.architecture == host->architecture && (row.runtime_features & ~host->features) == 0)
      rows.push_back(row);
  }
  return rows;
}

}  // namespace burin::codegen
