// Several models in one program, however they are linked: each call reaches the model that its header names, and a library
// that does not fit a header is refused.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/tools/process.h"

namespace burin::tools {
namespace {

const std::string kDigits = source("tools/digits/digits.onnx");
const std::string kCompile = "cc -std=c17 -Wall -Wextra -Wpedantic -Werror ";

// Says which models the functions find, a line each.
std::string program_of(const std::vector<std::string>& models) {
  std::string text = "#include <stdio.h>\n";
  for (const std::string& model : models) text += "#include \"" + model + ".h\"\n";
  text += R"(
static int say(const burin_model_api *api, const char *problem) {
  burin_model_info info;
  info.struct_size = (uint32_t)sizeof info;
  if (api == NULL) return puts(problem) < 0;
  if (api->describe(api, &info) != BURIN_OK) return 1;
  return printf("%s\n", info.name) < 0;
}

int main(void) {
)";
  for (const std::string& model : models)
    text += "  if (say(" + model + "_api(), " + model + "_problem()) != 0) return 1;\n";
  return text + "  return 0;\n}\n";
}

class Linking : public testing::Test {
 protected:
  void compile(const std::string& name, const std::vector<std::string>& flags) {
    std::vector<std::string> words = {"compile", kDigits, "-o", ".", "--name", name, "-t", "x86_64-v2"};
    words.insert(words.end(), flags.begin(), flags.end());
    const Finished made = run_burin(std::move(words), folder.path());
    ASSERT_EQ(made.exit_code, 0) << made.errors;
  }
  // What the commands print, which all must succeed.
  std::string shell(const std::string& commands) {
    const Finished done = run_program({"sh", "-e", "-c", commands}, folder.path());
    EXPECT_EQ(done.exit_code, 0) << commands << "\n" << done.errors;
    return done.output;
  }
  // The program around these models, linked with `files`.
  std::string linked_with(const std::vector<std::string>& models, const std::string& files) {
    folder.write("main.c", program_of(models));
    return shell(kCompile + "main.c " + files + " -Wl,-rpath,'$ORIGIN' -o main && ./main");
  }

  const Scratch folder;
};

TEST_F(Linking, two_shared_libraries_in_one_program_are_two_models) {
  compile("one", {});
  compile("two", {"--define_symbol", "N", "1"});
  EXPECT_EQ(linked_with({"one", "two"}, "./libone.so ./libtwo.so"), "one\ntwo\n");
  EXPECT_EQ(linked_with({"one", "two"}, "./libtwo.so ./libone.so"), "one\ntwo\n");
}

TEST_F(Linking, static_libraries_objects_and_shared_libraries_mix) {
  compile("one", {"--emit", "static-lib"});
  compile("two", {"--emit", "static-lib", "--define_symbol", "N", "1"});
  compile("three", {"--emit", "object"});
  compile("four", {"--emit", "cpp"});
  compile("five", {});
  shell("g++ -std=c++17 -O1 -march=x86-64-v2 -c four.cpp -o four.o");
  const std::string order = "five.so libone.a libtwo.a three.o four.o libburin_runtime.a";
  EXPECT_EQ(linked_with({"one", "two", "three", "four", "five"}, "./lib" + order), "one\ntwo\nthree\nfour\nfive\n");
  EXPECT_EQ(linked_with({"five", "four", "three", "two", "one"},
                        "four.o three.o libtwo.a libone.a libburin_runtime.a ./libfive.so"),
            "five\nfour\nthree\ntwo\none\n");
}

// Each part is a shared library of someone's around a model. The parts call their models by the same names.
TEST_F(Linking, models_inside_other_shared_libraries_stay_apart) {
  const std::string around = R"(
#include "model.h"
const char *NAME_of_the_model(void);
const char *NAME_of_the_model(void) {
  static burin_model_info info;
  info.struct_size = (uint32_t)sizeof info;
  const burin_model_api *api = model_api();
  return api == NULL || api->describe(api, &info) != BURIN_OK ? model_problem() : info.digest;
}
)";
  folder.write("main.c", R"(
#include <stdio.h>
const char *left_of_the_model(void);
const char *right_of_the_model(void);
int main(void) { return printf("%s\n%s\n", left_of_the_model(), right_of_the_model()) < 0; }
)");
  folder.write("part.c", around);
  std::string digests;
  for (const std::string side : {"left", "right"}) {
    compile("model", {"--emit", "static-lib", "--math", side == "left" ? "default" : "strict"});
    shell("sed s/NAME/" + side + "/ part.c > " + side + ".c");
    digests += shell("sed -n 's/#define MODEL_DIGEST \"\\(.*\\)\"/\\1/p' model.h");
    shell(kCompile + "-fPIC -shared " + side + ".c libmodel.a libburin_runtime.a -o lib" + side + ".so");
    EXPECT_EQ(shell("nm -D --defined-only lib" + side + ".so | cut -d' ' -f3"), side + "_of_the_model\n");
  }
  EXPECT_EQ(shell(kCompile + "main.c ./libleft.so ./libright.so -o main && ./main"), digests);
}

TEST_F(Linking, libraries_inside_other_shared_libraries_stay_apart) {
  compile("one", {});
  compile("two", {});
  folder.write("main.c", R"(
#include <stdio.h>
const char *one_part(void);
const char *two_part(void);
int main(void) { return printf("%s\n%s\n", one_part(), two_part()) < 0; }
)");
  for (const std::string name : {"one", "two"}) {
    folder.write(name + "_part.c", "#include \"" + name + ".h\"\nconst char *" + name + "_part(void);\nconst char *" +
                                       name + "_part(void) {\n  static burin_model_info info;\n" +
                                       "  info.struct_size = (uint32_t)sizeof info;\n  " + name + "_api()->describe(" +
                                       name + "_api(), &info);\n  return info.name;\n}\n");
    shell(kCompile + "-fPIC -shared " + name + "_part.c ./lib" + name + ".so -Wl,-rpath,'$ORIGIN' -o " + name +
          "_part.so");
  }
  EXPECT_EQ(shell(kCompile + "main.c ./one_part.so ./two_part.so -Wl,-rpath-link,. -o main && ./main"), "one\ntwo\n");
}

TEST_F(Linking, libraries_that_are_opened_stay_apart) {
  compile("one", {});
  compile("two", {});
  folder.write("main.c", R"(
#include <dlfcn.h>
#include <stdio.h>
#include "burin.h"
int main(void) {
  const char *const paths[] = {"./libone.so", "./libtwo.so"};
  for (int i = 0; i < 2; ++i) {
    void *library = dlopen(paths[i], RTLD_NOW | RTLD_GLOBAL);
    if (library == NULL) return 1;
    burin_model_function *function;
    *(void **)&function = dlsym(library, "burin_model");
    const burin_model_api *api = function();
    burin_model_info info;
    info.struct_size = (uint32_t)sizeof info;
    if (api->describe(api, &info) != BURIN_OK) return 1;
    puts(info.name);
  }
  return 0;
}
)");
  EXPECT_EQ(shell("cc -std=gnu17 -Wall -Wextra -Werror main.c -o main && ./main"), "one\ntwo\n");
}

TEST_F(Linking, a_library_of_another_interface_is_refused) {
  compile("model", {"--define_symbol", "N", "1"});
  EXPECT_EQ(linked_with({"model"}, "./libmodel.so"), "model\n");
  const Finished other = run_burin({"compile", kDigits, "-o", "other", "--name", "model"}, folder.path());
  ASSERT_EQ(other.exit_code, 0) << other.errors;
  EXPECT_EQ(shell("cp other/libmodel.so . && ./main"),
            "the library has other inputs, outputs or symbols than model.h: compile with the header made with it\n");
  folder.write("prepare.c", R"(
#include "model.h"
int main(void) {
  burin_plan_size plan;
  return model_prepare(NULL, 1, &plan) == BURIN_WRONG_INTERFACE && model_run(NULL, NULL, NULL) == BURIN_WRONG_INTERFACE ? 0 : 1;
}
)");
  EXPECT_EQ(shell(kCompile + "prepare.c ./libmodel.so -Wl,-rpath,'$ORIGIN' -o prepare && ./prepare"), "");
}

TEST_F(Linking, other_weights_are_accepted_unless_the_digest_is_required) {
  compile("model", {});
  folder.write("main.c", program_of({"model"}));
  for (const char* flag : {"", "-DMODEL_REQUIRE_DIGEST "}) {
    const std::string program = *flag == '\0' ? "main" : "strict";
    EXPECT_EQ(shell(kCompile + flag + "main.c ./libmodel.so -Wl,-rpath,'$ORIGIN' -o " + program + " && ./" + program),
              "model\n");
  }
  const Finished other = run_burin(
      {"compile", kDigits, "-o", "other", "--name", "model", "--math", "strict", "--symbol_range", "N", "1", "8"},
      folder.path());
  ASSERT_EQ(other.exit_code, 0) << other.errors;
  EXPECT_EQ(shell("cp other/libmodel.so . && ./main"), "model\n");
  EXPECT_EQ(shell("./strict"),
            "the library has another model, other weights or other flags than model.h, which requires the same\n");
}

}  // namespace
}  // namespace burin::tools
