#include "frontend/numpy/npz.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "frontend/numpy/zip.h"
#include "tests/frontend/hostile_bytes.h"

namespace burin::frontend {
namespace {

std::string npy(const std::string& header, const std::string& elements) {
  return std::string("\x93NUMPY\x01\x00", 8) + raw(static_cast<uint16_t>(header.size())) + header + elements;
}
std::string header(const std::string& descr, const std::string& shape, const std::string& order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }          \n";
}

struct Packed {
  std::string name;
  std::string content;  // unpacked
  uint16_t method = 0;
  std::string data = {};      // instead of what `content` packs to
  int64_t claimed_size = -1;  // instead of content.size()
  uint16_t flags = 0;
};

std::string deflated(const std::string& content) {
  std::string out(compressBound(content.size()) + 64, '\0');
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zip(const std::vector<Packed>& entries) {
  std::string body;
  std::string directory;
  for (const Packed& entry : entries) {
    const std::string data = !entry.data.empty() ? entry.data
                             : entry.method == 8 ? deflated(entry.content)
                                                 : entry.content;
    const auto crc =
        static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(entry.content.data()), entry.content.size()));
    const auto size =
        static_cast<uint32_t>(entry.claimed_size < 0 ? static_cast<int64_t>(entry.content.size()) : entry.claimed_size);
    const std::string common = raw(entry.flags) + raw(entry.method) + raw(uint32_t{0}) + raw(crc) +
                               raw(static_cast<uint32_t>(data.size())) + raw(size) +
                               raw(static_cast<uint16_t>(entry.name.size())) + raw(uint16_t{0});
    directory += raw(uint32_t{0x02014b50}) + raw(uint16_t{20}) + raw(uint16_t{20}) + common + raw(uint16_t{0}) +
                 raw(uint16_t{0}) + raw(uint16_t{0}) + raw(uint32_t{0}) + raw(static_cast<uint32_t>(body.size())) +
                 entry.name;
    body += raw(uint32_t{0x04034b50}) + raw(uint16_t{20}) + common + entry.name + data;
  }
  const auto count = static_cast<uint16_t>(entries.size());
  return body + directory + raw(uint32_t{0x06054b50}) + raw(uint32_t{0}) + raw(count) + raw(count) +
         raw(static_cast<uint32_t>(directory.size())) + raw(static_cast<uint32_t>(body.size())) + raw(uint16_t{0});
}

std::string two_floats() { return npy(header("<f4", "(2,)"), raw(1.0F) + raw(2.0F)); }

TEST(Npy, reads_types_and_shapes) {
  const auto matrix = read_npy_bytes(as_bytes(npy(header("<i2", "(2, 1)"), "abcd")));
  ASSERT_TRUE(matrix) << fault_text(matrix);
  EXPECT_EQ(matrix->type, ir::ElementType::kI16);
  EXPECT_EQ(matrix->dims, (std::vector<int64_t>{2, 1}));
  const auto scalar = read_npy_bytes(as_bytes(npy(header("<f8", "()"), raw(1.0))));
  ASSERT_TRUE(scalar) << fault_text(scalar);
  EXPECT_TRUE(scalar->dims.empty());
  const auto booleans = read_npy_bytes(as_bytes(npy(header("|b1", "(3,)", "True"), std::string("\0\1\4", 3))));
  ASSERT_TRUE(booleans) << fault_text(booleans);
  EXPECT_EQ(booleans->bytes[2], std::byte{1});
}

TEST(Npy, turns_fortran_order_into_row_major) {
  // numpy.asfortranarray(numpy.arange(24, dtype="u1").reshape(2, 3, 4)).tobytes(order="A")
  const std::string columns(
      "\x00\x0c\x04\x10\x08\x14\x01\x0d\x05\x11\x09\x15\x02\x0e\x06\x12\x0a\x16\x03\x0f\x07\x13\x0b\x17", 24);
  const auto array = read_npy_bytes(as_bytes(npy(header("|u1", "(2, 3, 4)", "True"), columns)));
  ASSERT_TRUE(array) << fault_text(array);
  for (size_t i = 0; i < 24; ++i) EXPECT_EQ(array->bytes[i], static_cast<std::byte>(i)) << i;
  EXPECT_TRUE(read_npy_bytes(as_bytes(npy(header("|u1", "(2, 0)", "True"), ""))));
}

TEST(Npy, refuses_other_contents) {
  const std::pair<std::string, std::string> cases[] = {
      {npy(header(">f4", "(1,)"), "abcd"), "unsupported-data-type"},
      {npy(header("|O", "(1,)"), "abcd"), "unsupported-data-type"},
      {npy(header("<U4", "(1,)"), "abcd"), "unsupported-data-type"},
      {npy(header("", "(1,)"), "abcd"), "unsupported-data-type"},
      {npy(header("<f4", "(3,)"), "abcd"), "tensor-size"},
      {npy(header("<f4", "(1,)"), "abcde"), "tensor-size"},
      {npy(header("<f4", "(9223372036854775807, 9)"), "abcd"), "tensor-size"},
      {npy(header("<f4", "(99999999999999999999,)"), "abcd"), "malformed-npy"},
      {npy(header("<f4", "(-1,)"), "abcd"), "malformed-npy"},
      {npy(header("<f4", "(1,)", "Maybe"), "abcd"), "malformed-npy"},
      {npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "abcd"), "malformed-npy"},
      {npy("{'descr': '<f4', 'shape': (1,)}", "abcd"), "malformed-npy"},
      {npy("{'descr': '<f4", ""), "malformed-npy"},
      {"\x93NUMPY", "malformed-npy"},
      {"", "malformed-npy"},
  };
  for (const auto& [content, kind] : cases) EXPECT_EQ(fault_kind(read_npy_bytes(as_bytes(content))), kind) << content;
}

TEST(Npz, reads_stored_and_deflated_arrays) {
  const auto arrays = read_npz_bytes(as_bytes(zip({{"x.npy", two_floats()}, {"y.npy", two_floats(), 8}})));
  ASSERT_TRUE(arrays) << fault_text(arrays);
  ASSERT_EQ(arrays->size(), 2U);
  EXPECT_EQ((*arrays)[0].name, "x");
  EXPECT_EQ((*arrays)[1].name, "y");
  EXPECT_EQ((*arrays)[0].bytes, (*arrays)[1].bytes);
}

TEST(Npz, survives_truncation_at_every_byte_and_every_flipped_bit) {
  const std::string whole = zip({{"x.npy", two_floats()}, {"y.npy", two_floats(), 8}});
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::vector<std::byte> cut(as_bytes(whole).begin(), as_bytes(whole).begin() + static_cast<ptrdiff_t>(size));
    EXPECT_FALSE(read_npz_bytes(cut)) << size;
  }
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::vector<std::byte> flipped(as_bytes(whole).begin(), as_bytes(whole).end());
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    (void)read_npz_bytes(flipped);
  }
}

TEST(Npz, refuses_archives_that_lie) {
  const std::string array = two_floats();
  const std::pair<Packed, std::string> cases[] = {
      {{.name = "x.npy", .content = array, .claimed_size = 4'000'000'000}, "malformed-zip"},
      {{.name = "x.npy", .content = array, .method = 8, .claimed_size = 4'000'000'000}, "malformed-zip"},
      {{.name = "x.npy", .content = array, .method = 8, .claimed_size = 10}, "malformed-zip"},
      {{.name = "x.npy", .content = array, .method = 8, .claimed_size = 500}, "malformed-zip"},
      {{.name = "x.npy", .content = array, .method = 8, .data = "\xff\xff\xff"}, "malformed-zip"},
      {{.name = "x.npy", .content = array, .data = std::string(array.size(), 'z')}, "malformed-zip"},
      {{.name = "x.npy", .content = array, .method = 12}, "unsupported-zip"},
      {{.name = "x.npy", .content = array, .flags = 1}, "unsupported-zip"},
      {{.name = "x.txt", .content = array}, "malformed-npz"},
  };
  for (const auto& [entry, kind] : cases) EXPECT_EQ(fault_kind(read_npz_bytes(as_bytes(zip({entry})))), kind);
  EXPECT_EQ(fault_kind(read_npz_bytes(as_bytes(zip({{"x.npy", array}, {"x.npy", array}})))), "malformed-npz");
}

TEST(Npz, limits_what_all_arrays_unpack_to) {
  const std::string zeros = npy(header("|u1", "(1000000,)"), std::string(1'000'000, '\0'));
  const std::string bomb = zip({{"a.npy", zeros, 8}, {"b.npy", zeros, 8}});
  EXPECT_LT(bomb.size(), 5000U);
  EXPECT_TRUE(read_npz_bytes(as_bytes(bomb)));
  EXPECT_EQ(fault_kind(read_npz_bytes(as_bytes(bomb), 1'500'000)), "too-much-data");
}

}  // namespace
}  // namespace burin::frontend
