// Models that are wrong on purpose, through `burin compile` as users meet it. Whatever is wrong: exit code 1, soon, in little
// memory, nothing written, and every fault says where it is, what was expected and what was found. What each fault is about
// in detail is tested in tests/frontend and tests/ir.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "tests/frontend/hostile_bytes.h"
#include "tests/tools/process.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;
using frontend::attribute;
using frontend::bytes;
using frontend::model_of;
using frontend::number;

// The sanitizers take many times the time and memory: no limits then, and fewer of the random cases.
constexpr bool kIsSanitized = BURIN_IS_SANITIZED;
constexpr int kRandomCases = kIsSanitized ? 8 : 60;

constexpr int64_t kMebibyte = int64_t{1} << 20;
constexpr double kSecondsPerByte = 2e-8;
constexpr double kSecondsPerNode = 2e-5;
constexpr int kI64 = 7;

// --- Pieces of a GraphProto.

std::string operation(const std::string& type, const std::vector<std::string>& inputs,
                      const std::vector<std::string>& outputs, const std::string& attributes = "") {
  std::string content;
  for (const std::string& name : inputs) content += bytes(1, name);
  for (const std::string& name : outputs) content += bytes(2, name);
  return frontend::node(content + bytes(3, "n_" + outputs.front()) + bytes(4, type) + attributes);
}

std::string integer(const std::string& name, int64_t value) {
  return attribute(bytes(1, name) + number(3, static_cast<uint64_t>(value)) + number(20, 2));
}

std::string integers(const std::string& name, const std::vector<int64_t>& values) {
  std::string content = bytes(1, name);
  for (const int64_t value : values) content += number(8, static_cast<uint64_t>(value));
  return attribute(content + number(20, 7));
}

std::string input(const std::string& name, const std::vector<int64_t>& dims, uint64_t element = 1) {
  std::string shape;
  for (const int64_t dim : dims) shape += bytes(1, number(1, static_cast<uint64_t>(dim)));
  return bytes(11, bytes(1, name) + bytes(2, bytes(1, number(1, element) + bytes(2, shape))));
}

std::string output(const std::string& name) { return bytes(12, bytes(1, name)); }

std::string list(const std::string& name, const std::vector<int64_t>& values) {
  std::string content = frontend::tensor_header(kI64, {static_cast<int64_t>(values.size())}) + bytes(8, name);
  std::string raw;
  for (const int64_t value : values) raw += frontend::raw(value);
  return frontend::initializer(content + bytes(9, raw));
}

std::string external(const std::string& location) {
  return frontend::initializer(frontend::tensor_header(1, {3}) + bytes(8, "w") +
                               bytes(13, bytes(1, "location") + bytes(2, location)) + number(14, 1));
}

// --- What is expected of every refusal.

// Faults are lines behind the file's name; hints and what continues them are not.
void expect_faults_say_all(const std::string& errors) {
  std::istringstream lines(errors);
  int faults = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("m.onnx: ")) continue;
    ++faults;
    const bool says = line.find("expected ") != std::string::npos && line.find("found ") != std::string::npos;
    EXPECT_TRUE(says || line.find("not supported") != std::string::npos) << line;
    EXPECT_LT(line.size(), 5000U);
  }
  EXPECT_GT(faults, 0) << errors;
}

// Compiles m.onnx, which has `nodes` nodes at most.
Finished compile(const Scratch& scratch, const std::vector<std::string>& flags = {}) {
  std::vector<std::string> words = {"compile", "m.onnx", "-o", "out", "-t", "x86_64-v3"};
  words.insert(words.end(), flags.begin(), flags.end());
  return run_burin(words, scratch.path());
}

void expect_refused(const Scratch& scratch, const Finished& finished, int64_t nodes = 100) {
  EXPECT_EQ(finished.exit_code, 1) << finished.errors;
  EXPECT_EQ(finished.output, "");
  expect_faults_say_all(finished.errors);
  EXPECT_FALSE(fs::exists(scratch.path() / "out"));
  if (kIsSanitized) return;
  const auto file_bytes = static_cast<int64_t>(fs::file_size(scratch.path() / "m.onnx"));
  const int64_t idle = run_burin({"--version"}).peak_bytes;
  EXPECT_LE(finished.peak_bytes, idle + 64 * kMebibyte + 4 * file_bytes + 1024 * nodes);
  EXPECT_LT(finished.cpu_seconds,
            1 + kSecondsPerByte * static_cast<double>(file_bytes) + kSecondsPerNode * static_cast<double>(nodes));
}

// --- Small models.

struct Hostile {
  const char* name;
  std::string graph;
  const char* says;
};

std::vector<Hostile> wrong_graphs() {
  const std::string xy = input("x", {2, 3}) + output("y");
  return {
      {"nothing", "", "graph: expected at least one output, found none"},
      {"cycle",
       xy + operation("Add", {"x", "b"}, {"a"}) + operation("Tanh", {"a"}, {"b"}) + operation("Tanh", {"b"}, {"y"}),
       "expected a graph without cycles, found 2 nodes"},
      {"one name for two results", xy + operation("Tanh", {"x"}, {"y"}) + operation("Relu", {"x"}, {"y"}),
       "node \"n_y\" (Relu): expected a new name for output \"y\""},
      {"one name for two inputs", input("x", {1}) + xy + operation("Tanh", {"x"}, {"y"}),
       "found another input with it"},
      {"one name for two constants", xy + list("c", {1}) + list("c", {2}) + operation("Tanh", {"x"}, {"y"}),
       "initializer \"c\": expected a name of its own"},
      {"missing operand", xy + operation("Add", {"x", "z"}, {"y"}), "expected a tensor named \"z\", found none"},
      {"no operands", xy + operation("Tanh", {}, {"y"}), "operand 0: expected a tensor, found none"},
      {"missing output", xy + operation("Tanh", {"x"}, {"z"}), "output \"y\": expected a tensor of that name"},
      {"unknown operator", xy + operation("Frobnicate", {"x"}, {"y"}), "operator Frobnicate is not supported"},
      {"two element types", xy + list("i", {1, 2, 3}) + operation("Add", {"x", "i"}, {"y"}),
       "expected f32 (as operand 0), found i64"},
      {"unknown element type", input("x", {2}, 99) + output("y") + operation("Tanh", {"x"}, {"y"}), "found 99"},
      {"elements of no number", xy + operation("Not", {"x"}, {"y"}), "found f32"},
      {"shapes that do not broadcast", xy + input("z", {4, 5}) + operation("Add", {"x", "z"}, {"y"}),
       "expected a shape that broadcasts with [2,3], found [4,5]"},
      {"matrices that do not fit", xy + operation("MatMul", {"x", "x"}, {"y"}),
       "dimension 0: expected 3 (operand 0 \"x\" f32[2,3] dimension 1), found 2"},
      {"rank too low", xy + operation("Conv", {"x", "x"}, {"y"}), "expected rank 3 or more, found 2"},
      {"ranks that differ",
       input("x", {1, 2, 3}) + output("y") + input("w", {4, 2, 1, 1}) + operation("Conv", {"x", "w"}, {"y"}),
       "found 2"},
      {"rank too high", input("x", std::vector<int64_t>(40, 1)) + output("y") + operation("Tanh", {"x"}, {"y"}),
       "expected rank at most 32, found 40"},
      {"negative dimension", input("x", {-5}) + output("y") + operation("Tanh", {"x"}, {"y"}), "found -5"},
      {"dimensions that overflow",
       input("x", {int64_t{1} << 40, int64_t{1} << 40}) + output("y") + operation("Tanh", {"x"}, {"y"}),
       "expected at most 9223372036854775807 bytes, found f32[1099511627776,1099511627776]"},
      {"a dimension too large for memory", input("x", {INT64_MAX / 4}) + output("y") + operation("Tanh", {"x"}, {"y"}),
       "expected at most 274877906944 bytes in memory"},
      {"a constant of a negative dimension",
       xy + frontend::initializer(frontend::tensor_header(1, {-1}) + bytes(8, "w")) +
           operation("Add", {"x", "w"}, {"y"}),
       "found -1"},
      {"a constant larger than its bytes",
       xy + frontend::initializer(frontend::tensor_header(1, {3}) + bytes(8, "w") + bytes(9, "12345678")) +
           operation("Add", {"x", "w"}, {"y"}),
       "initializer \"w\": expected 12 bytes for f32[3], found 8"},
      {"a constant larger than allowed",
       xy + frontend::initializer(frontend::tensor_header(1, {1 << 20, 1 << 20}) + bytes(8, "w")) +
           operation("Add", {"x", "w"}, {"y"}),
       "expected at most 4294967296 bytes of constants, found 4398046511104"},
      {"a splat of 10^12 elements",
       output("y") + list("s", {1'000'000'000'000}) + operation("ConstantOfShape", {"s"}, {"y"}),
       "tensor \"y\": expected at most 274877906944 bytes in memory, found 1000000000000 elements of 4 bytes"},
      {"a splat of 10^24 elements",
       output("y") + list("s", {1'000'000'000'000, 1'000'000'000'000}) + operation("ConstantOfShape", {"s"}, {"y"}),
       "expected at most 9223372036854775807 bytes, found f32[1000000000000,1000000000000]"},
      {"a splat of a negative shape", output("y") + list("s", {-4}) + operation("ConstantOfShape", {"s"}, {"y"}),
       "found -4"},
      {"a reshape that overflows", xy + list("s", {INT64_MAX, INT64_MAX}) + operation("Reshape", {"x", "s"}, {"y"}),
       "found f32["},
      {"a reshape that loses elements", xy + list("s", {5}) + operation("Reshape", {"x", "s"}, {"y"}),
       "elements of operand 0 \"x\" f32[2,3] as [5]: expected 6, found 5"},
      {"a tile that overflows", xy + list("s", {INT64_MAX, 2}) + operation("Tile", {"x", "s"}, {"y"}),
       "found 2 * 9223372036854775807"},
      {"pads that overflow",
       xy + list("p", std::vector<int64_t>(4, int64_t{1} << 62)) + operation("Pad", {"x", "p"}, {"y"}),
       "expected dimensions of at most 9223372036854775807"},
      {"an axis that is none", xy + operation("Softmax", {"x"}, {"y"}, integer("axis", 7)),
       "expected -2 to 1, found 7"},
      {"an attribute of another type", xy + operation("Softmax", {"x"}, {"y"}, integers("axis", {1})),
       "expected type INT, found INTS"},
      {"axes twice", xy + operation("Transpose", {"x"}, {"y"}, integers("perm", {0, 0})), "found 0"},
  };
}

std::vector<Hostile> wrong_windows() {
  const std::string image = input("x", {1, 4, 8, 8}) + input("w", {4, 4, 3, 3}) + output("y");
  const auto conv = [&](const std::string& attributes) {
    return image + operation("Conv", {"x", "w"}, {"y"}, attributes);
  };
  const auto pool = [&](const std::string& attributes) {
    return image + operation("MaxPool", {"x"}, {"y"}, attributes);
  };
  const auto kernel_of_2 = integers("kernel_shape", {2, 2});
  return {
      {"stride of 0", conv(integers("strides", {0, 0})), "attribute \"strides\": expected 1 to 2147483647, found 0"},
      {"negative stride", conv(integers("strides", {1, -1})), "found -1"},
      {"negative group", conv(integer("group", -1)), "attribute \"groups\": expected 1 to 2147483647, found -1"},
      {"group of 0", conv(integer("group", 0)), "found 0"},
      {"groups that do not divide", conv(integer("group", 3)), "times 3 groups), found 4"},
      {"absurd group", conv(integer("group", INT64_MAX)), "found 9223372036854775807"},
      {"another kernel than the weights have", conv(integers("kernel_shape", {5, 5})),
       "expected 3 (from operand 1), found 5"},
      {"dilation of 0", conv(integers("dilations", {0, 1})), "found 0"},
      {"absurd pads", conv(integers("pads", {INT64_MAX, 0, 0, 0})), "found 9223372036854775807"},
      {"too few pads", conv(integers("pads", {1, 1, 1})), "expected 4 values, found 3"},
      {"empty kernel", pool(integers("kernel_shape", {})), "expected 2 values, found 0"},
      {"no kernel", pool(""), "expected an attribute \"kernel_shape\" of type INTS, found none"},
      {"kernel of 0", pool(integers("kernel_shape", {0, 1})), "found 0"},
      {"kernel larger than the image", pool(integers("kernel_shape", {9, 9})),
       "expected a kernel that reaches over at most 8 elements, found 9"},
      {"windows in padding alone", pool(kernel_of_2 + integers("pads", {2, 2, 2, 2})),
       "attribute \"pads\": expected less than 2 (the kernel's extent), found 2"},
      {"weights of no elements",
       input("x", {1, 4, 8, 8}) + input("w", {4, 4, 0, 3}) + output("y") + operation("Conv", {"x", "w"}, {"y"}),
       "expected a kernel of at least 1 element, found 0"},
  };
}

void expect_all_refused(const std::vector<Hostile>& models) {
  for (const Hostile& hostile : models) {
    SCOPED_TRACE(hostile.name);
    const Scratch scratch;
    scratch.write("m.onnx", model_of(hostile.graph));
    const Finished finished = compile(scratch);
    EXPECT_NE(finished.errors.find(hostile.says), std::string::npos) << finished.errors;
    expect_refused(scratch, finished);
  }
}

TEST(HostileModel, wrong_graphs_are_refused) { expect_all_refused(wrong_graphs()); }

TEST(HostileModel, wrong_windows_are_refused) { expect_all_refused(wrong_windows()); }

TEST(HostileModel, functions_that_call_each_other_for_ever_are_refused) {
  const auto function = [](const std::string& name, const std::string& calls) {
    const std::string body = bytes(7, bytes(1, "a") + bytes(2, "t") + bytes(4, calls)) +
                             bytes(7, bytes(1, "t") + bytes(2, "b") + bytes(4, calls));
    return bytes(25, bytes(1, name) + bytes(4, "a") + bytes(5, "b") + body);
  };
  const std::string graph = input("x", {2}) + output("y") + operation("f0", {"x"}, {"y"});
  std::string bomb;
  for (int i = 0; i < 50; ++i) bomb += function("f" + std::to_string(i), "f" + std::to_string(i + 1));
  for (const std::string& functions : {function("f0", "f1") + function("f1", "f0"), bomb + function("f50", "Tanh")}) {
    const Scratch scratch;
    scratch.write("m.onnx", model_of(graph, functions));
    expect_refused(scratch, compile(scratch));
  }
}

// --- Bytes.

TEST(HostileModel, half_a_model_is_refused) {
  std::ifstream file(source("tools/digits/digits.onnx"), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const Scratch scratch;
  for (size_t size = 0; size < whole.size(); size += 1 + whole.size() / kRandomCases) {
    SCOPED_TRACE(size);
    scratch.write("m.onnx", std::string_view(whole).substr(0, size));
    expect_refused(scratch, compile(scratch));
  }
}

TEST(HostileModel, flipped_bits_end_in_a_library_or_a_refusal) {
  std::ifstream file(source("tools/digits/digits.onnx"), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::mt19937 random(1);
  const Scratch scratch;
  for (int i = 0; i < kRandomCases; ++i) {
    SCOPED_TRACE(i);
    std::string flipped = whole;
    // Most of the file is weights: half of the flips are where the structure is.
    const size_t range = i % 2 == 0 ? 1500 : flipped.size();
    for (int flips = 1 + i % 3; flips > 0; --flips) flipped[random() % range] ^= static_cast<char>(1 << random() % 8);
    scratch.write("m.onnx", flipped);
    const Finished finished = compile(scratch);
    if (finished.exit_code != 0) expect_refused(scratch, finished);
    fs::remove_all(scratch.path() / "out");
  }
}

TEST(HostileModel, random_bytes_are_refused) {
  std::mt19937 random(1);
  const Scratch scratch;
  for (int i = 0; i < kRandomCases / 2; ++i) {
    SCOPED_TRACE(i);
    std::string text(random() % 2000, '\0');
    for (char& c : text) c = static_cast<char>(random());
    scratch.write("m.onnx", i % 2 == 0 ? text : model_of(text));
    expect_refused(scratch, compile(scratch));
  }
}

// --- Size.

// A file of `head`, then `piece` as often as `times`, then `tail`, around which a graph's header is right.
void write_model(const Scratch& scratch, const std::string& piece, int64_t times, const std::string& tail) {
  const uint64_t graph_bytes = piece.size() * static_cast<uint64_t>(times) + tail.size();
  std::ofstream file(scratch.path() / "m.onnx", std::ios::binary);
  file << number(1, 8) << frontend::tag(7, 2) << frontend::varint(graph_bytes);
  for (int64_t i = 0; i < times; ++i) file << piece;
  file << tail;
}

TEST(HostileModel, a_million_messages_inside_each_other_are_refused) {
  const Scratch scratch;
  scratch.write("m.onnx", model_of(frontend::nested_messages(1'000'000)));
  const Finished finished = compile(scratch);
  EXPECT_NE(finished.errors.find("expected messages nested at most 200 deep, found 201"), std::string::npos);
  expect_refused(scratch, finished);
}

TEST(HostileModel, ten_million_nodes_are_refused) {
  const Scratch scratch;
  write_model(scratch, frontend::node(""), 10'000'000, "");
  const Finished finished = compile(scratch);
  EXPECT_NE(finished.errors.find("expected at most 1000000 nodes, found 10000000"), std::string::npos)
      << finished.errors;
  expect_refused(scratch, finished, 0);
}

TEST(HostileModel, a_million_constants_are_refused) {
  const Scratch scratch;
  write_model(scratch, list("c", {1}), 1'000'001, "");
  const Finished finished = compile(scratch);
  EXPECT_NE(finished.errors.find("expected at most 1000000 tensors, found 1000001"), std::string::npos)
      << finished.errors;
  expect_refused(scratch, finished, 0);
}

TEST(HostileModel, a_fault_behind_many_nodes_takes_a_kibibyte_for_each) {
  constexpr int kNodes = kIsSanitized ? 2'000 : 50'000;
  std::string graph = input("v0", {2, 3}) + output("y");
  for (int i = 0; i < kNodes; ++i) graph += operation("Tanh", {"v" + std::to_string(i)}, {"v" + std::to_string(i + 1)});
  const std::string last = "v" + std::to_string(kNodes);
  const Scratch scratch;
  scratch.write("m.onnx", model_of(graph + operation("MatMul", {last, last}, {"y"})));
  expect_refused(scratch, compile(scratch), kNodes);
}

TEST(HostileModel, faults_everywhere_are_counted) {
  constexpr int kNodes = 50'000;
  std::string graph = input("x", {2, 3}) + output("y");
  for (int i = 0; i < kNodes; ++i) graph += operation("Add", {"x", "q" + std::to_string(i)}, {"y"});
  const Scratch scratch;
  scratch.write("m.onnx", model_of(graph));
  const Finished finished = compile(scratch);
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.errors.find("more faults are not shown"), std::string::npos);
  EXPECT_LT(finished.errors.size(), 50'000U);
  EXPECT_TRUE(kIsSanitized || finished.cpu_seconds < 2) << finished.cpu_seconds;
}

TEST(HostileModel, names_of_any_bytes_stay_within_a_line) {
  const Scratch scratch;
  scratch.write("m.onnx", model_of(input("x", {2}) + output("y") + operation("Tanh", {"\n\x1b[2J\xff"}, {"y"})));
  const Finished finished = compile(scratch);
  EXPECT_NE(finished.errors.find("expected a tensor named \"\\x0a\\x1b[2J\\xff\", found none"), std::string::npos)
      << finished.errors;
  expect_refused(scratch, finished);
}

// --- Files beside the model.

TEST(HostileModel, data_outside_the_folder_is_refused) {
  const Scratch outside;
  outside.write("secret", "0123456789ab");
  const std::string secret = outside.path() / "secret";
  const std::string up = "../" + outside.path().filename().string() + "/secret";
  const std::string graph = input("x", {3}) + output("y") + operation("Add", {"x", "w"}, {"y"});
  for (const std::string& location : {secret, up, "./" + up, std::string("link"), std::string("folder/secret")}) {
    SCOPED_TRACE(location);
    const Scratch scratch;
    fs::create_symlink(secret, scratch.path() / "link");
    fs::create_directory_symlink(outside.path(), scratch.path() / "folder");
    scratch.write("m.onnx", model_of(graph + external(location)));
    const Finished finished = compile(scratch);
    EXPECT_NE(finished.errors.find("initializer \"w\": expected "), std::string::npos) << finished.errors;
    EXPECT_NE(finished.errors.find("[external-data-outside]"), std::string::npos) << finished.errors;
    expect_refused(scratch, finished);
  }
}

TEST(HostileModel, data_in_what_is_no_file_is_refused) {
  const std::string graph = input("x", {3}) + output("y") + operation("Add", {"x", "w"}, {"y"});
  for (const char* location : {"missing", "folder", "pipe", "short"}) {
    SCOPED_TRACE(location);
    const Scratch scratch;
    fs::create_directory(scratch.path() / "folder");
    ASSERT_EQ(mkfifo((scratch.path() / "pipe").c_str(), 0600), 0);
    scratch.write("short", "01234567");
    scratch.write("m.onnx", model_of(graph + external(location)));
    const Finished finished = compile(scratch);
    EXPECT_NE(finished.errors.find("initializer \"w\": "), std::string::npos) << finished.errors;
    expect_refused(scratch, finished);
  }
}

}  // namespace
}  // namespace burin::tools
