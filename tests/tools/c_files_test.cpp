// What `burin compile` writes for C and C++: it compiles and links by the commands printed in it, as C17 and as C++17, from
// any folder and without warnings, whatever the model and its tensors are called.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/frontend/hostile_bytes.h"
#include "tests/tools/process.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;
using frontend::bytes;
using frontend::number;

const std::string kDigits = source("tools/digits/digits.onnx");
const std::string kWarnings = " -Wall -Wextra -Wpedantic -Werror";

// The commands that a file's head lists, up to the one that runs the program.
std::vector<std::string> printed_commands(const std::string& text) {
  std::vector<std::string> commands;
  std::istringstream lines(text.substr(0, text.find("#include")));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("//   ") && line.find(" -o ") != line.npos) commands.push_back(line.substr(5));
  }
  return commands;
}

std::string said_by(const std::string& command, const fs::path& folder) {
  const Finished done = run_program({"sh", "-e", "-c", command}, folder);
  EXPECT_EQ(done.exit_code, 0) << command << "\n" << done.errors;
  return done.output;
}

// Builds example.c as it says and runs it; what it prints.
std::string example_output(const fs::path& folder, const std::string& arguments = "") {
  std::ifstream file(folder / "example.c");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::vector<std::string> commands = printed_commands(text);
  EXPECT_FALSE(commands.empty()) << text;
  for (const std::string& command : commands) said_by(command + kWarnings, folder);
  return said_by("./example" + arguments, folder);
}

// A value_info of f32 with one symbolic dimension.
std::string tensor_of(const std::string& name, const std::string& symbol) {
  const std::string shape = bytes(1, bytes(2, symbol)) + bytes(1, number(1, 2));
  return bytes(1, name) + bytes(2, bytes(1, number(1, 1) + bytes(2, shape)));
}

const std::vector<std::string> kNames = {"x",    "X",        "a b",   "a.b",  "a/b:0", "7",        "int",    "class",
                                         "this", "restrict", "linux", "NULL", "stdin", "größe",    "q\"\\n", "?\?/",
                                         "*/",   "%s",       "errno", "argc", "api",   "N_INPUTS", "\n",     "_X"};

// Each name is that of an input, of its dimension, and, with an apostrophe, of an output.
std::string model_with_names() {
  std::string graph;
  for (const std::string& name : kNames) {
    graph += bytes(11, tensor_of(name, name)) + bytes(12, tensor_of(name + "'", name));
    graph += frontend::node(bytes(1, name) + bytes(2, name + "'") + bytes(4, "Relu"));
  }
  return frontend::model_of(graph);
}

class CFiles : public testing::TestWithParam<const char*> {};

TEST_P(CFiles, of_the_example_model_build_as_printed) {
  const Scratch scratch;
  ASSERT_EQ(run_burin({"compile", kDigits, "-o", ".", "--emit", GetParam()}, scratch.path()).exit_code, 0);
  const std::string output = example_output(scratch.path(), " N=1 " + source("tools/digits/pictures/3.raw"));
  EXPECT_EQ(output.find("probabilities [1, 10]: "), 0u) << output;
  EXPECT_EQ(said_by("./example N=2", scratch.path()).find("probabilities [2, 10]: "), 0u);
}

TEST_P(CFiles, of_any_names_build_as_printed) {
  const Scratch scratch;
  scratch.write("model.onnx", model_with_names());
  const Finished made =
      run_burin({"compile", "model.onnx", "-o", "out", "--emit", GetParam(), "-t", "x86_64-v2"}, scratch.path());
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  const std::string output = example_output(scratch.path() / "out", " x=3");
  EXPECT_EQ(output.find("x' [3, 2]: 0 0 0 0 0 0\nX' [1, 2]: 0 0\na b' [1, 2]: 0 0\n"), 0u) << output;
  for (const char* compiler : {"clang-19 -std=c17", "g++ -x c++ -std=c++17", "clang++-19 -x c++ -std=c++17"}) {
    said_by(compiler + kWarnings + " -c out/example.c -o example.o", scratch.path());
  }
}

TEST_P(CFiles, of_models_of_any_name_build_as_printed) {
  for (const char* name :
       {"burin", "burin_model", "burin_runtime", "api", "example", "7 days'", "größe", "NULL", "--x"}) {
    const Scratch scratch;
    const Finished made = run_burin(
        {"compile", kDigits, "-o", "out", "--emit", GetParam(), "-t", "x86_64-v2", std::string("--name=") + name},
        scratch.path());
    ASSERT_EQ(made.exit_code, 0) << name << made.errors;
    EXPECT_EQ(example_output(scratch.path() / "out").find("probabilities [1, 10]: "), 0u) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Every, CFiles, testing::Values("lib", "static-lib", "object", "cpp"), [](const auto& emit) {
  std::string name = emit.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(CFiles, of_a_model_with_a_generic_name_come_with_advice) {
  const Scratch scratch;
  fs::copy(kDigits, scratch.path() / "model.onnx");
  const auto said = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"compile", "model.onnx", "-o", "out", "-t", "x86_64-v2"};
    words.insert(words.end(), more.begin(), more.end());
    return run_burin(words, scratch.path()).errors;
  };
  EXPECT_EQ(said({}),
            "model.onnx: the library is called \"model\", after the file, as many are: two of them do not fit into one "
            "program; --name gives it a name of its own\n");
  EXPECT_EQ(said({"--name", "model"}), "");
}

TEST(CFiles, of_two_models_fit_into_one_folder) {
  const Scratch scratch;
  for (const char* name : {"one", "model"}) {
    ASSERT_EQ(
        run_burin({"compile", kDigits, "-o", ".", "--emit", "cpp", "--name", name, "-t", "x86_64-v2"}, scratch.path())
            .exit_code,
        0);
  }
  scratch.write("main.c",
                "#include \"model.h\"\n#include \"one.h\"\n"
                "int main(void) { return one_api() == NULL || one_api() == model_api(); }\n");
  for (const char* file : {"one.cpp", "model.cpp"}) {
    for (const std::string& command : printed_commands(scratch.read(file)))
      said_by(command + kWarnings, scratch.path());
  }
  said_by("cc main.c one.o model.o libburin_runtime.a -o main && ./main", scratch.path());
}

// One file for several targets, compiled for one of them: neither compiler finds anything unused.
TEST(CFiles, cpp_of_several_targets_compiles_as_one_without_warnings) {
  const Scratch scratch;
  scratch.write("model.onnx", model_with_names());
  ASSERT_EQ(run_burin({"compile", "model.onnx", "-o", ".", "--emit", "cpp"}, scratch.path()).exit_code, 0);
  for (const char* compiler : {"g++", "clang++-19"}) {
    said_by(compiler + std::string(" -std=c++17 -march=x86-64-v3 -c model.cpp -o model.o") + kWarnings, scratch.path());
  }
}

TEST(CFiles, cpp_compiles_from_another_folder) {
  const Scratch scratch;
  ASSERT_EQ(run_burin({"compile", kDigits, "-o", "some folder", "--emit", "cpp", "-t", "x86_64-v2"}, scratch.path())
                .exit_code,
            0);
  for (const char* compiler : {"g++", "clang++-19"}) {
    said_by(compiler + std::string(" -std=c++17 -march=x86-64-v2 -c 'some folder/digits.cpp' -o digits.o") + kWarnings,
            scratch.path());
    said_by("cc 'some folder/example.c' digits.o 'some folder/libburin_runtime.a' -o example && ./example",
            scratch.path());
  }
}

TEST(CFiles, build_in_a_cmake_project) {
  const Scratch scratch;
  for (const char* emit : {"lib", "static-lib", "object", "cpp"}) {
    const Finished made = run_burin(
        {"compile", kDigits, "-o", std::string("out/") + emit, "--emit", emit, "--name", "model", "-t", "x86_64-v2"},
        scratch.path());
    ASSERT_EQ(made.exit_code, 0) << made.errors;
  }
  scratch.write("CMakeLists.txt", R"(cmake_minimum_required(VERSION 3.25)
project(uses_models C CXX)
set(out ${CMAKE_CURRENT_SOURCE_DIR}/out)
add_executable(lib out/lib/example.c)
target_link_libraries(lib PRIVATE ${out}/lib/libmodel.so)
add_executable(archive out/static-lib/example.c)
target_link_libraries(archive PRIVATE ${out}/static-lib/libmodel.a ${out}/static-lib/libburin_runtime.a)
add_executable(object out/object/example.c out/object/model.o)
target_link_libraries(object PRIVATE ${out}/object/libburin_runtime.a)
add_executable(cpp out/cpp/example.c out/cpp/model.cpp)
target_compile_options(cpp PRIVATE -march=x86-64-v2)
target_link_libraries(cpp PRIVATE ${out}/cpp/libburin_runtime.a)
)");
  said_by("cmake -S . -B build >/dev/null && cmake --build build >/dev/null", scratch.path());
  for (const char* program : {"lib", "archive", "object", "cpp"}) {
    EXPECT_EQ(said_by(std::string("build/") + program + " N=2", scratch.path()).find("probabilities [2, 10]: "), 0u);
  }
}

TEST(CFiles, example_explains_itself_and_refuses_what_does_not_fit) {
  const Scratch scratch;
  ASSERT_EQ(run_burin({"compile", kDigits, "-o", ".", "-t", "x86_64-v2"}, scratch.path()).exit_code, 0);
  example_output(scratch.path());
  EXPECT_EQ(said_by("./example --help", scratch.path()),
            "usage: example [SYMBOL=SIZE ..] [FILE ..]\n"
            "Sizes that the model leaves open, and what they are where they are not given:\n"
            "  N=1  from 1 to 16777216 (set when compiling by --symbol_range)\n"
            "Files hold the elements of the inputs, in this order; an input without a file is zeros:\n"
            "  image f32[N, 1, 8, 8]\n");
  const auto errors = [&](const std::vector<std::string>& arguments) {
    std::vector<std::string> words = {"./example"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const Finished done = run_program(words, scratch.path());
    EXPECT_EQ(done.exit_code, 1);
    return done.errors;
  };
  const std::string picture = source("tools/digits/pictures/3.raw");
  EXPECT_EQ(errors({"N=x"}), "example: N=x: expected a number after '='\n");
  EXPECT_EQ(errors({"N=0"}),
            "example: a dimension is outside its bounds: input \"image\" dimension 0: expected 1..16777216 (symbol "
            "\"N\", bounds set by --symbol_range), found 0\n");
  EXPECT_EQ(errors({"N=2", picture}), "example: " + picture + ": expected 512 bytes\n");
  EXPECT_EQ(errors({"absent.raw"}), "example: absent.raw: cannot be opened\n");
  const std::string two = errors({picture, picture});
  EXPECT_NE(two.find("example: " + picture + ": unexpected argument\n"), two.npos) << two;
}

}  // namespace
}  // namespace burin::tools
