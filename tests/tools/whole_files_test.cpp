// Files appear whole or not at all, whatever happens to the machine or to burin on the way, and what the machine lacks ends
// with exit code 3.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "tests/tools/process.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

const std::string kDigits = source("tools/digits/digits.onnx");

// What compiles into which files differently: each writes by a way of its own.
const std::vector<std::vector<std::string>> kWays = {
    {"--emit", "lib"}, {"--emit", "static-lib"}, {"--emit", "cpp"}, {"--emit", "lib", "--toolchain", "gcc"}};

std::vector<std::string> compile_command(const std::string& folder, const std::vector<std::string>& way) {
  std::vector<std::string> words = {"compile", kDigits, "-o", folder, "-t", "x86_64-v3"};
  words.insert(words.end(), way.begin(), way.end());
  return words;
}

// Everything in a folder, by name.
std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() && !entry.path().filename().string().starts_with(".")) continue;  // put there by a test
    std::ifstream file(entry.is_directory() ? fs::path() : entry.path(), std::ios::binary);
    files[entry.path().filename()] = std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

// A file system of `bytes` in memory, until the end of the test.
class SmallDisk {
 public:
  SmallDisk(fs::path path, const std::string& size, unsigned long flags = 0) : path_(std::move(path)) {
    fs::create_directory(path_);
    is_mounted_ = mount("burin_test", path_.c_str(), "tmpfs", flags, ("size=" + size).c_str()) == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (is_mounted_) umount2(path_.c_str(), MNT_DETACH);
  }

  bool is_mounted() const { return is_mounted_; }

 private:
  fs::path path_;
  bool is_mounted_ = false;
};

// --- Disks.

// The library of the example has 140 KB of weights; each limit is reached by another of those who write.
TEST(WholeFiles, a_limit_on_files_leaves_nothing) {
  for (const auto& way : kWays) {
    const Scratch scratch;
    for (const rlim_t most : {1000, 60'000, 120'000}) {
      const auto small_files = [&] {
        const rlimit limit{most, most};
        setrlimit(RLIMIT_FSIZE, &limit);
      };
      const Finished made = run_burin(compile_command("out", way), scratch.path(), small_files);
      EXPECT_EQ(made.exit_code, 3) << most << " bytes: " << made.errors;
      EXPECT_FALSE(fs::exists(scratch.path() / "out"));
    }
  }
}

TEST(WholeFiles, a_full_disk_leaves_nothing) {
  for (const auto& way : kWays) {
    for (const char* size : {"4k", "100k"}) {
      const Scratch scratch;
      const SmallDisk disk(scratch.path() / "disk", size);
      if (!disk.is_mounted()) GTEST_SKIP() << "no right to mount a small disk: a full one is not tested";
      const Finished made = run_burin(compile_command("disk/out", way), scratch.path());
      EXPECT_EQ(made.exit_code, 3) << size << ": " << made.errors;
      EXPECT_NE(made.errors.find("disk/out"), std::string::npos) << made.errors;
      EXPECT_TRUE(fs::is_empty(scratch.path() / "disk"));
    }
  }
}

TEST(WholeFiles, a_full_disk_keeps_what_was_there) {
  const Scratch scratch;
  const SmallDisk disk(scratch.path() / "disk", "100k");
  if (!disk.is_mounted()) GTEST_SKIP() << "no right to mount a small disk: a full one is not tested";
  fs::create_directory(scratch.path() / "disk/out");
  scratch.write("disk/out/libdigits.so", "old");
  EXPECT_EQ(run_burin(compile_command("disk/out", kWays[0]), scratch.path()).exit_code, 3);
  EXPECT_EQ(files_in(scratch.path() / "disk/out"), (std::map<std::string, std::string>{{"libdigits.so", "old"}}));
}

TEST(WholeFiles, a_full_disk_for_temporary_files_is_the_environments_fault) {
  const Scratch scratch;
  const SmallDisk disk(scratch.path() / "tmp", "8k");
  if (!disk.is_mounted()) GTEST_SKIP() << "no right to mount a small disk: a full one is not tested";
  const std::string temporary = scratch.path() / "tmp";
  const auto prepare = [&] { setenv("TMPDIR", temporary.c_str(), 1); };
  const Finished made = run_burin(compile_command("out", kWays[3]), scratch.path(), prepare);
  EXPECT_EQ(made.exit_code, 3) << made.errors;
  EXPECT_FALSE(fs::exists(scratch.path() / "out"));
}

TEST(WholeFiles, a_disk_that_is_read_only_is_named) {
  const Scratch scratch;
  const SmallDisk disk(scratch.path() / "disk", "1m", MS_RDONLY);
  if (!disk.is_mounted()) GTEST_SKIP() << "no right to mount a small disk: a read-only one is not tested";
  for (const char* folder : {"disk", "disk/out"}) {
    const Finished made = run_burin(compile_command(folder, kWays[0]), scratch.path());
    EXPECT_EQ(made.exit_code, 3);
    EXPECT_NE(made.errors.find("Read-only file system"), std::string::npos) << made.errors;
  }
}

// --- Names.

TEST(WholeFiles, folders_that_cannot_be_made_are_named) {
  const Scratch scratch;
  scratch.write("file", "kept");
  for (const char* folder : {"file", "file/below", "/proc/burin"}) {
    const Finished made = run_burin(compile_command(folder, kWays[0]), scratch.path());
    EXPECT_EQ(made.exit_code, 3);
    EXPECT_NE(made.errors.find(std::string(folder) + ": cannot make the folder"), std::string::npos) << made.errors;
  }
  EXPECT_EQ(scratch.read("file"), "kept");
}

TEST(WholeFiles, a_folder_in_the_place_of_a_file_stays_and_nothing_is_written) {
  for (const char* name : {"libdigits.so", "digits.h", "example.c"}) {
    const Scratch scratch;
    fs::create_directories(scratch.path() / "out" / name / "inside");
    const Finished made = run_burin(compile_command("out", kWays[0]), scratch.path());
    EXPECT_EQ(made.exit_code, 3);
    EXPECT_NE(made.errors.find(std::string("out/") + name + ": cannot write: Is a directory"), std::string::npos)
        << made.errors;
    EXPECT_TRUE(files_in(scratch.path() / "out").empty());
    EXPECT_TRUE(fs::exists(scratch.path() / "out" / name / "inside"));
  }
}

TEST(WholeFiles, a_report_that_cannot_be_written_is_named) {
  const Scratch scratch;
  std::vector<std::string> words = compile_command("out", kWays[0]);
  words.insert(words.end(), {"--json", "/proc/report.json"});
  const Finished made = run_burin(words, scratch.path());
  EXPECT_EQ(made.exit_code, 3);
  EXPECT_NE(made.errors.find("/proc"), std::string::npos) << made.errors;
}

// --- Ends.

// Starts burin and kills it and what it started after `delay`.
void run_and_kill(std::vector<std::string> words, const fs::path& folder, std::chrono::microseconds delay) {
  words.insert(words.begin(), burin());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    setpgid(0, 0);
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    if (chdir(folder.c_str()) == 0) execv(arguments[0], arguments.data());
    _exit(127);
  }
  setpgid(pid, pid);
  usleep(static_cast<useconds_t>(delay.count()));
  kill(-pid, SIGKILL);
  waitpid(pid, nullptr, 0);
}

// The file that appears after those that go with it.
std::string last_of(const std::vector<std::string>& way) {
  if (way[1] == "lib") return "libdigits.so";
  return way[1] == "static-lib" ? "libdigits.a" : "digits.cpp";
}

TEST(WholeFiles, an_end_at_any_time_leaves_whole_files_and_nothing_else) {
  constexpr int kMoments = BURIN_IS_SANITIZED ? 4 : 12;
  for (const auto& way : kWays) {
    const Scratch scratch;
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(run_burin(compile_command("whole", way), scratch.path()).exit_code, 0);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    const auto whole = files_in(scratch.path() / "whole");
    setenv("TMPDIR", scratch.path().c_str(), 1);  // what the killed leave there goes with the test's folder
    for (int moment = 0; moment < kMoments; ++moment) {
      // More of them towards the end, where files are written and named.
      run_and_kill(compile_command("out", way), scratch.path(), took * (moment + kMoments / 2) / (kMoments * 4 / 3));
      const auto left = files_in(scratch.path() / "out");
      for (const auto& [name, text] : left) {
        ASSERT_TRUE(whole.contains(name)) << name;
        EXPECT_TRUE(text == whole.at(name)) << name << " of " << text.size() << " bytes";
      }
      EXPECT_TRUE(!left.contains(last_of(way)) || left.size() == whole.size());
      EXPECT_TRUE(!left.empty() || !fs::exists(scratch.path() / "out"));
      fs::remove_all(scratch.path() / "out");
    }
    unsetenv("TMPDIR");
  }
}

TEST(WholeFiles, older_files_are_replaced_or_kept_whole) {
  const Scratch scratch;
  ASSERT_EQ(run_burin(compile_command("whole", kWays[0]), scratch.path()).exit_code, 0);
  const auto whole = files_in(scratch.path() / "whole");
  fs::create_directory(scratch.path() / "out");
  for (const auto& [name, text] : whole) scratch.write("out/" + name, std::string_view("old"));
  for (int moment = 0; moment < 8; ++moment) {
    run_and_kill(compile_command("out", kWays[0]), scratch.path(), std::chrono::milliseconds(10 * moment));
    const auto left = files_in(scratch.path() / "out");
    EXPECT_EQ(left.size(), whole.size());
    for (const auto& [name, text] : left) EXPECT_TRUE(text == "old" || text == whole.at(name)) << name;
  }
  ASSERT_EQ(run_burin(compile_command("out", kWays[0]), scratch.path()).exit_code, 0);
  EXPECT_TRUE(files_in(scratch.path() / "out") == whole);
}

// A burin that was killed leaves its scratch folder for temporary files to the next one.
TEST(WholeFiles, scratch_folders_of_the_dead_are_removed) {
  const Scratch scratch;
  fs::create_directories(scratch.path() / "burin-tmp-abcdef/below");
  fs::create_directories(scratch.path() / "burin-tmp-of-someone-else");
  const std::string temporary = scratch.path();
  const Finished made =
      run_burin(compile_command("out", kWays[0]), scratch.path(), [&] { setenv("TMPDIR", temporary.c_str(), 1); });
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  EXPECT_FALSE(fs::exists(scratch.path() / "burin-tmp-abcdef"));
  EXPECT_TRUE(fs::exists(scratch.path() / "burin-tmp-of-someone-else"));
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), {}), 2);
}

}  // namespace
}  // namespace burin::tools
