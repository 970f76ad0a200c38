#include "frontend/onnx/reader/tensor_data.h"

#include <gtest/gtest.h>

#include <cstring>

#include "frontend/onnx/reader/model_reader.h"
#include "tests/frontend/hostile_bytes.h"

namespace burin::frontend {
namespace {

using ir::ElementType;

ir::Result<TensorData> data_of(const std::string& tensor) {
  // The view would outlive the model's bytes: a copy, as `decoded`.
  const std::string text = model_of(initializer(tensor));
  auto model = read_model_bytes(as_bytes(text));
  if (!model) return model.faults();
  auto data = tensor_data(model->tensors, model->proto.graph().initializer(0), "w");
  if (data && data->decoded.empty()) data->decoded.assign(data->view.begin(), data->view.end());
  if (data) data->view = {};
  return data;
}

template <class T>
std::vector<T> values(const ir::Result<TensorData>& data) {
  std::vector<T> all(data->bytes().size() / sizeof(T));
  if (!all.empty()) std::memcpy(all.data(), data->bytes().data(), data->bytes().size());
  return all;
}

template <class T>
void expect_values(const std::string& tensor, ElementType type, const std::vector<T>& expected) {
  const auto data = data_of(tensor);
  ASSERT_TRUE(data) << fault_text(data);
  EXPECT_EQ(data->type, type);
  EXPECT_EQ(values<T>(data), expected);
}

std::string negative(int64_t value) { return varint(static_cast<uint64_t>(value)); }

TEST(TensorData, raw_data_of_every_size) {
  expect_values<float>(tensor_header(1, {2}) + bytes(9, raw(1.5F) + raw(-2.0F)), ElementType::kF32, {1.5F, -2.0F});
  expect_values<int64_t>(tensor_header(7, {1, 1}) + bytes(9, raw(int64_t{-3})), ElementType::kI64, {-3});
  expect_values<uint16_t>(tensor_header(10, {1}) + bytes(9, raw(uint16_t{0x3c00})), ElementType::kF16, {0x3c00});
  expect_values<uint16_t>(tensor_header(16, {1}) + bytes(9, raw(uint16_t{0x3f80})), ElementType::kBF16, {0x3f80});
  expect_values<int8_t>(tensor_header(3, {}) + bytes(9, "\xff"), ElementType::kI8, {-1});
}

// Data types 17 to 26 of TensorProto; two or four of them in a byte, the first in its lowest bits.
TEST(TensorData, small_integers_are_unpacked) {
  expect_values<int8_t>(tensor_header(22, {3}) + bytes(9, "\x87\x0f"), ElementType::kI8, {7, -8, -1});
  expect_values<uint8_t>(tensor_header(21, {3}) + bytes(9, "\x87\x0f"), ElementType::kU8, {7, 8, 15});
  expect_values<int8_t>(tensor_header(26, {5}) + bytes(9, std::string("\xe4\x02")), ElementType::kI8,
                        {0, 1, -2, -1, -2});
  expect_values<uint8_t>(tensor_header(25, {4}) + bytes(9, "\xe4"), ElementType::kU8, {0, 1, 2, 3});
}

// Codes and values from ONNX's page on float stored in 8 bits, and OCP Microscaling for FLOAT4E2M1 and FLOAT8E8M0.
TEST(TensorData, small_floats_are_unpacked) {
  const uint16_t greatest = 0x5f00, least = 0x1800, nan = 0x7e00;  // 448, 2^-9 and a NaN of f16
  expect_values<uint16_t>(tensor_header(17, {3}) + bytes(9, "\x7e\x01\x7f"), ElementType::kF16, {greatest, least, nan});
  expect_values<uint16_t>(tensor_header(19, {2}) + bytes(9, "\x7c\xbc"), ElementType::kF16, {0x7c00, 0xbc00});
  expect_values<uint16_t>(tensor_header(20, {2}) + bytes(9, "\x80\x40"), ElementType::kF16, {nan, 0x3c00});
  expect_values<uint16_t>(tensor_header(23, {2}) + bytes(9, "\x97"), ElementType::kF16, {0x4600, 0xb800});
  expect_values<float>(tensor_header(24, {2}) + bytes(9, "\x7f\x80"), ElementType::kF32, {1, 2});
}

TEST(TensorData, small_elements_fill_their_bytes) {
  const auto data = data_of(tensor_header(22, {3}) + bytes(9, "\x87"));
  ASSERT_FALSE(data);
  EXPECT_EQ(data.faults()[0].kind, "tensor-size");
}

TEST(TensorData, float_and_double_data_packed_and_not) {
  const std::string one = raw(1.0F);
  const std::string two = raw(2.0F);
  expect_values<float>(tensor_header(1, {2}) + bytes(4, one + two), ElementType::kF32, {1, 2});
  expect_values<float>(tensor_header(1, {2}) + tag(4, 5) + one + tag(4, 5) + two, ElementType::kF32, {1, 2});
  expect_values<float>(tensor_header(1, {3}) + bytes(4, one) + tag(4, 5) + two + bytes(4, one), ElementType::kF32,
                       {1, 2, 1});
  expect_values<double>(tensor_header(11, {1}) + bytes(10, raw(2.5)), ElementType::kF64, {2.5});
  expect_values<double>(tensor_header(11, {1}) + tag(10, 1) + raw(2.5), ElementType::kF64, {2.5});
}

TEST(TensorData, an_unpacked_run_that_another_field_interrupts) {
  const std::string name = bytes(8, "name");
  expect_values<float>(tensor_header(1, {2}) + tag(4, 5) + raw(1.0F) + name + tag(4, 5) + raw(2.0F), ElementType::kF32,
                       {1, 2});
  expect_values<int64_t>(tensor_header(7, {2}) + number(7, 1) + name + number(7, 2), ElementType::kI64, {1, 2});
}

TEST(TensorData, an_unpacked_run_with_a_needlessly_long_tag) {
  const std::string long_tag("\xa5\x00", 2);  // field 4, 32-bit, in two bytes
  expect_values<float>(tensor_header(1, {2}) + long_tag + raw(1.0F) + long_tag + raw(2.0F), ElementType::kF32, {1, 2});
}

TEST(TensorData, int32_data_holds_eight_types) {
  const std::string minus_one = negative(-1);
  expect_values<int32_t>(tensor_header(6, {2}) + bytes(5, varint(7) + minus_one), ElementType::kI32, {7, -1});
  expect_values<int16_t>(tensor_header(5, {1}) + bytes(5, minus_one), ElementType::kI16, {-1});
  expect_values<int8_t>(tensor_header(3, {2}) + number(5, 5) + tag(5, 0) + minus_one, ElementType::kI8, {5, -1});
  expect_values<uint16_t>(tensor_header(4, {1}) + bytes(5, varint(65535)), ElementType::kU16, {65535});
  expect_values<uint8_t>(tensor_header(2, {1}) + bytes(5, varint(255)), ElementType::kU8, {255});
  expect_values<uint8_t>(tensor_header(9, {3}) + bytes(5, std::string("\0\1\5", 3)), ElementType::kBool, {0, 1, 1});
  expect_values<uint16_t>(tensor_header(10, {1}) + bytes(5, varint(0xc000)), ElementType::kF16, {0xc000});
  expect_values<uint16_t>(tensor_header(16, {1}) + bytes(5, varint(0xbf80)), ElementType::kBF16, {0xbf80});
}

TEST(TensorData, int64_and_uint64_data) {
  expect_values<int64_t>(tensor_header(7, {2}) + bytes(7, negative(INT64_MIN) + varint(1)), ElementType::kI64,
                         {INT64_MIN, 1});
  expect_values<uint64_t>(tensor_header(13, {1}) + bytes(11, varint(UINT64_MAX)), ElementType::kU64, {UINT64_MAX});
  expect_values<uint32_t>(tensor_header(12, {1}) + bytes(11, varint(UINT32_MAX)), ElementType::kU32, {UINT32_MAX});
}

TEST(TensorData, booleans_are_zero_or_one) {
  expect_values<uint8_t>(tensor_header(9, {3}) + bytes(9, std::string("\0\1\x7f", 3)), ElementType::kBool, {0, 1, 1});
}

TEST(TensorData, no_elements_need_no_data) {
  expect_values<float>(tensor_header(1, {3, 0}), ElementType::kF32, {});
  expect_values<float>(tensor_header(1, {0}) + bytes(9, ""), ElementType::kF32, {});
}

TEST(TensorData, an_empty_field_beside_the_data_is_no_second_place) {
  expect_values<float>(tensor_header(1, {1}) + bytes(9, "") + bytes(4, raw(1.0F)), ElementType::kF32, {1});
}

struct Refusal {
  std::string tensor;
  std::string expected;  // part of the message
};

TEST(TensorData, refuses_with_both_values) {
  const Refusal cases[] = {
      {tensor_header(1, {2, 2}) + bytes(9, "abcdefgh"),
       "w: expected 16 bytes for f32[2,2], found 8 in raw_data [tensor-size]"},
      {tensor_header(1, {3}) + bytes(4, raw(1.0F)), "expected 3 elements for f32[3], found 1 in float_data"},
      {tensor_header(7, {1}) + bytes(7, "\1\2"), "expected 1 elements for i64[1], found 2 in int64_data"},
      {tensor_header(1, {4}), "expected 16 bytes for f32[4], found 0 in the tensor"},
      {tensor_header(1, {0}) + bytes(9, "abcd"), "expected 0 bytes for f32[0], found 4 in raw_data"},
      {tensor_header(1, {2, -5}), "expected dimension 1 of a constant to be 0 or more, found -5"},
      {tensor_header(1, {1}) + bytes(4, raw(1.0F)) + bytes(7, "\1"),
       "expected elements in one field, found them in float_data and int64_data"},
      {tensor_header(1, {1}) + bytes(7, "\1"),
       "expected f32 elements in float_data or raw_data, found them in int64_data"},
      {tensor_header(3, {1}) + bytes(5, varint(300)), "expected i8 elements of 8 bits in int32_data, found 300"},
      {tensor_header(12, {1}) + bytes(11, varint(uint64_t{1} << 32)),
       "expected u32 elements of 32 bits in uint64_data, found 4294967296"},
      {tensor_header(7, {1}) + bytes(7, "\x80"), "expected whole elements in int64_data, found a broken one"},
      {tensor_header(1, {1}) + bytes(4, "abcde"), "expected whole elements in float_data, found a broken one"},
      {tensor_header(99, {1}), "expected a data type from 1 to 28, found 99 [unknown-data-type]"},
      {tensor_header(0, {1}), "found 0 [unknown-data-type]"},
  };
  for (const Refusal& refusal : cases) {
    const auto data = data_of(refusal.tensor);
    ASSERT_FALSE(data) << refusal.expected;
    EXPECT_EQ(data.faults().front().fault, ir::Fault::kInput);
    EXPECT_NE(fault_text(data).find(refusal.expected), std::string::npos) << fault_text(data);
  }
}

TEST(TensorData, a_shape_too_large_for_bytes_is_refused_whatever_the_limit) {
  const std::string text = model_of(initializer(tensor_header(1, {int64_t{1} << 40, int64_t{1} << 40})));
  Limits limits;
  limits.max_constant_bytes = INT64_MAX;
  auto model = read_model_bytes(as_bytes(text), limits);
  ASSERT_TRUE(model) << fault_text(model);
  EXPECT_EQ(fault_kind(tensor_data(model->tensors, model->proto.graph().initializer(0), "w")), "tensor-too-large");
}

TEST(TensorData, types_without_an_element_type_are_unsupported_not_wrong) {
  for (const uint32_t data_type : {8, 14, 15, 27, 28}) {
    const auto data = data_of(tensor_header(data_type, {1}) + bytes(9, "x"));
    ASSERT_FALSE(data) << data_type;
    EXPECT_EQ(data.faults().front().fault, ir::Fault::kUnsupported) << data_type;
  }
  EXPECT_EQ(fault_kind(data_of(tensor_header(1, {1}) + bytes(3, number(1, 0) + number(2, 1)))), "unsupported-segment");
}

TEST(TensorFile, reads_one_tensor) {
  const TemporaryFolder folder;
  const auto file =
      read_tensor_file(folder.write("input_0.pb", tensor_header(1, {1}) + bytes(8, "x") + bytes(9, raw(4.0F))));
  ASSERT_TRUE(file) << fault_text(file);
  EXPECT_EQ(file->name, "x");
  EXPECT_EQ(file->data.bytes().size(), 4U);
}

TEST(TensorFile, a_sequence_or_an_optional_is_unsupported) {
  const TemporaryFolder folder;
  const std::string tensor = tensor_header(1, {1}) + bytes(9, raw(4.0F));
  for (const std::string& content :
       {bytes(1, "seq") + number(2, 1) + bytes(3, tensor) + bytes(3, tensor),  // SequenceProto
        bytes(1, "empty") + number(2, 1),                                      // without elements
        number(2, 1) + bytes(3, tensor)}) {                                    // OptionalProto
    EXPECT_EQ(fault_kind(read_tensor_file(folder.write("input_0.pb", content))), "unsupported-data");
  }
}

}  // namespace
}  // namespace burin::frontend
