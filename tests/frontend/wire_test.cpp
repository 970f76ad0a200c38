#include "frontend/onnx/reader/wire.h"

#include <gtest/gtest.h>

#include "frontend/onnx/reader/measure.h"
#include "tests/frontend/hostile_bytes.h"

namespace burin::frontend {
namespace {

std::string measured(const std::string& text, const Limits& limits = {}) {
  return fault_text(measure(as_bytes(text), MessageKind::kModel, limits));
}

TEST(Wire, reads_every_wire_type) {
  const std::string text = number(1, 300) + tag(2, 1) + raw(2.5) + bytes(3, "abc") + tag(4, 5) + raw(1.5F);
  WireCursor cursor(as_bytes(text), 0, text.size());
  WireField field;
  ASSERT_EQ(cursor.next(field), WireFault::kNone);
  EXPECT_EQ(field.value, 300U);
  ASSERT_EQ(cursor.next(field), WireFault::kNone);
  EXPECT_EQ(field.size, 8U);
  ASSERT_EQ(cursor.next(field), WireFault::kNone);
  EXPECT_EQ(text.substr(field.payload, field.size), "abc");
  ASSERT_EQ(cursor.next(field), WireFault::kNone);
  EXPECT_EQ(field.number, 4U);
  EXPECT_TRUE(cursor.done());
}

struct BrokenField {
  std::string_view name;
  std::string text;
  WireFault fault;
};

TEST(Wire, names_what_is_broken) {
  const BrokenField cases[] = {
      {"tag without end", "\x80", WireFault::kTruncatedVarint},
      {"number without end", tag(1, 0) + "\xff", WireFault::kTruncatedVarint},
      {"number of 11 bytes", tag(1, 0) + repeat("\xff", 10) + "\1", WireFault::kVarintTooLong},
      {"field 0", std::string("\0\0", 2), WireFault::kTagOutOfRange},
      {"tag of 33 bits", varint(uint64_t{1} << 32 | 8) + "\1", WireFault::kTagOutOfRange},
      {"group begins", tag(1, 3), WireFault::kGroup},
      {"group ends", tag(1, 4), WireFault::kGroup},
      {"wire type 6", tag(1, 6), WireFault::kUnknownWireType},
      {"wire type 7", tag(1, 7), WireFault::kUnknownWireType},
      {"half a float", tag(1, 5) + "ab", WireFault::kTruncatedNumber},
      {"half a double", tag(1, 1) + "abcd", WireFault::kTruncatedNumber},
      {"length past the end", tag(1, 2) + varint(4) + "abc", WireFault::kLengthPastEnd},
      {"length of 2^64-1", tag(1, 2) + varint(UINT64_MAX) + "abc", WireFault::kLengthPastEnd},
  };
  for (const BrokenField& broken : cases) {
    WireCursor cursor(as_bytes(broken.text), 0, broken.text.size());
    WireField field;
    EXPECT_EQ(cursor.next(field), broken.fault) << broken.name;
    EXPECT_LE(cursor.position(), broken.text.size()) << broken.name;
  }
}

TEST(Measure, counts_nodes_tensors_and_depth_in_all_places) {
  const std::string inner = node("") + initializer("");
  const std::string graph = node(attribute(bytes(6, inner)) + attribute(bytes(11, inner))) + node("") +
                            bytes(15, bytes(1, "") + bytes(2, ""));
  const auto size = measure(as_bytes(model_of(graph, bytes(25, bytes(7, "")))), MessageKind::kModel, {});
  ASSERT_TRUE(size) << fault_text(size);
  EXPECT_EQ(size->nodes, 5);
  EXPECT_EQ(size->tensors, 4);
  EXPECT_EQ(size->depth, 6);  // model, graph, node, attribute, graph, node
}

TEST(Measure, says_where_and_how_many_nodes_are_too_many) {
  const std::string text = measured(model_of(repeat(node(""), 7)), {.max_nodes = 5});
  EXPECT_NE(text.find("(graph.node[5]): expected at most 5 nodes, found 7 [too-many-nodes]"), std::string::npos)
      << text;
  EXPECT_EQ(measured(model_of(repeat(node(""), 5)), {.max_nodes = 5}), "");
}

TEST(Measure, says_where_and_how_many_tensors_are_too_many) {
  const std::string text = measured(model_of(repeat(initializer(""), 4)), {.max_tensors = 3});
  EXPECT_NE(text.find("(graph.initializer[3]): expected at most 3 tensors, found 4"), std::string::npos) << text;
}

TEST(Measure, refuses_ten_million_nodes_by_default) {
  const std::string text = measured(model_of(repeat(node(""), 10'000'000)));
  EXPECT_NE(text.find("expected at most 1000000 nodes, found 10000000"), std::string::npos) << text;
}

TEST(Measure, refuses_constants_by_their_declared_size) {
  const std::string tensor = initializer(tensor_header(1, {1 << 20, 1 << 10}));  // 4 GiB
  EXPECT_EQ(measured(model_of(tensor)), "");
  const std::string two = measured(model_of(tensor + initializer(tensor_header(3, {1}))));
  EXPECT_NE(two.find("(graph.initializer[1]): expected at most 4294967296 bytes of constants, found 4294967297"),
            std::string::npos)
      << two;
}

TEST(Measure, declared_sizes_do_not_overflow) {
  const std::string huge = initializer(tensor_header(1, {INT64_MAX, INT64_MAX}));
  EXPECT_NE(measured(model_of(huge + huge)).find("too-many-constants"), std::string::npos);
  const std::string with_zero = initializer(tensor_header(1, {INT64_MAX, INT64_MAX, 0}));
  EXPECT_EQ(measured(model_of(with_zero)), "");
}

TEST(Measure, refuses_a_million_nested_messages_without_recursing_into_them) {
  const std::string text = measured(model_of(nested_messages(1'000'000)));
  EXPECT_NE(text.find("expected messages nested at most 200 deep, found 201 [too-deep]"), std::string::npos) << text;
  EXPECT_LT(text.size(), 400U);  // the place is told without all its thousand parts
}

TEST(Measure, a_chain_of_types_counts_as_depth) {
  std::string type = bytes(1, "");
  for (int i = 0; i < 150; ++i) type = bytes(4, bytes(1, type));
  EXPECT_NE(measured(model_of(bytes(11, bytes(2, type)))).find("too-deep"), std::string::npos);
}

TEST(Measure, refuses_a_wrong_wire_type_by_field_name_and_byte) {
  const std::string text = measured(number(1, 8) + number(7, 1));
  EXPECT_EQ(
      text,
      "byte 2 (ModelProto): expected field \"graph\" (7) to be length-delimited, found varint [malformed-protobuf]");
}

TEST(Measure, refuses_a_second_occurrence_of_a_message_that_protobuf_would_merge) {
  EXPECT_NE(measured(model_of("") + bytes(7, "")).find("expected at most one field \"graph\", found a second"),
            std::string::npos);
  EXPECT_NE(measured(model_of(node(attribute(bytes(5, "") + bytes(5, ""))))).find("field \"t\""), std::string::npos);
}

TEST(Measure, refuses_packed_numbers_that_end_within_an_element) {
  EXPECT_NE(measured(model_of(node(attribute(bytes(8, "\x80"))))).find("malformed-protobuf"), std::string::npos);
  EXPECT_NE(measured(model_of(node(attribute(bytes(7, "abcde"))))).find("multiple of 4 bytes, found 5"),
            std::string::npos);
}

TEST(Measure, refuses_what_protobuf_would_blow_up) {
  constexpr size_t kMany = 4'000'000;
  for (const std::string& text : {
           model_of(node(repeat(bytes(1, ""), kMany))),                                     // inputs
           model_of(node(repeat(attribute(""), kMany))),                                    // attributes
           model_of(node(attribute(repeat(bytes(9, ""), kMany)))),                          // strings
           model_of(node(attribute(bytes(8, repeat("\1", 4 * kMany))))),                    // packed ints
           model_of(repeat(bytes(13, ""), kMany)),                                          // value_infos
           model_of(bytes(11, bytes(2, bytes(1, bytes(2, repeat(bytes(1, ""), kMany)))))),  // dimensions
           model_of("", repeat(bytes(14, ""), kMany)),                                      // metadata
           model_of("", repeat(bytes(25, ""), kMany)),                                      // functions
           model_of(repeat(bytes(13, number(99, 1)), kMany)),                               // unknown fields
           model_of(initializer(repeat(bytes(6, ""), kMany))),                              // string_data
           model_of(initializer(repeat(number(5, 1) + number(7, 1), kMany))),  // payload in a million pieces
       }) {
    EXPECT_NE(measured(text).find("too-much-memory"), std::string::npos) << measured(text).substr(0, 200);
  }
}

TEST(Measure, elements_of_tensors_cost_nothing) {
  for (const std::string& data :
       {bytes(7, repeat("\1", 8'000'000)), repeat(number(7, 1), 4'000'000), bytes(9, repeat("x", 8'000'000))}) {
    const auto size = measure(as_bytes(model_of(initializer(data))), MessageKind::kModel, {});
    ASSERT_TRUE(size) << fault_text(size);
    EXPECT_LT(size->parsed_bytes, 4096);
  }
}

}  // namespace
}  // namespace burin::frontend
