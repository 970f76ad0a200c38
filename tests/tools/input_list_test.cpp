#include "tools/burin/data/input_list.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/tools/scratch.h"

namespace burin::tools {
namespace {

std::string faults_of(const auto& result) { return result ? "" : ir::text_of(result.faults()); }

TensorDescription tensor(std::string name, ir::ElementType element, std::vector<int64_t> dims) {
  TensorDescription description;
  description.name = std::move(name);
  description.element = element;
  description.dims = std::move(dims);
  return description;
}

std::vector<std::byte> bytes_of(const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

TEST(InputList, has_an_inference_per_line) {
  const auto list = parse_input_list("a:=x.raw b:=y.raw\nx2.raw y2.raw\r\n\n", "list.txt");
  ASSERT_TRUE(list) << faults_of(list);
  ASSERT_EQ(list->inferences.size(), 2u);
  EXPECT_EQ(list->inferences[0].files[1].name, "b");
  EXPECT_EQ(list->inferences[0].files[1].path, "y.raw");
  EXPECT_EQ(list->inferences[1].files[0].name, "");
  EXPECT_EQ(list->inferences[1].files[1].path, "y2.raw");
}

TEST(InputList, first_lines_choose_outputs) {
  const auto list = parse_input_list("#layer\n%y z\n0-0#e6fb51.raw\n", "list.txt");
  ASSERT_TRUE(list) << faults_of(list);
  EXPECT_EQ(list->outputs, (std::vector<std::string>{"layer", "y", "z"}));
  EXPECT_EQ(list->inferences[0].files[0].path, "0-0#e6fb51.raw");
  EXPECT_NE(faults_of(parse_input_list("x.raw\n%y\n", "list.txt")).find("line 2"), std::string::npos);
  EXPECT_FALSE(parse_input_list("%y\n\n", "list.txt"));
}

TEST(InputList, files_are_found_beside_the_list) {
  const Scratch scratch;
  scratch.write("x.raw", bytes_of({1, 2}));
  const auto list = parse_input_list("x:=x.raw\n", scratch.path() / "list.txt");
  const std::vector<TensorDescription> inputs = {tensor("x", ir::ElementType::kF32, {2})};
  const auto values = load_inputs(*list, list->inferences[0], inputs, {{2}}, RawElements::kFloat32);
  ASSERT_TRUE(values) << faults_of(values);
  EXPECT_EQ((*values)[0].at(1).number, 2);
}

TEST(InputList, says_what_is_wrong_with_a_line) {
  const Scratch scratch;
  scratch.write("x.raw", bytes_of({1, 2}));
  const std::vector<TensorDescription> inputs = {tensor("x", ir::ElementType::kF32, {3}),
                                                 tensor("y", ir::ElementType::kF32, {2})};
  const auto load = [&](const char* line) {
    const auto list = parse_input_list(line, scratch.path() / "list.txt");
    return faults_of(load_inputs(*list, list->inferences[0], inputs, {{3}, {2}}, RawElements::kFloat32));
  };
  EXPECT_NE(load("x:=x.raw").find("expected 2 files, one per input, found 1"), std::string::npos);
  EXPECT_NE(load("x:=x.raw z:=x.raw").find("found \"z\""), std::string::npos);
  EXPECT_NE(load("x:=x.raw x:=x.raw").find("found two"), std::string::npos);
  EXPECT_NE(load("x:=x.raw y:=x.raw").find("expected 12 bytes (f32[3]), found 8"), std::string::npos);
  EXPECT_NE(load("x:=x.raw y:=none.raw").find("expected a file"), std::string::npos);
}

TEST(RawFiles, floats_become_integers_where_they_fit) {
  const auto as = [](ir::ElementType element, float value) {
    return tensor_of_raw(bytes_of({value}), element, {1}, RawElements::kFloat32, "x");
  };
  EXPECT_EQ(as(ir::ElementType::kI8, -128)->at(0).integer, -128);
  EXPECT_FALSE(as(ir::ElementType::kI8, 128));
  EXPECT_FALSE(as(ir::ElementType::kI8, 1.5f));
  EXPECT_FALSE(as(ir::ElementType::kU8, -1));
  EXPECT_FALSE(as(ir::ElementType::kI64, NAN));
  EXPECT_FALSE(as(ir::ElementType::kI64, 0x1p63f));
  EXPECT_EQ(as(ir::ElementType::kI64, -0x1p63f)->at(0).integer, INT64_MIN);
  EXPECT_EQ(static_cast<uint64_t>(as(ir::ElementType::kU64, 0x1p63f)->at(0).integer), uint64_t{1} << 63);
  EXPECT_EQ(as(ir::ElementType::kBool, 1)->at(0).integer, 1);
  EXPECT_FALSE(as(ir::ElementType::kBool, 2));
  EXPECT_EQ(as(ir::ElementType::kF16, 0.5f)->at(0).number, 0.5);
}

TEST(RawFiles, native_files_are_the_elements) {
  const int64_t value = 1234567890123;
  std::vector<std::byte> bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  const auto tensor = tensor_of_raw(bytes, ir::ElementType::kI64, {1}, RawElements::kNative, "x");
  ASSERT_TRUE(tensor);
  EXPECT_EQ(raw_of_tensor(*tensor, RawElements::kNative), bytes);
  float as_float = 0;
  std::memcpy(&as_float, raw_of_tensor(*tensor, RawElements::kFloat32).data(), sizeof as_float);
  EXPECT_EQ(as_float, static_cast<float>(value));
}

}  // namespace
}  // namespace burin::tools
