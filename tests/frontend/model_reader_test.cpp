#include "frontend/onnx/reader/model_reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <random>

#include "tests/frontend/hostile_bytes.h"

namespace burin::frontend {
namespace {

// One node with a subgraph and a tensor attribute, one weight, one input of unknown length.
std::string small_model() {
  const std::string weight = tensor_header(1, {2}) + bytes(8, "w") + bytes(9, raw(1.0F) + raw(2.0F));
  const std::string value = tensor_header(7, {2}) + bytes(7, "\x01\x02");
  const std::string then = node(bytes(1, "x") + bytes(2, "y") + bytes(4, "Relu"));
  const std::string attributes = attribute(bytes(1, "then_branch") + bytes(6, then) + number(20, 5)) +
                                 attribute(bytes(1, "value") + bytes(5, value) + number(20, 4)) +
                                 attribute(bytes(1, "axes") + number(8, 3) + number(8, 4) + number(20, 7));
  const std::string type = bytes(1, number(1, 1) + bytes(2, bytes(1, bytes(2, "n")) + bytes(1, number(1, 2))));
  const std::string graph =
      node(bytes(1, "x") + bytes(1, "w") + bytes(2, "y") + bytes(4, "If") + attributes + bytes(6, "a long doc")) +
      bytes(2, "g") + initializer(weight) + bytes(11, bytes(1, "x") + bytes(2, type)) + bytes(12, bytes(1, "y"));
  return model_of(graph, bytes(2, "hand") + bytes(6, "doc") + bytes(20, "training") + number(99, 7));
}

// Reads every tensor that the model has, so that no byte of it is left out.
void read_all(OnnxModel& model) {
  for (const auto& tensor : model.proto.graph().initializer()) (void)tensor_data(model.tensors, tensor, "initializer");
  for (const auto& node : model.proto.graph().node()) {
    for (const auto& attribute : node.attribute()) (void)tensor_data(model.tensors, attribute.t(), "attribute");
  }
}

TEST(ModelReader, keeps_the_structure_and_leaves_the_elements_in_the_file) {
  const std::string text = small_model();
  auto model = read_model_bytes(as_bytes(text));
  ASSERT_TRUE(model) << fault_text(model);
  EXPECT_EQ(model->proto.producer_name(), "hand");
  const onnx::GraphProto& graph = model->proto.graph();
  ASSERT_EQ(graph.node_size(), 1);
  const onnx::NodeProto& only = graph.node(0);
  EXPECT_EQ(only.op_type(), "If");
  EXPECT_EQ(only.attribute(0).g().node(0).op_type(), "Relu");
  EXPECT_EQ(only.attribute(2).ints(1), 4);
  EXPECT_EQ(graph.input(0).type().tensor_type().shape().dim(0).dim_param(), "n");
  const auto weight = tensor_data(model->tensors, graph.initializer(0), "w");
  ASSERT_TRUE(weight) << fault_text(weight);
  EXPECT_TRUE(weight->decoded.empty());
  EXPECT_EQ(weight->view.data(), as_bytes(text).data() + text.find(raw(1.0F)));
}

TEST(ModelReader, leaves_out_what_no_compiler_needs) {
  const auto model = read_model_bytes(as_bytes(small_model()));
  ASSERT_TRUE(model);
  EXPECT_FALSE(model->proto.has_doc_string());
  EXPECT_FALSE(model->proto.graph().node(0).has_doc_string());
  EXPECT_EQ(model->proto.training_info_size(), 0);
}

TEST(ModelReader, leaves_out_elements_and_doc_strings_between_other_fields) {
  const std::string tensor =
      tensor_header(1, {1}) + bytes(4, raw(1.0F)) + bytes(8, "w") + bytes(12, "doc") + number(14, 0);
  const auto model = read_model_bytes(
      as_bytes(model_of(node(bytes(3, "n") + bytes(6, "doc") + bytes(4, "Relu")) + initializer(tensor))));
  ASSERT_TRUE(model) << fault_text(model);
  const onnx::NodeProto& only = model->proto.graph().node(0);
  EXPECT_FALSE(only.has_doc_string());
  EXPECT_EQ(only.name() + only.op_type(), "nRelu");
  const onnx::TensorProto& weight = model->proto.graph().initializer(0);
  EXPECT_FALSE(weight.has_doc_string());
  EXPECT_EQ(weight.float_data_size(), 0);
  EXPECT_EQ(weight.name(), "w");
  EXPECT_TRUE(weight.has_data_location());
}

TEST(ModelReader, takes_long_stretches_without_copying_them) {
  const std::string long_name(100'000, 'n');
  const auto model = read_model_bytes(
      as_bytes(model_of(node(bytes(3, long_name) + attribute(bytes(1, long_name))) + node(bytes(3, "last")))));
  ASSERT_TRUE(model) << fault_text(model);
  EXPECT_EQ(model->proto.graph().node(0).name(), long_name);
  EXPECT_EQ(model->proto.graph().node(0).attribute(0).name(), long_name);
  EXPECT_EQ(model->proto.graph().node(1).name(), "last");
}

TEST(ModelReader, survives_truncation_at_every_byte) {
  const std::string text = small_model();
  for (size_t size = 0; size < text.size(); ++size) {
    // A copy of exactly this size: the sanitizer sees a read past its end.
    const std::vector<std::byte> cut(as_bytes(text).begin(), as_bytes(text).begin() + static_cast<ptrdiff_t>(size));
    auto model = read_model_bytes(cut);
    if (model) read_all(*model);
    EXPECT_TRUE(model || !model.faults().front().message.empty()) << size;
  }
}

TEST(ModelReader, survives_every_flipped_bit) {
  const std::string text = small_model();
  for (size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::vector<std::byte> flipped(as_bytes(text).begin(), as_bytes(text).end());
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    if (auto model = read_model_bytes(flipped)) read_all(*model);
  }
}

TEST(ModelReader, survives_random_damage) {
  const std::string text = small_model();
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::byte> damaged(as_bytes(text).begin(), as_bytes(text).end());
    for (uint32_t n = random() % 6; n <= 6; ++n) damaged[random() % damaged.size()] = static_cast<std::byte>(random());
    if (auto model = read_model_bytes(damaged)) read_all(*model);
  }
}

TEST(ModelReader, reads_ir_versions_3_to_the_newest) {
  const auto kind_of = [](int64_t version) {
    const std::string text = number(1, static_cast<uint64_t>(version)) + bytes(8, number(2, 13)) + bytes(7, "");
    return fault_text(read_model_bytes(as_bytes(text)));
  };
  for (int64_t version = 3; version <= kNewestIrVersion; ++version) EXPECT_EQ(kind_of(version), "");
  EXPECT_NE(kind_of(2).find("found 2, which is from before 2017-11"), std::string::npos) << kind_of(2);
  EXPECT_NE(kind_of(kNewestIrVersion + 1).find("which is newer than this burin"), std::string::npos);
  EXPECT_NE(kind_of(-1).find("found -1"), std::string::npos);
}

TEST(ModelReader, reports_all_that_is_missing_at_once) {
  const auto model = read_model_bytes(as_bytes(bytes(2, "nothing but a producer")));
  ASSERT_FALSE(model);
  ASSERT_EQ(model.faults().size(), 2U) << fault_text(model);
  EXPECT_EQ(model.faults()[0].kind, "not-a-model");
  EXPECT_EQ(model.faults()[1].kind, "ir-version");
}

TEST(ModelReader, knows_the_operator_sets_of_ir_versions) {
  EXPECT_EQ(opset_of_ir_version(3), 8);
  EXPECT_EQ(opset_of_ir_version(7), 14);
  EXPECT_EQ(opset_of_ir_version(8), 18);
  EXPECT_EQ(opset_of_ir_version(10), 22);
  EXPECT_EQ(opset_of_ir_version(kNewestIrVersion + 1), opset_of_ir_version(kNewestIrVersion));
}

TEST(ModelReader, knows_both_names_of_the_standard_domain) {
  const std::string text = number(1, 8) + bytes(8, bytes(1, "ai.onnx") + number(2, 14)) +
                           bytes(8, bytes(1, "com.microsoft") + number(2, 1)) + bytes(7, "");
  const auto model = read_model_bytes(as_bytes(text));
  ASSERT_TRUE(model) << fault_text(model);
  EXPECT_EQ(imported_version(*model, ""), 14);
  EXPECT_EQ(imported_version(*model, "ai.onnx"), 14);
  EXPECT_EQ(imported_version(*model, "com.microsoft"), 1);
  EXPECT_EQ(imported_version(*model, "ai.onnx.ml"), 0);
}

TEST(ModelReader, says_what_another_file_seems_to_be) {
  const std::pair<std::string, std::string> cases[] = {
      {"!<arch>\n/               0", "a static library"},
      {"\177ELF\2\1\1", "a compiled library or object"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"},
      {"<!DOCTYPE html><html>404</html>", "HTML"},
      {"{\"error\": 404}", "JSON"},
      {"ir_version: 8\ngraph { }\n", "this is text"},
      {std::string("PK\x03\x04\x14\0\0\0", 8), "zip"},
      {std::string("\x1c\0\0\0TFL3\0\0", 10), "TensorFlow Lite"},
      {"GGUF\3", "GGUF"},
  };
  for (const auto& [content, hint] : cases) {
    const auto model = read_model_bytes(as_bytes(content));
    ASSERT_FALSE(model) << content;
    EXPECT_NE(fault_text(model).find(hint), std::string::npos) << fault_text(model);
  }
}

TEST(ModelReader, names_files_that_are_none) {
  const TemporaryFolder folder;
  EXPECT_EQ(fault_kind(read_model(folder.path() / "absent.onnx")), "missing-file");
  EXPECT_EQ(fault_kind(read_model(folder.path())), "not-a-file");
  EXPECT_EQ(fault_kind(read_model(folder.write("empty.onnx", ""))), "empty-file");
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(fault_kind(read_model(folder.path() / "pipe")), "not-a-file");
  const auto broken = read_model(folder.write("broken.onnx", "\x80"));
  EXPECT_NE(fault_text(broken).find("broken.onnx: byte 1 (ModelProto): expected the rest of a number"),
            std::string::npos);
}

TEST(ModelReader, an_unreadable_file_is_the_environments_fault) {
  const TemporaryFolder folder;
  const auto path = folder.write("locked.onnx", small_model());
  std::filesystem::permissions(path, std::filesystem::perms::none);
  if (::access(path.c_str(), R_OK) == 0) GTEST_SKIP() << "this user may read everything";
  const auto model = read_model(path);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.faults().front().fault, ir::Fault::kEnvironment);
}

TEST(ModelReader, the_model_can_be_moved) {
  const TemporaryFolder folder;
  auto first = read_model(folder.write("m.onnx", small_model()));
  ASSERT_TRUE(first) << fault_text(first);
  OnnxModel model = std::move(*first);
  const auto weight = tensor_data(model.tensors, model.proto.graph().initializer(0), "w");
  ASSERT_TRUE(weight) << fault_text(weight);
  EXPECT_EQ(weight->bytes().size(), 8U);
}

}  // namespace
}  // namespace burin::frontend
