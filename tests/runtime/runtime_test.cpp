// The public interface, from describing a model to executing it, with every status that it can return.
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "tests/runtime/tiny_models.h"

namespace burin::runtime_test {
namespace {

using Shapes = std::vector<std::vector<int64_t>>;

template <class T>
T sized() {
  T made{};
  made.struct_size = sizeof(T);
  return made;
}

// ---- describing

TEST(Describe, tells_what_the_model_is) {
  const burin_model_api* api = burin_model();
  auto info = sized<burin_model_info>();
  ASSERT_EQ(api->describe(api, &info), BURIN_OK);
  EXPECT_STREQ(info.name, "tiny_static");
  EXPECT_STREQ(info.digest, "00ff");
  EXPECT_STREQ(info.interface_digest, "abcd");
  EXPECT_STREQ(info.compiler, "burin test");
  EXPECT_STREQ(info.target, "any");
  EXPECT_EQ(info.n_inputs, 2);
  EXPECT_EQ(info.n_outputs, 2);
  EXPECT_EQ(info.n_symbols, 0);
  EXPECT_EQ(info.n_targets, 2);
  EXPECT_EQ(info.weights_bytes, 24u);
  EXPECT_EQ(info.code_bytes, 1234u);
  EXPECT_EQ(info.struct_size, sizeof info);
}

TEST(Describe, tells_tensors_symbols_and_targets) {
  const burin_model_api api = api_of(kDynamicModel);
  auto tensor = sized<burin_tensor_info>();
  ASSERT_EQ(api.input_info(&api, 1, &tensor), BURIN_OK);
  EXPECT_STREQ(tensor.name, "ids");
  EXPECT_EQ(tensor.element_type, BURIN_I64);
  EXPECT_EQ(tensor.rank, 2);
  EXPECT_EQ(tensor.dims[1], -2);
  EXPECT_EQ(tensor.scale, 0);
  ASSERT_EQ(api.output_info(&api, 1, &tensor), BURIN_OK);
  EXPECT_EQ(tensor.dims[0], BURIN_DIM_COMPUTED);
  auto symbol = sized<burin_symbol_info>();
  ASSERT_EQ(api.symbol_info(&api, 0, &symbol), BURIN_OK);
  EXPECT_STREQ(symbol.name, "B");
  EXPECT_EQ(symbol.min, 1);
  EXPECT_EQ(symbol.max, 4);
  EXPECT_EQ(symbol.from_input, 1);
  ASSERT_EQ(api.symbol_info(&api, 2, &symbol), BURIN_OK);
  EXPECT_EQ(symbol.from_input, 0);

  const burin_model_api* fixed = burin_model();
  ASSERT_EQ(fixed->output_info(fixed, 0, &tensor), BURIN_OK);
  EXPECT_EQ(tensor.scale, 0.5);
  EXPECT_EQ(tensor.zero_point, 3);
  EXPECT_STREQ(tensor.layout, "NC");
  auto target = sized<burin_target_info>();
  ASSERT_EQ(fixed->target_info(fixed, 0, &target), BURIN_OK);
  EXPECT_STREQ(target.name, "future-cpu");
  EXPECT_EQ(target.runs_here, 0);
  ASSERT_EQ(fixed->target_info(fixed, 1, &target), BURIN_OK);
  EXPECT_EQ(target.runs_here, 1);
}

TEST(Describe, finds_tensors_by_name) {
  const burin_model_api* api = burin_model();
  int32_t index = -1;
  EXPECT_EQ(api->find_input(api, "h", &index), BURIN_OK);
  EXPECT_EQ(index, 1);
  EXPECT_EQ(api->find_output(api, "y", &index), BURIN_OK);
  EXPECT_EQ(index, 0);
  EXPECT_EQ(api->find_input(api, "y", &index), BURIN_WRONG_NAME);
  EXPECT_EQ(api->find_input(api, "", &index), BURIN_WRONG_NAME);
  EXPECT_EQ(api->find_output(api, "y2", &index), BURIN_WRONG_NAME);
  EXPECT_EQ(index, 0);
}

TEST(Describe, refuses_wrong_indices) {
  const burin_model_api api = api_of(kDynamicModel);
  auto tensor = sized<burin_tensor_info>();
  auto symbol = sized<burin_symbol_info>();
  auto target = sized<burin_target_info>();
  for (int32_t index : {-1, 3, INT32_MAX, INT32_MIN}) {
    EXPECT_EQ(api.input_info(&api, index, &tensor), BURIN_WRONG_INDEX);
    EXPECT_EQ(api.output_info(&api, index, &tensor), BURIN_WRONG_INDEX);
    EXPECT_EQ(api.symbol_info(&api, index, &symbol), BURIN_WRONG_INDEX);
    EXPECT_EQ(api.target_info(&api, index, &target), BURIN_WRONG_INDEX);
  }
}

TEST(Describe, refuses_null) {
  const burin_model_api* api = burin_model();
  int32_t index = 0;
  size_t bytes = 0;
  auto info = sized<burin_model_info>();
  auto tensor = sized<burin_tensor_info>();
  EXPECT_EQ(api->describe(nullptr, &info), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->describe(api, nullptr), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->input_info(nullptr, 0, &tensor), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->input_info(api, 0, nullptr), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->output_info(nullptr, 0, &tensor), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->symbol_info(api, 0, nullptr), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->target_info(api, 0, nullptr), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->find_input(api, nullptr, &index), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->find_output(api, "y", nullptr), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->context_bytes(nullptr, &bytes), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->context_bytes(api, nullptr), BURIN_NULL_ARGUMENT);
}

TEST(Describe, has_words_for_every_status) {
  const burin_model_api* api = burin_model();
  for (burin_status status = BURIN_OK; status <= BURIN_WRONG_ARGUMENT; ++status) {
    EXPECT_STRNE(api->status_text(status), "unknown status") << status;
  }
  EXPECT_STREQ(api->status_text(-1), "unknown status");
  EXPECT_STREQ(api->status_text(999), "unknown status");
}

// ---- versions

TEST(Versions, a_smaller_struct_than_the_first_is_refused) {
  Session session(kStaticModel);
  const burin_model_api& api = session.api;
  auto info = sized<burin_model_info>();
  for (uint32_t size :
       {0u, 4u, static_cast<uint32_t>(offsetof(burin_model_info, interface_digest)) - 1, 100000u, UINT32_MAX}) {
    info.struct_size = size;
    EXPECT_EQ(api.describe(&api, &info), BURIN_WRONG_STRUCT_SIZE) << size;
  }
  session.plan.struct_size = 8;
  EXPECT_EQ(session.prepare({}), BURIN_WRONG_STRUCT_SIZE);
  EXPECT_NE(session.error().find("struct_size"), std::string::npos);
  session.plan.struct_size = sizeof session.plan;
  burin_prepare_request request = request_for();
  request.struct_size = 12;
  EXPECT_EQ(api.prepare(session.context, &request, &session.plan), BURIN_WRONG_STRUCT_SIZE);
}

TEST(Versions, the_first_struct_gets_what_it_knows) {
  auto info = sized<burin_model_info>();
  info.struct_size = offsetof(burin_model_info, interface_digest);
  info.interface_digest = "untouched";
  const burin_model_api* api = burin_model();
  ASSERT_EQ(api->describe(api, &info), BURIN_OK);
  EXPECT_EQ(info.code_bytes, 1234u);
  EXPECT_STREQ(info.interface_digest, "untouched");
}

TEST(Versions, a_caller_compares_its_digests) {
  const burin_model_api* api = burin_model();
  EXPECT_EQ(api->check_digests(api, "abcd", "00ff"), BURIN_OK);
  EXPECT_EQ(api->check_digests(api, "abcd", nullptr), BURIN_OK);
  EXPECT_EQ(api->check_digests(api, nullptr, nullptr), BURIN_OK);
  EXPECT_EQ(api->check_digests(api, "abce", "00ff"), BURIN_WRONG_INTERFACE);
  EXPECT_EQ(api->check_digests(api, "", nullptr), BURIN_WRONG_INTERFACE);
  EXPECT_EQ(api->check_digests(api, "abcd", "00f"), BURIN_WRONG_DIGEST);
  EXPECT_EQ(api->check_digests(nullptr, "abcd", "00ff"), BURIN_NULL_ARGUMENT);
}

TEST(Versions, a_larger_struct_to_fill_gets_zeros) {
  struct {
    burin_model_info known;
    uint64_t newer;
  } info{};
  info.newer = 7;
  info.known.struct_size = sizeof info;
  const burin_model_api* api = burin_model();
  ASSERT_EQ(api->describe(api, &info.known), BURIN_OK);
  EXPECT_STREQ(info.known.name, "tiny_static");
  EXPECT_EQ(info.known.struct_size, sizeof info);
  EXPECT_EQ(info.newer, 0u);
}

TEST(Versions, a_larger_request_must_not_use_what_is_unknown) {
  struct {
    burin_prepare_request known;
    uint64_t newer;
  } request{request_for(), 0};
  request.known.struct_size = sizeof request;
  Session session(kStaticModel);
  EXPECT_EQ(session.api.prepare(session.context, &request.known, &session.plan), BURIN_OK);
  request.newer = 1;
  EXPECT_EQ(session.api.prepare(session.context, &request.known, &session.plan), BURIN_WRONG_STRUCT_SIZE);
}

TEST(Versions, a_model_of_another_version_is_refused) {
  size_t bytes = 0;
  burin_model_data data = kStaticModel;
  data.version = BURIN_MODEL_VERSION + 1;
  burin_model_api api = api_of(data);
  EXPECT_EQ(api.context_bytes(&api, &bytes), BURIN_WRONG_ABI);
  data = kStaticModel;
  data.struct_size -= 8;
  EXPECT_EQ(api.context_bytes(&api, &bytes), BURIN_WRONG_ABI);
  data = kStaticModel;
  api.abi_version = 2;
  EXPECT_EQ(api.context_bytes(&api, &bytes), BURIN_WRONG_ABI);
  api.abi_version = BURIN_ABI_VERSION;
  api.struct_size = 24;
  EXPECT_EQ(api.context_bytes(&api, &bytes), BURIN_WRONG_ABI);
}

// ---- contexts

TEST(Context, needs_aligned_memory_of_its_size) {
  const burin_model_api* api = burin_model();
  size_t bytes = 0;
  ASSERT_EQ(api->context_bytes(api, &bytes), BURIN_OK);
  EXPECT_LT(bytes, 4096u);
  AlignedMemory memory(bytes + BURIN_ALIGNMENT);
  burin_context* context = nullptr;
  EXPECT_EQ(api->context_create(nullptr, memory.data(), bytes, &context), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->context_create(api, nullptr, bytes, &context), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->context_create(api, memory.data(), bytes, nullptr), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api->context_create(api, memory.data() + 8, bytes, &context), BURIN_MISALIGNED);
  EXPECT_EQ(api->context_create(api, memory.data(), bytes - 1, &context), BURIN_BUFFER_TOO_SMALL);
  EXPECT_EQ(context, nullptr);
  ASSERT_EQ(api->context_create(api, memory.data(), bytes, &context), BURIN_OK);
  EXPECT_EQ(static_cast<void*>(context), memory.data());
  EXPECT_STREQ(api->last_error(context), "");
  for (size_t at = bytes; at < memory.size(); ++at) ASSERT_EQ(memory.data()[at], 0xa5);
}

TEST(Context, null_and_foreign_memory_are_refused_everywhere) {
  const burin_model_api* api = burin_model();
  AlignedMemory foreign(8192);
  const std::pair<burin_context*, burin_status> cases[] = {
      {nullptr, BURIN_NULL_ARGUMENT},
      {reinterpret_cast<burin_context*>(foreign.data()), BURIN_WRONG_ABI},
      {reinterpret_cast<burin_context*>(foreign.data() + 1), BURIN_WRONG_ABI}};
  for (auto [context, expected] : cases) {
    burin_prepare_request request = request_for();
    auto plan = sized<burin_plan_size>();
    int64_t dims[2];
    size_t bytes = 0;
    void* data = nullptr;
    EXPECT_EQ(api->prepare(context, &request, &plan), expected);
    EXPECT_EQ(api->bind_arena(context, foreign.data(), 8192), expected);
    EXPECT_EQ(api->bind_input(context, 0, foreign.data(), 8192), expected);
    EXPECT_EQ(api->bind_output(context, 0, foreign.data(), 8192), expected);
    EXPECT_EQ(api->input_bytes(context, 0, &bytes), expected);
    EXPECT_EQ(api->output_bytes(context, 0, &bytes), expected);
    EXPECT_EQ(api->bind_weights(context, foreign.data(), 8192), expected);
    EXPECT_EQ(api->alias_state(context, 1, 1), expected);
    EXPECT_EQ(api->state_data(context, 1, &data, &bytes), expected);
    EXPECT_EQ(api->reset_state(context), expected);
    EXPECT_EQ(api->execute(context), expected);
    EXPECT_EQ(api->output_shape(context, 0, dims, 2), expected);
    EXPECT_EQ(api->profile(context, nullptr), expected);
    EXPECT_STREQ(api->last_error(context), api->status_text(expected));
  }
}

TEST(Context, nothing_works_before_prepare) {
  Session session(kStaticModel);
  const burin_model_api& api = session.api;
  float x[6]{};
  int64_t dims[2];
  size_t bytes = 0;
  void* data = nullptr;
  EXPECT_EQ(api.bind_arena(session.context, session.memory->data(), 64), BURIN_NOT_PREPARED);
  EXPECT_EQ(api.bind_input(session.context, 0, x, sizeof x), BURIN_NOT_PREPARED);
  EXPECT_EQ(api.bind_output(session.context, 0, x, sizeof x), BURIN_NOT_PREPARED);
  EXPECT_EQ(api.input_bytes(session.context, 0, &bytes), BURIN_NOT_PREPARED);
  EXPECT_EQ(api.output_bytes(session.context, 0, &bytes), BURIN_NOT_PREPARED);
  EXPECT_EQ(api.state_data(session.context, 0, &data, &bytes), BURIN_NOT_PREPARED);
  EXPECT_EQ(api.reset_state(session.context), BURIN_NOT_PREPARED);
  EXPECT_EQ(api.execute(session.context), BURIN_NOT_PREPARED);
  EXPECT_EQ(api.output_shape(session.context, 0, dims, 2), BURIN_NOT_PREPARED);
  EXPECT_EQ(session.error(), "prepare comes first");
}

TEST(Context, profiling_is_not_built_in) {
  Session session(kStaticModel);
  auto profiler = sized<burin_profiler>();
  EXPECT_EQ(session.api.profile(session.context, &profiler), BURIN_NOT_BUILT_IN);
  EXPECT_EQ(session.api.profile(session.context, nullptr), BURIN_NOT_BUILT_IN);
  profiler.struct_size = 8;
  EXPECT_EQ(session.api.profile(session.context, &profiler), BURIN_WRONG_STRUCT_SIZE);
}

// ---- prepare

TEST(Prepare, gives_the_arena_of_a_static_model) {
  Session session(kStaticModel);
  EXPECT_EQ(session.prepare({{2, 3}, {4}}, 8), BURIN_OK);
  EXPECT_EQ(session.plan.arena_bytes, 128u);
  EXPECT_EQ(session.plan.arena_alignment, 64u);
  EXPECT_EQ(session.plan.threads, 1);
  EXPECT_EQ(session.prepare({}), BURIN_OK);
}

TEST(Prepare, refuses_wrong_arguments) {
  Session session(kStaticModel);
  const burin_model_api& api = session.api;
  burin_prepare_request request = request_for();
  EXPECT_EQ(api.prepare(session.context, nullptr, &session.plan), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api.prepare(session.context, &request, nullptr), BURIN_NULL_ARGUMENT);
  request.n_shapes = 2;
  EXPECT_EQ(api.prepare(session.context, &request, &session.plan), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(session.error(), "prepare: shapes is NULL");
  EXPECT_EQ(session.prepare({}, 0), BURIN_WRONG_ARGUMENT);
  EXPECT_EQ(session.prepare({{2, 3}}), BURIN_WRONG_ARGUMENT);
  EXPECT_EQ(session.error(), "prepare: expected 2 shapes, found 1");
  EXPECT_EQ(session.prepare({{2, 3}, {4, 1}}), BURIN_WRONG_RANK);
  EXPECT_EQ(session.error(), "input \"h\": expected rank 1, found 2");
  EXPECT_EQ(session.prepare({{2, 4}, {4}}), BURIN_WRONG_DIMENSION);
  EXPECT_EQ(session.error(), "input \"x\" dimension 1: expected 3, found 4");
  EXPECT_EQ(session.prepare({{2, -1}, {4}}), BURIN_WRONG_DIMENSION);
  EXPECT_EQ(api.execute(session.context), BURIN_NOT_PREPARED);
}

TEST(Prepare, binds_symbols_and_says_who_disagrees) {
  Session session(kDynamicModel);
  EXPECT_EQ(session.prepare({{1, 128}, {1, 64}}), BURIN_WRONG_DIMENSION);
  EXPECT_EQ(session.error(), "input \"ids\" dimension 1: expected 128 (symbol \"S\" bound by \"mask\"), found 64");
  EXPECT_EQ(session.prepare({{5, 128}, {5, 128}}), BURIN_OUT_OF_BOUNDS);
  EXPECT_EQ(session.error(),
            "input \"mask\" dimension 0: expected 1..4 (symbol \"B\", bounds set by --symbol_range), found 5");
  EXPECT_EQ(session.prepare({{0, 128}, {0, 128}}), BURIN_OUT_OF_BOUNDS);
  EXPECT_EQ(session.prepare({{1, -9223372036854775807 - 1}, {1, 2}}), BURIN_OUT_OF_BOUNDS);
  EXPECT_EQ(session.prepare({{1, 7}, {1, 7}}), BURIN_CHECK_FAILED);
  EXPECT_EQ(session.error(), "S mod 2 with S of input \"ids\" dimension 1: expected 0, found 1");
  EXPECT_EQ(session.prepare({}), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(session.error(), "input \"mask\" dimension 0: expected a shape, since it is not fixed, found NULL");
  EXPECT_EQ(session.prepare({{2, 6}, {2, 6}}), BURIN_OK);
  EXPECT_EQ(session.plan.arena_bytes, 128u + 64u);
}

TEST(Prepare, picks_the_target_asked_for) {
  Session session(kStaticModel);
  burin_prepare_request request = request_for();
  request.target = "any";
  EXPECT_EQ(session.api.prepare(session.context, &request, &session.plan), BURIN_OK);
  request.target = "z80";
  EXPECT_EQ(session.api.prepare(session.context, &request, &session.plan), BURIN_WRONG_NAME);
  EXPECT_EQ(session.error(), "target \"z80\": expected one of \"future-cpu\" \"any\"");
  request.target = "future-cpu";
  EXPECT_EQ(session.api.prepare(session.context, &request, &session.plan), BURIN_CPU_LACKS_FEATURE);
}

TEST(Prepare, says_what_the_cpu_lacks) {
  burin_variant variants[] = {kStaticModel.variants[0]};
  burin_model_data data = kStaticModel;
  data.variants = variants;
  data.n_variants = 1;
  Session session(data);
  EXPECT_EQ(session.prepare({}), BURIN_CPU_LACKS_FEATURE);
  EXPECT_EQ(session.error().find("target \"future-cpu\" needs a feature unknown to this library, this CPU has "), 0u);
  auto info = sized<burin_model_info>();
  EXPECT_EQ(session.api.describe(&session.api, &info), BURIN_OK);
  EXPECT_EQ(info.target, nullptr);
  data.n_variants = 0;
  EXPECT_EQ(session.prepare({}), BURIN_CPU_LACKS_FEATURE);
}

TEST(Prepare, takes_a_thread_pool) {
  Session session(kStaticModel);
  burin_prepare_request request = request_for(4);
  auto pool = sized<burin_thread_pool>();
  pool.max_threads = 4;
  request.pool = &pool;
  EXPECT_EQ(session.api.prepare(session.context, &request, &session.plan), BURIN_NULL_ARGUMENT);
  pool.run = [](void*, void (*work)(void*, int32_t), void* argument, int32_t n) {
    for (int32_t i = 0; i < n; ++i) work(argument, i);
    return 0;
  };
  EXPECT_EQ(session.api.prepare(session.context, &request, &session.plan), BURIN_OK);
  pool.struct_size = 4;
  EXPECT_EQ(session.api.prepare(session.context, &request, &session.plan), BURIN_WRONG_STRUCT_SIZE);
}

// Prepares the dynamic model after `change` has been made to its variant.
template <class Change>
burin_status prepare_changed(const Change& change, std::string* error) {
  burin_variant variant = kDynamicModel.variants[0];
  burin_model_data data = kDynamicModel;
  change(&variant);
  data.variants = &variant;
  Session session(data);
  burin_status status = session.prepare({{2, 6}, {2, 6}});
  *error = session.error();
  return status;
}

TEST(Prepare, finds_sizes_that_do_not_fit) {
  std::string error;
  auto negative_size = [](burin_variant* v) { v->sizes = [](const int64_t*, int64_t* bytes) { bytes[0] = -1; }; };
  EXPECT_EQ(prepare_changed(negative_size, &error), BURIN_ARENA_TOO_LARGE);
  EXPECT_EQ(error, "arena: more bytes than can be addressed");
  auto sum_overflows = [](burin_variant* v) {
    v->sizes = [](const int64_t*, int64_t* bytes) { bytes[0] = bytes[1] = bytes[2] = INT64_MAX / 2 - 100; };
  };
  EXPECT_EQ(prepare_changed(sum_overflows, &error), BURIN_OK) << "at most two are alive together";
  auto padding_overflows = [](burin_variant* v) {
    v->sizes = [](const int64_t*, int64_t* bytes) { bytes[0] = INT64_MAX, bytes[1] = bytes[2] = 0; };
  };
  EXPECT_EQ(prepare_changed(padding_overflows, &error), BURIN_ARENA_TOO_LARGE);
  auto bound_overflows = [](burin_variant* v) { v->bounds = [](int64_t* symbols) { symbols[2] = -1; }; };
  EXPECT_EQ(prepare_changed(bound_overflows, &error), BURIN_ARENA_TOO_LARGE);
  EXPECT_EQ(error, "size of \"N\": its bound is too large");
  auto shape_overflows = [](burin_variant* v) {
    v->shapes = [](const int64_t*, int64_t* dims) { dims[0] = dims[1] = INT64_C(1) << 32, dims[2] = 0; };
  };
  EXPECT_EQ(prepare_changed(shape_overflows, &error), BURIN_ARENA_TOO_LARGE);
  EXPECT_EQ(error, "output \"where\": more bytes than can be addressed");
  auto no_shapes = [](burin_variant* v) { v->shapes = nullptr; };
  EXPECT_EQ(prepare_changed(no_shapes, &error), BURIN_ARENA_TOO_LARGE) << "\"twice\" has no declared dimension";
  auto no_bounds = [](burin_variant* v) { v->bounds = nullptr; };
  EXPECT_EQ(prepare_changed(no_bounds, &error), BURIN_OK);
}

TEST(Prepare, finds_inputs_that_do_not_fit) {
  const burin_symbol_data symbols[] = {{"B", 0, INT64_MAX}, {"S", 0, INT64_MAX}, {"N", 0, 1}};
  burin_model_data data = kDynamicModel;
  data.symbols = symbols;
  Session session(data);
  const int64_t large = INT64_C(1) << 40;
  EXPECT_EQ(session.prepare({{large, large}, {large, large}}), BURIN_ARENA_TOO_LARGE);
  EXPECT_EQ(session.error(), "input \"mask\": more bytes than can be addressed");
  EXPECT_EQ(session.prepare({{INT64_MAX, 0}, {INT64_MAX, 0}}), BURIN_OK) << "a tensor of no elements";
}

// ---- bindings and execution

struct StaticBuffers {
  std::array<float, 6> x{1, 2, 3, 4, 5, 6}, y{};
  std::array<float, 4> h{1, 2, 3, 4}, h_next{};
};

TEST(Execute, runs_the_static_model) {
  Session session(kStaticModel);
  const burin_model_api& api = session.api;
  StaticBuffers buffers;
  ASSERT_EQ(session.prepare({}), BURIN_OK);
  EXPECT_EQ(api.execute(session.context), BURIN_NOT_BOUND);
  EXPECT_EQ(session.error(), "arena \"tiny_static\": not bound, expected 128 bytes");
  ASSERT_EQ(session.bind_arena(), BURIN_OK);
  EXPECT_EQ(api.execute(session.context), BURIN_NOT_BOUND);
  EXPECT_EQ(session.error(), "input \"x\": not bound, expected 24 bytes");
  ASSERT_EQ(api.bind_input(session.context, 0, buffers.x.data(), sizeof buffers.x), BURIN_OK);
  ASSERT_EQ(api.bind_input(session.context, 1, buffers.h.data(), sizeof buffers.h), BURIN_OK);
  EXPECT_EQ(api.execute(session.context), BURIN_NOT_BOUND);
  EXPECT_EQ(session.error(), "output \"y\": not bound, expected 24 bytes");
  ASSERT_EQ(api.bind_output(session.context, 0, buffers.y.data(), sizeof buffers.y), BURIN_OK);
  ASSERT_EQ(api.bind_output(session.context, 1, buffers.h_next.data(), sizeof buffers.h_next), BURIN_OK);
  for (int repeat = 0; repeat < 3; ++repeat) ASSERT_EQ(api.execute(session.context), BURIN_OK);
  EXPECT_EQ(buffers.y, (std::array<float, 6>{11, 22, 33, 44, 55, 66}));
  EXPECT_EQ(buffers.h_next, (std::array<float, 4>{2, 3, 4, 5}));
  int64_t dims[2] = {};
  ASSERT_EQ(api.output_shape(session.context, 0, dims, 2), BURIN_OK);
  EXPECT_EQ(dims[0], 2);
  EXPECT_EQ(dims[1], 3);
}

TEST(Execute, refuses_unfit_buffers) {
  Session session(kStaticModel);
  const burin_model_api& api = session.api;
  ASSERT_EQ(session.prepare({}), BURIN_OK);
  AlignedMemory buffer(256);
  burin_context* context = session.context;
  EXPECT_EQ(api.bind_arena(context, nullptr, 128), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api.bind_arena(context, buffer.data(), 127), BURIN_BUFFER_TOO_SMALL);
  EXPECT_EQ(session.error(), "arena \"tiny_static\": expected 128 bytes, found 127");
  EXPECT_EQ(api.bind_arena(context, buffer.data() + 32, 128), BURIN_MISALIGNED);
  EXPECT_EQ(api.bind_input(context, 0, nullptr, 24), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api.bind_input(context, 0, buffer.data(), 23), BURIN_BUFFER_TOO_SMALL);
  EXPECT_EQ(session.error(), "input \"x\": expected 24 bytes, found 23");
  EXPECT_EQ(api.bind_input(context, 0, buffer.data() + 2, 24), BURIN_MISALIGNED);
  EXPECT_EQ(session.error(), "input \"x\": expected an address that is a multiple of 4, found one 2 bytes past");
  EXPECT_EQ(api.bind_input(context, 0, buffer.data() + 4, 24), BURIN_OK);
  EXPECT_EQ(api.bind_input(context, 2, buffer.data(), 24), BURIN_WRONG_INDEX);
  EXPECT_EQ(session.error(), "input 2: the model has 2 (counted from 0)");
  EXPECT_EQ(api.bind_output(context, 0, nullptr, 24), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api.bind_output(context, 0, buffer.data(), 0), BURIN_BUFFER_TOO_SMALL);
  EXPECT_EQ(api.bind_output(context, 0, buffer.data() + 1, 24), BURIN_MISALIGNED);
  EXPECT_EQ(api.bind_output(context, -1, buffer.data(), 24), BURIN_WRONG_INDEX);
  int64_t dims[2];
  EXPECT_EQ(api.output_shape(context, 9, dims, 2), BURIN_WRONG_INDEX);
  EXPECT_EQ(api.output_shape(context, 0, nullptr, 2), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api.output_shape(context, 0, dims, 1), BURIN_BUFFER_TOO_SMALL);
  size_t bytes = 0;
  EXPECT_EQ(api.input_bytes(context, 0, nullptr), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api.output_bytes(context, 0, nullptr), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api.input_bytes(context, 7, &bytes), BURIN_WRONG_INDEX);
  EXPECT_EQ(api.output_bytes(context, 7, &bytes), BURIN_WRONG_INDEX);
  EXPECT_EQ(api.output_bytes(context, 0, &bytes), BURIN_OK);
  EXPECT_EQ(bytes, 24u);
}

TEST(Execute, binds_weights_from_outside) {
  burin_model_data data = kStaticModel;
  data.weights = nullptr;
  Session session(data);
  const burin_model_api& api = session.api;
  StaticBuffers buffers;
  AlignedMemory weights(64);
  const float values[6] = {1, 1, 1, 1, 1, 1};
  std::memcpy(weights.data(), values, sizeof values);
  ASSERT_EQ(session.prepare({}), BURIN_OK);
  ASSERT_EQ(session.bind_arena(), BURIN_OK);
  EXPECT_EQ(api.execute(session.context), BURIN_NOT_BOUND);
  EXPECT_EQ(session.error(), "weights \"tiny_static\": not bound, expected 24 bytes");
  EXPECT_EQ(api.bind_weights(session.context, nullptr, 24), BURIN_NULL_ARGUMENT);
  EXPECT_EQ(api.bind_weights(session.context, weights.data(), 23), BURIN_BUFFER_TOO_SMALL);
  EXPECT_EQ(api.bind_weights(session.context, weights.data() + 4, 24), BURIN_MISALIGNED);
  ASSERT_EQ(api.bind_weights(session.context, weights.data(), 24), BURIN_OK);
  ASSERT_EQ(api.bind_input(session.context, 0, buffers.x.data(), sizeof buffers.x), BURIN_OK);
  ASSERT_EQ(api.bind_input(session.context, 1, buffers.h.data(), sizeof buffers.h), BURIN_OK);
  ASSERT_EQ(api.bind_output(session.context, 0, buffers.y.data(), sizeof buffers.y), BURIN_OK);
  ASSERT_EQ(api.bind_output(session.context, 1, buffers.h_next.data(), sizeof buffers.h_next), BURIN_OK);
  ASSERT_EQ(api.execute(session.context), BURIN_OK);
  EXPECT_EQ(buffers.y[5], 7);
}

TEST(Execute, a_model_of_nothing_runs) {
  Session session(kEmptyModel);
  ASSERT_EQ(session.prepare({}), BURIN_OK);
  EXPECT_EQ(session.plan.arena_bytes, 0u);
  EXPECT_EQ(session.api.bind_arena(session.context, nullptr, 0), BURIN_OK);
  EXPECT_EQ(session.api.execute(session.context), BURIN_OK);
}

TEST(Execute, finds_data_dependent_shapes) {
  Session session(kDynamicModel);
  const burin_model_api& api = session.api;
  ASSERT_EQ(session.prepare({{2, 2}, {2, 2}}), BURIN_OK);
  ASSERT_EQ(session.bind_arena(), BURIN_OK);
  std::vector<int64_t> mask = {0, 1, 1, 0}, ids = {1, 2, 3, 4}, where(4, -1);
  std::vector<float> twice(4);
  size_t bytes = 0;
  ASSERT_EQ(api.output_bytes(session.context, 0, &bytes), BURIN_OK);
  EXPECT_EQ(bytes, 32u);
  int64_t dims[2];
  ASSERT_EQ(api.output_shape(session.context, 0, dims, 2), BURIN_OK);
  EXPECT_EQ(dims[1], 4) << "the bound";
  ASSERT_EQ(api.bind_input(session.context, 0, mask.data(), 32), BURIN_OK);
  ASSERT_EQ(api.bind_input(session.context, 1, ids.data(), 32), BURIN_OK);
  ASSERT_EQ(api.bind_output(session.context, 0, where.data(), 32), BURIN_OK);
  ASSERT_EQ(api.bind_output(session.context, 1, twice.data(), 16), BURIN_OK);
  for (int repeat = 0; repeat < 2; ++repeat) {
    ASSERT_EQ(api.execute(session.context), BURIN_OK);
    ASSERT_EQ(api.output_shape(session.context, 0, dims, 2), BURIN_OK);
    EXPECT_EQ(dims[0], 1);
    EXPECT_EQ(dims[1], 2) << "what was found";
    EXPECT_EQ(where, (std::vector<int64_t>{1, 2, -1, -1}));
    EXPECT_EQ(twice, (std::vector<float>{4, 6, 4, 6}));
  }
  mask[0] = 1;
  ASSERT_EQ(api.execute(session.context), BURIN_OK);
  ASSERT_EQ(api.output_shape(session.context, 0, dims, 2), BURIN_OK);
  EXPECT_EQ(dims[1], 3);
  ASSERT_EQ(api.output_shape(session.context, 1, dims, 1), BURIN_OK);
  EXPECT_EQ(dims[0], 4);
}

TEST(Execute, smaller_shapes_keep_the_bindings_and_larger_ones_do_not) {
  Session session(kDynamicModel);
  const burin_model_api& api = session.api;
  ASSERT_EQ(session.prepare({{4, 16}, {4, 16}}), BURIN_OK);
  ASSERT_EQ(session.bind_arena(), BURIN_OK);
  std::vector<int64_t> mask(64, 1), ids(64, 1), where(64);
  std::vector<float> twice(32);
  ASSERT_EQ(api.bind_input(session.context, 0, mask.data(), 512), BURIN_OK);
  ASSERT_EQ(api.bind_input(session.context, 1, ids.data(), 512), BURIN_OK);
  ASSERT_EQ(api.bind_output(session.context, 0, where.data(), 512), BURIN_OK);
  ASSERT_EQ(api.bind_output(session.context, 1, twice.data(), 128), BURIN_OK);
  ASSERT_EQ(api.execute(session.context), BURIN_OK);
  ASSERT_EQ(session.prepare({{1, 2}, {1, 2}}), BURIN_OK);
  ASSERT_EQ(api.execute(session.context), BURIN_OK);
  EXPECT_EQ(twice[3], 1);
  ASSERT_EQ(session.prepare({{4, 18}, {4, 18}}), BURIN_OK);
  EXPECT_EQ(api.execute(session.context), BURIN_NOT_BOUND);
  ASSERT_EQ(session.bind_arena(), BURIN_OK);
  EXPECT_EQ(api.execute(session.context), BURIN_NOT_BOUND);
  EXPECT_EQ(session.error(), "input \"mask\": not bound, expected 576 bytes");
}

TEST(Execute, empty_tensors_need_no_memory) {
  Session session(kDynamicModel);
  const burin_model_api& api = session.api;
  ASSERT_EQ(session.prepare({{1, 0}, {1, 0}}), BURIN_OK);
  EXPECT_EQ(session.plan.arena_bytes, 0u);
  for (int32_t i : {0, 1}) {
    ASSERT_EQ(api.bind_input(session.context, i, nullptr, 0), BURIN_OK);
    ASSERT_EQ(api.bind_output(session.context, i, nullptr, 0), BURIN_OK);
  }
  EXPECT_EQ(api.execute(session.context), BURIN_OK);
  int64_t dims[2];
  ASSERT_EQ(api.output_shape(session.context, 0, dims, 2), BURIN_OK);
  EXPECT_EQ(dims[1], 0);
}

TEST(Execute, reports_a_count_beyond_its_bound) {
  burin_variant variant = kDynamicModel.variants[0];
  variant.execute = [](const burin_frame* frame) { frame->symbols[2] = 100; };
  burin_model_data data = kDynamicModel;
  data.variants = &variant;
  Session session(data);
  const burin_model_api& api = session.api;
  ASSERT_EQ(session.prepare({{1, 2}, {1, 2}}), BURIN_OK);
  ASSERT_EQ(session.bind_arena(), BURIN_OK);
  AlignedMemory buffer(64);
  for (int32_t i : {0, 1}) {
    ASSERT_EQ(api.bind_input(session.context, i, buffer.data(), 64), BURIN_OK);
    ASSERT_EQ(api.bind_output(session.context, i, buffer.data(), 64), BURIN_OK);
  }
  EXPECT_EQ(api.execute(session.context), BURIN_OUT_OF_BOUNDS);
  EXPECT_EQ(session.error(), "size of \"N\": expected 0..2 from execution, found 100");
}

TEST(Execute, many_contexts_at_once) {
  auto work = [](int64_t columns, bool* good) {
    Session session(kDynamicModel);
    const burin_model_api& api = session.api;
    std::vector<int64_t> mask(static_cast<size_t>(columns), 1), ids(mask), where(mask);
    std::vector<float> twice(2 * mask.size());
    *good = session.prepare({{1, columns}, {1, columns}}) == BURIN_OK && session.bind_arena() == BURIN_OK;
    const size_t bytes = 8 * mask.size();
    *good = *good && api.bind_input(session.context, 0, mask.data(), bytes) == BURIN_OK &&
            api.bind_input(session.context, 1, ids.data(), bytes) == BURIN_OK &&
            api.bind_output(session.context, 0, where.data(), bytes) == BURIN_OK &&
            api.bind_output(session.context, 1, twice.data(), bytes) == BURIN_OK;
    for (int repeat = 0; repeat < 200 && *good; ++repeat) {
      int64_t dims[2] = {};
      *good = api.execute(session.context) == BURIN_OK && api.output_shape(session.context, 0, dims, 2) == BURIN_OK &&
              dims[1] == columns;
    }
  };
  bool good[8] = {};
  std::vector<std::thread> threads;
  for (int64_t t = 0; t < 8; ++t) threads.emplace_back(work, 2 * t + 2, &good[t]);
  for (std::thread& thread : threads) thread.join();
  for (bool one : good) EXPECT_TRUE(one);
}

// ---- states

TEST(State, an_output_feeds_the_next_execution) {
  Session session(kStaticModel);
  const burin_model_api& api = session.api;
  StaticBuffers buffers;
  ASSERT_EQ(api.alias_state(session.context, 1, 1), BURIN_OK);
  ASSERT_EQ(session.prepare({}), BURIN_OK);
  EXPECT_EQ(session.plan.arena_bytes, 128u + 2 * 64u);
  void* state = nullptr;
  size_t bytes = 0;
  EXPECT_EQ(api.state_data(session.context, 1, &state, &bytes), BURIN_NOT_BOUND);
  EXPECT_EQ(api.reset_state(session.context), BURIN_NOT_BOUND);
  ASSERT_EQ(session.bind_arena(), BURIN_OK);
  ASSERT_EQ(api.bind_input(session.context, 0, buffers.x.data(), sizeof buffers.x), BURIN_OK);
  ASSERT_EQ(api.bind_output(session.context, 0, buffers.y.data(), sizeof buffers.y), BURIN_OK);
  EXPECT_EQ(api.bind_input(session.context, 1, buffers.h.data(), sizeof buffers.h), BURIN_WRONG_ARGUMENT);
  EXPECT_EQ(session.error(), "input \"h\" is a state and lives in the arena");
  EXPECT_EQ(api.bind_output(session.context, 1, buffers.h.data(), sizeof buffers.h), BURIN_WRONG_ARGUMENT);
  auto value = [&] {
    EXPECT_EQ(api.state_data(session.context, 1, &state, &bytes), BURIN_OK);
    EXPECT_EQ(bytes, 16u);
    return static_cast<float*>(state)[3];
  };
  EXPECT_EQ(value(), 0);
  for (int i = 1; i <= 3; ++i) {
    ASSERT_EQ(api.execute(session.context), BURIN_OK);
    EXPECT_EQ(value(), static_cast<float>(i));
  }
  ASSERT_EQ(api.reset_state(session.context), BURIN_OK);
  EXPECT_EQ(value(), 0);
  static_cast<float*>(state)[3] = 40;
  ASSERT_EQ(api.execute(session.context), BURIN_OK);
  EXPECT_EQ(value(), 41);
  ASSERT_EQ(session.prepare({}), BURIN_OK);
  EXPECT_EQ(value(), 0) << "prepare starts anew";
  EXPECT_EQ(api.state_data(session.context, 0, &state, &bytes), BURIN_WRONG_ARGUMENT);
  EXPECT_EQ(api.state_data(session.context, 2, &state, &bytes), BURIN_WRONG_INDEX);
  EXPECT_EQ(api.state_data(session.context, 1, nullptr, &bytes), BURIN_NULL_ARGUMENT);
}

TEST(State, quantized_starts_at_the_zero_point) {
  const int64_t dims[] = {3};
  const burin_tensor_data tensor[] = {{"q", "", dims, BURIN_U8, 1, 0.1f, 128}};
  burin_model_data data = kEmptyModel;
  data.inputs = data.outputs = tensor;
  data.n_inputs = data.n_outputs = 1;
  Session session(data);
  ASSERT_EQ(session.api.alias_state(session.context, 0, 0), BURIN_OK);
  ASSERT_EQ(session.prepare({}), BURIN_OK);
  ASSERT_EQ(session.bind_arena(), BURIN_OK);
  void* state = nullptr;
  size_t bytes = 0;
  ASSERT_EQ(session.api.state_data(session.context, 0, &state, &bytes), BURIN_OK);
  EXPECT_EQ(bytes, 3u);
  EXPECT_EQ(static_cast<unsigned char*>(state)[2], 128);
}

TEST(State, refuses_pairs_that_do_not_agree) {
  Session session(kStaticModel);
  const burin_model_api& api = session.api;
  EXPECT_EQ(api.alias_state(session.context, 2, 0), BURIN_WRONG_INDEX);
  EXPECT_EQ(api.alias_state(session.context, 0, 2), BURIN_WRONG_INDEX);
  EXPECT_EQ(api.alias_state(session.context, 1, 0), BURIN_WRONG_RANK);
  ASSERT_EQ(api.alias_state(session.context, 1, 1), BURIN_OK);
  EXPECT_EQ(api.alias_state(session.context, 1, 1), BURIN_WRONG_ARGUMENT);
  Session dynamic(kDynamicModel);
  EXPECT_EQ(dynamic.api.alias_state(dynamic.context, 1, 0), BURIN_WRONG_ARGUMENT) << "f32 onto i64";
  ASSERT_EQ(dynamic.api.alias_state(dynamic.context, 0, 0), BURIN_OK);
  EXPECT_EQ(dynamic.prepare({{2, 2}, {2, 2}}), BURIN_WRONG_DIMENSION);
  EXPECT_EQ(dynamic.error(), "output \"where\" dimension 0: expected 2 (state of input \"mask\"), found 1");
}

TEST(LastError, is_cut_to_fit) {
  const std::string name(1000, 'n');
  burin_tensor_data inputs[] = {kStaticModel.inputs[0], kStaticModel.inputs[1]};
  inputs[0].name = name.c_str();
  burin_model_data data = kStaticModel;
  data.inputs = inputs;
  Session session(data);
  EXPECT_EQ(session.prepare({{9, 9}, {4}}), BURIN_WRONG_DIMENSION);
  EXPECT_EQ(session.error().size(), 319u);
  EXPECT_EQ(session.error().substr(316), "...");
}

}  // namespace
}  // namespace burin::runtime_test
