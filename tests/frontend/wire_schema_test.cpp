// The hand-written account of onnx-ml.proto against the file itself.
#include "frontend/onnx/reader/wire_schema.h"
#include "tests/paths.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace burin::frontend {
namespace {

struct ProtoField {
  std::string label;  // "optional", "repeated", or "" inside of oneof
  std::string type;
  std::string name;
};
// By message ("TypeProto.Tensor") and field number.
using ProtoMessages = std::map<std::string, std::map<uint32_t, ProtoField>>;

ProtoMessages read_proto(std::istream& file) {
  static const std::regex kBlock(R"(^\s*(message|enum|oneof)\s+(\w+)\s*\{)");
  static const std::regex kField(R"(^\s*(optional\s+|repeated\s+|)([\w.]+)\s+(\w+)\s*=\s*(\d+)\s*(\[.*\])?;)");
  ProtoMessages messages;
  std::vector<std::pair<std::string, std::string>> open;  // kind, full name
  for (std::string line; std::getline(file, line);) {
    line = line.substr(0, line.find("//"));
    std::smatch match;
    if (std::regex_search(line, match, kBlock)) {
      const std::string outer = open.empty() ? "" : open.back().second;
      const std::string name = match[1] == "oneof" ? outer : (outer.empty() ? "" : outer + ".") + match[2].str();
      open.emplace_back(match[1], name);
      if (match[1] == "message") messages[name];
    } else if (line.find('}') != std::string::npos) {
      if (!open.empty()) open.pop_back();
    } else if (!open.empty() && open.back().first != "enum" && std::regex_search(line, match, kField)) {
      const std::string label = match[1].str().substr(0, match[1].str().find(' '));
      messages[open.back().second][static_cast<uint32_t>(std::stoul(match[4]))] = {label, match[2], match[3]};
    }
  }
  return messages;
}

WireType wire_type_of(const std::string& type) {
  if (type == "float") return WireType::kFixed32;
  if (type == "double") return WireType::kFixed64;
  const bool is_varint =
      type == "int32" || type == "int64" || type == "uint64" || type == "AttributeType" || type == "DataLocation";
  return is_varint ? WireType::kVarint : WireType::kBytes;
}

TEST(WireSchema, agrees_with_the_proto_file) {
  std::ifstream file(test::onnx_proto());
  if (!file) GTEST_SKIP() << "no onnx-ml.proto given";
  const ProtoMessages proto = read_proto(file);
  for (int kind = 0; kind < kMessageKinds; ++kind) {
    const MessageInfo& message = info(static_cast<MessageKind>(kind));
    const auto found = proto.find(std::string(message.name));
    ASSERT_NE(found, proto.end()) << message.name;
    EXPECT_EQ(message.fields.size(), found->second.size()) << message.name << " has other fields than the .proto";
    for (const auto& [number, field] : found->second) {
      const FieldInfo* known = field_of(message, number);
      ASSERT_NE(known, nullptr) << message.name << '.' << field.name;
      EXPECT_EQ(known->name, field.name) << message.name;
      EXPECT_EQ(known->type, wire_type_of(field.type)) << message.name << '.' << field.name;
      if (known->kind == FieldKind::kDropped) continue;
      EXPECT_EQ(known->occurs == Occurs::kManyTimes, field.label == "repeated") << message.name << '.' << field.name;
      if (known->kind != FieldKind::kMessage) continue;
      const std::string_view nested = info(known->nested).name;
      EXPECT_TRUE(nested == field.type || nested.ends_with("." + field.type)) << message.name << '.' << field.name;
    }
  }
}

}  // namespace
}  // namespace burin::frontend
