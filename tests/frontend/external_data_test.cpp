#include "frontend/onnx/reader/external_data.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <thread>

#include "frontend/onnx/reader/model_reader.h"
#include "frontend/onnx/reader/open_beneath.h"
#include "tests/frontend/hostile_bytes.h"

namespace burin::frontend {
namespace {

namespace fs = std::filesystem;

std::string pair(std::string_view key, std::string_view value) { return bytes(13, bytes(1, key) + bytes(2, value)); }

// Two floats, wherever `entries` say.
std::string external_model(const std::string& entries) {
  return model_of(initializer(tensor_header(1, {2}) + entries + number(14, 1)));
}

// What reading the model's tensor gives: its bytes, or the fault.
std::string outcome(const fs::path& path) {
  auto model = read_model(path);
  if (!model) return fault_text(model);
  const auto data = tensor_data(model->tensors, model->proto.graph().initializer(0), "w");
  if (!data) return fault_text(data);
  return std::string(reinterpret_cast<const char*>(data->bytes().data()), data->bytes().size());
}

// A folder "model" with the model, beside a file that is none of its business.
struct ExternalData : testing::Test {
  std::string outcome_of(const std::string& entries) {
    return outcome(folder.write("model/m.onnx", external_model(entries)));
  }
  void expect_refused(const std::string& entries, std::string_view kind) {
    const std::string text = outcome_of(entries);
    EXPECT_NE(text.find('[' + std::string(kind) + ']'), std::string::npos) << text;
    EXPECT_EQ(text.find("secret!!"), std::string::npos);
  }
  TemporaryFolder folder;
  fs::path data = folder.write("model/w.bin", "0123456789abcdef");
  fs::path secret = folder.write("secret.bin", "secret!!");
};

TEST_F(ExternalData, reads_at_an_offset) {
  EXPECT_EQ(outcome_of(pair("location", "w.bin")), "01234567");
  EXPECT_EQ(outcome_of(pair("location", "w.bin") + pair("offset", "3") + pair("length", "8") + pair("checksum", "?")),
            "3456789a");
  EXPECT_EQ(outcome_of(pair("location", "./w.bin") + pair("offset", "8")), "89abcdef");
  folder.write("model/sub/v.bin", "subfolder");
  EXPECT_EQ(outcome_of(pair("location", "sub/v.bin")), "subfolde");
}

TEST_F(ExternalData, refuses_paths_that_lead_out) {
  expect_refused(pair("location", "../secret.bin"), "external-data-outside");
  expect_refused(pair("location", "sub/../../secret.bin"), "external-data-outside");
  expect_refused(pair("location", secret.string()), "external-data-outside");
  expect_refused(pair("location", ""), "external-data-outside");
  expect_refused(pair("location", std::string("w.bin\0x", 7)), "external-data-outside");
}

TEST_F(ExternalData, refuses_links_that_lead_out) {
  fs::create_symlink("../secret.bin", folder.path() / "model/link.bin");
  fs::create_directory_symlink("..", folder.path() / "model/up");
  fs::create_symlink("/dev/zero", folder.path() / "model/zero");
  expect_refused(pair("location", "link.bin"), "external-data-outside");
  expect_refused(pair("location", "up/secret.bin"), "external-data-outside");
  expect_refused(pair("location", "zero"), "external-data-outside");
}

TEST_F(ExternalData, a_folder_whose_name_begins_like_the_models_is_another_folder) {
  folder.write("model2/w.bin", "secret!!");
  fs::create_symlink("../model2/w.bin", folder.path() / "model/link.bin");
  expect_refused(pair("location", "link.bin"), "external-data-outside");
}

TEST_F(ExternalData, follows_links_within_the_folder) {
  fs::create_symlink("w.bin", folder.path() / "model/link.bin");
  EXPECT_EQ(outcome_of(pair("location", "link.bin")), "01234567");
}

TEST_F(ExternalData, follows_links_into_the_folder_that_a_linked_model_lies_in) {
  folder.write("blobs/a1", external_model(pair("location", "w.bin")));
  folder.write("blobs/b2", "blobdata");
  fs::create_directory(folder.path() / "snapshot");
  fs::create_symlink("../blobs/a1", folder.path() / "snapshot/m.onnx");
  fs::create_symlink("../blobs/b2", folder.path() / "snapshot/w.bin");
  EXPECT_EQ(outcome(folder.path() / "snapshot/m.onnx"), "blobdata");
}

TEST_F(ExternalData, refuses_files_with_another_name) {
  fs::create_hard_link(secret, folder.path() / "model/hard.bin");
  expect_refused(pair("location", "hard.bin"), "external-data-outside");
  fs::create_symlink("hard.bin", folder.path() / "model/soft.bin");
  expect_refused(pair("location", "soft.bin"), "external-data-outside");
}

TEST_F(ExternalData, refuses_keys_that_are_given_twice) {
  expect_refused(pair("location", "w.bin") + pair("location", "../secret.bin"), "external-data");
  expect_refused(pair("location", "w.bin") + pair("offset", "0") + pair("offset", "8"), "external-data");
  expect_refused(pair("location", "w.bin") + pair("length", "8") + pair("length", "8"), "external-data");
}

// Someone exchanges a file and a link that leads out, again and again, between any two steps of the reader.
TEST_F(ExternalData, reads_nothing_outside_while_files_and_links_change_places) {
  const fs::path file = folder.path() / "model/w.bin";
  const fs::path link = folder.path() / "model/link.bin";
  fs::create_symlink("../secret.bin", link);
  const fs::path model = folder.write("model/m.onnx", external_model(pair("location", "w.bin")));
  std::atomic<bool> stop = false;
  std::thread other([&] {
    while (!stop) ::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, link.c_str(), RENAME_EXCHANGE);
  });
  int right = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = outcome(model);
    EXPECT_EQ(text.find("secret!!"), std::string::npos);
    right += text == "01234567" ? 1 : 0;
  }
  stop = true;
  other.join();
  EXPECT_GT(right, 0);
}

// What a kernel without openat2 gets.
TEST_F(ExternalData, opens_component_by_component_without_links) {
  folder.write("model/sub/v.bin", "subfolder");
  fs::create_symlink("v.bin", folder.path() / "model/sub/link.bin");
  fs::create_directory_symlink("sub", folder.path() / "model/other");
  const Descriptor root(::open((folder.path() / "model").c_str(), O_RDONLY | O_DIRECTORY));
  for (auto* const open : {open_by_components, open_beneath}) {
    EXPECT_TRUE(open(root.number(), "w.bin").is_open());
    EXPECT_TRUE(open(root.number(), "./sub/v.bin").is_open());
    EXPECT_FALSE(open(root.number(), "sub/link.bin").is_open());
    EXPECT_FALSE(open(root.number(), "other/v.bin").is_open());
    EXPECT_FALSE(open(root.number(), "../secret.bin").is_open());
    EXPECT_FALSE(open(root.number(), secret.string()).is_open());
    EXPECT_FALSE(open(root.number(), "absent").is_open());
  }
}

TEST_F(ExternalData, refuses_what_is_not_a_file_with_enough_bytes) {
  fs::create_directory(folder.path() / "model/dir");
  expect_refused(pair("location", "dir"), "not-a-file");
  expect_refused(pair("location", "absent.bin"), "external-data-missing");
  expect_refused(pair("location", "w.bin") + pair("offset", "9"), "external-data-short");
  expect_refused(pair("location", "w.bin") + pair("offset", "9223372036854775807"), "external-data-short");
  expect_refused(pair("location", "w.bin") + pair("length", "7"), "tensor-size");
  folder.write("model/empty.bin", "");
  expect_refused(pair("location", "empty.bin"), "external-data-short");
}

TEST_F(ExternalData, refuses_numbers_that_are_none) {
  for (const std::string_view bad : {"-1", "", "1x", "0x8", "9223372036854775808"}) {
    expect_refused(pair("location", "w.bin") + pair("offset", bad), "external-data");
  }
  expect_refused(pair("offset", "0"), "external-data");
}

TEST_F(ExternalData, a_model_in_memory_has_no_files) {
  const std::string text = external_model(pair("location", "w.bin"));
  auto model = read_model_bytes(as_bytes(text));
  ASSERT_TRUE(model) << fault_text(model);
  EXPECT_EQ(fault_kind(tensor_data(model->tensors, model->proto.graph().initializer(0), "w")), "external-data");
}

TEST_F(ExternalData, reads_beyond_two_gigabytes) {
  const fs::path sparse = folder.write("model/big.bin", "");
  fs::resize_file(sparse, (uint64_t{5} << 30));  // a hole: takes no space
  std::fstream file(sparse, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(int64_t{3} << 30);
  file << "far away";
  file.close();
  EXPECT_EQ(outcome_of(pair("location", "big.bin") + pair("offset", std::to_string(int64_t{3} << 30))), "far away");
}

}  // namespace
}  // namespace burin::frontend
