// The shape of the source tree, tested instead of promised: includes point one way, the top level holds what it should,
// files stay small, no file names a package registry, and pages name files and tests that are there. The rules run on this tree and on a bad one made here, which
// they must reject.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "tests/paths.h"

namespace {

namespace fs = std::filesystem;

// What one folder may include from the others, besides itself. Folders that are not listed (tests, bench) may include
// anything.
struct Layer {
  std::string_view folder;
  std::vector<std::string_view> may_include;
  bool may_use_llvm = false;
};

const Layer kLayers[] = {
    {.folder = "runtime", .may_include = {}},  // the only part that ships with a model
    {.folder = "targets", .may_include = {}},
    {.folder = "ir", .may_include = {}},
    {.folder = "frontend", .may_include = {"ir"}},
    {.folder = "passes", .may_include = {"ir"}},
    {.folder = "codegen", .may_include = {"ir", "targets", "runtime"}, .may_use_llvm = true},
    {.folder = "tools",
     .may_include = {"runtime", "targets", "ir", "frontend", "passes", "codegen"},
     .may_use_llvm = true},
};

// The rooms of one folder, lowest first: each may include itself and those before it. "." are the files of the folder itself;
// where it is not listed they come last.
struct Rooms {
  std::string_view folder;
  std::vector<std::string_view> rooms;
};

const Rooms kRooms[] = {
    {"ir", {"base", "expr", "tensor", "text", "nest", "loop", "graph", "run", "ops"}},
    {"frontend", {".", "numpy", "onnx"}},
    {"frontend/onnx", {"reader", "graph", "operators"}},
    {"tools/burin", {"base", "data", "c_text", "compile", "library", "reduce", "command_line", "commands"}},
};

constexpr std::string_view kTopLevel[] = {
    "CHANGELOG.md", "CMakeLists.txt", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md", "bench",   "codegen",
    "docs",         "examples",       "frontend",        "ir",      "passes",    "runtime",     "targets", "tests",
    "tools"};

constexpr size_t kMostLines = 800;

// Written in two halves, so that this file does not hold what it forbids.
constexpr std::string_view kRegistryHosts[] = {
    "pypi"
    ".org",
    "pythonhosted"
    ".org",
    "deb.debian"
    ".org",
    "security.debian"
    ".org",
    "snapshot.debian"
    ".org",
    "apt.llvm"
    ".org",
    "registry.npmjs"
    ".org",
    "crates"
    ".io",
    "proxy.golang"
    ".org",
    "-index"
    "-url",
};

bool starts_with_dot(const std::string& path) { return path.starts_with('.'); }

std::string top_level_of(const std::string& path) { return path.substr(0, path.find('/')); }

// Tracked files and new ones that git does not ignore; GIT_* variables of a hook that runs the tests do not apply.
std::vector<std::string> files_by_git(const fs::path& root) {
  std::vector<std::string> files;
  const std::string command = "env -u GIT_DIR -u GIT_INDEX_FILE -u GIT_WORK_TREE git -C '" + root.string() +
                              "' ls-files -z --cached --others --exclude-standard 2>/dev/null";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return files;
  std::string path;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    if (c != '\0') {
      path += static_cast<char>(c);
      continue;
    }
    if (fs::is_regular_file(root / path)) files.push_back(path);  // not one that was deleted and not committed yet
    path.clear();
  }
  pclose(pipe);
  return files;
}

std::vector<std::string> files_by_walking(const fs::path& root) {
  std::vector<std::string> files;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
    const std::string path = entry->path().lexically_relative(root).generic_string();
    if (entry.depth() == 0 && entry->is_directory() &&
        (path == ".git" || path == ".venv" || path.starts_with("build"))) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      files.push_back(path);
    }
  }
  return files;
}

// Paths relative to the root, with slashes, sorted.
std::vector<std::string> project_files(const fs::path& root) {
  std::vector<std::string> files;
  if (fs::exists(root / ".git")) files = files_by_git(root);
  if (files.empty()) files = files_by_walking(root);
  std::sort(files.begin(), files.end());
  return files;
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool is_text(std::string_view content) { return content.substr(0, 8192).find('\0') == std::string_view::npos; }

bool is_source(const fs::path& path) {
  constexpr std::array<std::string_view, 5> kExtensions{".h", ".c", ".cpp", ".inc", ".def"};
  return std::find(kExtensions.begin(), kExtensions.end(), path.extension().string()) != kExtensions.end();
}

// The included path as the rules see it: from the root when the name is relative to the including file.
std::string resolve(const fs::path& root, const fs::path& file, const std::string& name) {
  const fs::path beside = (file.parent_path() / name).lexically_normal();
  return fs::exists(root / beside) ? beside.generic_string() : fs::path(name).lexically_normal().generic_string();
}

bool may_include(const Layer& layer, const std::string& included) {
  const std::string folder = top_level_of(included);
  if (folder == "llvm" || folder == "llvm-c" || folder == "lld") return layer.may_use_llvm;
  if (folder == "tests" || folder == "bench") return false;
  const bool is_layer =
      std::any_of(std::begin(kLayers), std::end(kLayers), [&](const Layer& l) { return l.folder == folder; });
  return !is_layer || folder == layer.folder ||
         std::find(layer.may_include.begin(), layer.may_include.end(), folder) != layer.may_include.end();
}

// The room that holds `file` of `folder`, as a position in the list; the list's size for files of the folder itself that it does
// not mention. Absent for files elsewhere and in folders that are no room.
std::optional<size_t> room_of(const Rooms& house, const std::string& file) {
  if (!file.starts_with(std::string(house.folder) + "/")) return std::nullopt;
  const std::string below = file.substr(house.folder.size() + 1);
  const size_t slash = below.find('/');
  const std::string name = slash == std::string::npos ? "." : below.substr(0, slash);
  const auto found = std::find(house.rooms.begin(), house.rooms.end(), name);
  if (found == house.rooms.end() && name != ".") return std::nullopt;
  return static_cast<size_t>(found - house.rooms.begin());
}

bool points_back(const std::string& file, const std::string& included) {
  return std::any_of(std::begin(kRooms), std::end(kRooms), [&](const Rooms& house) {
    const auto from = room_of(house, file), to = room_of(house, included);
    return from && to && *to > *from;
  });
}

// A folder inside a house that is not one of its rooms.
bool is_in_no_room(const std::string& file) {
  return std::any_of(std::begin(kRooms), std::end(kRooms), [&](const Rooms& house) {
    return file.starts_with(std::string(house.folder) + "/") && !room_of(house, file);
  });
}

void check_includes(const fs::path& root, const std::string& file, const std::string& content,
                    std::vector<std::string>& faults) {
  static const std::regex kInclude(R"re(^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">])re");
  const auto layer = std::find_if(std::begin(kLayers), std::end(kLayers),
                                  [&](const Layer& l) { return l.folder == top_level_of(file); });
  if (layer == std::end(kLayers)) return;
  std::istringstream lines(content);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!std::regex_search(line, match, kInclude)) continue;
    const std::string included = resolve(root, file, match[1]);
    if (!may_include(*layer, included) || points_back(file, included)) faults.push_back(file + " includes " + included);
  }
}

// Names in backquotes: `ir/graph/graph.h` is a file, `Layout.a_good_tree_has_no_faults` a test in C++ or of CMake. The op of
// docs/adding_an_op.md is made up, and so are its files.
void check_names_in_page(const fs::path& root, const std::string& page, const std::string& content,
                         const std::string& tests, std::vector<std::string>& faults) {
  static const std::regex kQuoted(R"re(`([^`\n]+)`)re");
  static const std::regex kFile(
      R"re((bench|codegen|docs|examples|frontend|ir|passes|runtime|targets|tests|tools)(/[\w.-]+)+\.\w+)re");
  static const std::regex kTest(R"re(([A-Z]\w+)\.([a-z]\w*_\w+))re");
  for (std::sregex_iterator quoted(content.begin(), content.end(), kQuoted), end; quoted != end; ++quoted) {
    const std::string name = (*quoted)[1];
    std::smatch parts;
    if (name.find("swoosh") != std::string::npos) continue;
    if (std::regex_match(name, kFile) && !fs::exists(root / name)) {
      faults.push_back(page + " names a file that is not there: " + name);
    } else if (std::regex_match(name, parts, kTest) &&
               tests.find(parts[1].str() + ", " + parts[2].str() + ")") == tests.npos &&
               tests.find("NAME " + name) == tests.npos) {
      faults.push_back(page + " names a test that is not there: " + name);
    }
  }
}

bool is_page(const fs::path& path) { return path.extension() == ".md"; }

// The sources and CMake files of all tests.
std::string content_of_tests(const fs::path& root, const std::vector<std::string>& files) {
  std::string all;
  for (const std::string& file : files) {
    if (file.starts_with("tests/") && (is_source(file) || file.ends_with("CMakeLists.txt")))
      all += content_of(root / file);
  }
  return all;
}

std::vector<std::string> layout_faults(const fs::path& root) {
  std::vector<std::string> faults;
  std::set<std::string> unexpected;
  const std::vector<std::string> files = project_files(root);
  const std::string tests = content_of_tests(root, files);
  for (const std::string& file : files) {
    const std::string top = top_level_of(file);
    if (!starts_with_dot(top) && std::find(std::begin(kTopLevel), std::end(kTopLevel), top) == std::end(kTopLevel)) {
      if (unexpected.insert(top).second) faults.push_back(top + " is not one of the names expected at the top level");
    }
    const std::string content = content_of(root / file);
    if (!is_text(content)) continue;
    if (is_source(file)) check_includes(root, file, content, faults);
    if (is_source(file) && is_in_no_room(file)) faults.push_back(file + " is in no room of its folder");
    if (is_page(file)) check_names_in_page(root, file, content, tests, faults);
    const auto lines = static_cast<size_t>(std::count(content.begin(), content.end(), '\n'));
    if (lines > kMostLines) {
      faults.push_back(file + " has " + std::to_string(lines) + " lines, more than " + std::to_string(kMostLines));
    }
    for (std::string_view host : kRegistryHosts) {
      if (content.find(host) != std::string::npos)
        faults.push_back(file + " names a package registry: " + std::string(host));
    }
  }
  return faults;
}

// A tree in a folder of its own, removed at the end.
class TemporaryTree {
 public:
  TemporaryTree() {
    std::string name = (fs::temp_directory_path() / "burin_layout_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw fs::filesystem_error("mkdtemp", name, std::error_code(errno, std::generic_category()));
    root_ = name;
  }
  ~TemporaryTree() { fs::remove_all(root_); }
  TemporaryTree(const TemporaryTree&) = delete;
  TemporaryTree& operator=(const TemporaryTree&) = delete;

  const fs::path& root() const { return root_; }
  void write(const fs::path& path, std::string_view content) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::binary) << content;
  }

 private:
  fs::path root_;
};

using Faults = std::vector<std::string>;

TEST(Layout, this_tree_keeps_the_rules) {
  ASSERT_TRUE(fs::exists(fs::path(burin::test::source_dir()) / "ir"))
      << "the source is in " << burin::test::source_dir();
  for (const std::string& fault : layout_faults(burin::test::source_dir())) ADD_FAILURE() << fault;
}

TEST(Layout, a_good_tree_has_no_faults) {
  TemporaryTree tree;
  tree.write("CMakeLists.txt", "project(burin)\n");
  tree.write(".gitignore", "build/\n");
  tree.write("build/stray/anything.h", "#include \"passes/fold.h\"\n");
  tree.write("ir/graph/graph.h", "#include <vector>\n#include \"ir/expr/expr.h\"\n#include \"expr.h\"\n");
  tree.write("ir/expr/expr.h", "#include <fmt/core.h>\n// #include \"passes/fold.h\"\n");
  tree.write("runtime/burin.c", "#include \"burin.h\"\n");
  tree.write("runtime/burin.h", "#include <stdint.h>\n");
  tree.write("codegen/llvm/emit.cpp",
             "#include <llvm/IR/Module.h>\n#include \"runtime/burin.h\"\n#include \"targets/x86.h\"\n");
  tree.write("tests/ir_test.cpp", "#include \"ir/graph/graph.h\"\n#include \"tools/burin/main.h\"\n");
  EXPECT_EQ(layout_faults(tree.root()), Faults{});
}

TEST(Layout, an_include_that_points_back_is_named) {
  TemporaryTree tree;
  tree.write("ir/graph/graph.h", "#include \"passes/fold.h\"\n");
  tree.write("passes/fold.h", "#  include <codegen/emit.h>\n");
  EXPECT_EQ(layout_faults(tree.root()),
            (Faults{"ir/graph/graph.h includes passes/fold.h", "passes/fold.h includes codegen/emit.h"}));
}

TEST(Layout, an_include_that_points_to_a_higher_room_is_named) {
  TemporaryTree tree;
  tree.write("ir/expr/expr.h", "#include \"ir/nest/nest.h\"\n");
  tree.write("frontend/file.h", "#include \"frontend/onnx/reader/wire.h\"\n");
  tree.write("frontend/onnx/reader/wire.h", "#include \"frontend/onnx/import_model.h\"\n");
  tree.write("ir/attic/old.h", "");
  EXPECT_EQ(layout_faults(tree.root()),
            (Faults{"frontend/file.h includes frontend/onnx/reader/wire.h",
                    "frontend/onnx/reader/wire.h includes frontend/onnx/import_model.h",
                    "ir/attic/old.h is in no room of its folder", "ir/expr/expr.h includes ir/nest/nest.h"}));
}

TEST(Layout, a_relative_include_is_followed) {
  TemporaryTree tree;
  tree.write("runtime/burin.c", "#include \"../ir/ops/op.h\"\n");
  tree.write("ir/ops/op.h", "");
  EXPECT_EQ(layout_faults(tree.root()), Faults{"runtime/burin.c includes ir/ops/op.h"});
}

TEST(Layout, only_code_generation_and_tools_use_llvm) {
  TemporaryTree tree;
  tree.write("frontend/onnx.cpp", "#include <llvm/ADT/APFloat.h>\n");
  EXPECT_EQ(layout_faults(tree.root()), Faults{"frontend/onnx.cpp includes llvm/ADT/APFloat.h"});
}

TEST(Layout, no_layer_includes_tests) {
  TemporaryTree tree;
  tree.write("tools/burin/main.cpp", "#include \"tests/helpers.h\"\n");
  EXPECT_EQ(layout_faults(tree.root()), Faults{"tools/burin/main.cpp includes tests/helpers.h"});
}

TEST(Layout, a_stray_name_at_the_top_is_reported_once) {
  TemporaryTree tree;
  tree.write("notes/a.md", "");
  tree.write("notes/b.md", "");
  EXPECT_EQ(layout_faults(tree.root()), Faults{"notes is not one of the names expected at the top level"});
}

TEST(Layout, a_long_file_is_reported_with_its_length) {
  TemporaryTree tree;
  tree.write("ir/long.cpp", std::string(kMostLines, '\n'));
  tree.write("ir/longer.cpp", std::string(kMostLines + 1, '\n'));
  EXPECT_EQ(layout_faults(tree.root()), Faults{"ir/longer.cpp has 801 lines, more than 800"});
}

TEST(Layout, a_page_names_files_and_tests_that_are_there) {
  TemporaryTree tree;
  tree.write("ir/graph/graph.h", "");
  tree.write("tests/ir_test.cpp", "TEST(Graph, keeps_its_order) {}\n");
  tree.write("tests/CMakeLists.txt", "add_test(NAME Rows.are_as_onnx_has_them)\n");
  tree.write("docs/page.md",
             "`ir/graph/graph.h`, `ir/gone.h`, `ir/ops/swoosh.cpp`, `Graph.keeps_its_order`, `Graph.loses_its_order`, "
             "`Rows.are_as_onnx_has_them`, `out/libdigits.so`\n");
  EXPECT_EQ(layout_faults(tree.root()), (Faults{"docs/page.md names a file that is not there: ir/gone.h",
                                                "docs/page.md names a test that is not there: Graph.loses_its_order"}));
}

TEST(Layout, a_registry_host_is_reported_in_any_text_file) {
  TemporaryTree tree;
  const std::string host(kRegistryHosts[0]);
  tree.write("tools/install", "pip install --find-links https://" + host + "/simple\n");
  EXPECT_EQ(layout_faults(tree.root()), Faults{"tools/install names a package registry: " + host});
}

}  // namespace
