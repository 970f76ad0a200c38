#include "frontend/numpy/npz.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "frontend/mapped_file.h"
#include "frontend/numpy/zip.h"
#include "ir/base/checked.h"

namespace burin::frontend {
namespace {

using ir::ElementType;

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr size_t kMostDims = 64;  // numpy's own limit

struct TypeRow {
  std::string_view code;  // without the byte order
  ElementType type;
};
constexpr TypeRow kTypes[] = {
    {"b1", ElementType::kBool}, {"i1", ElementType::kI8},  {"i2", ElementType::kI16}, {"i4", ElementType::kI32},
    {"i8", ElementType::kI64},  {"u1", ElementType::kU8},  {"u2", ElementType::kU16}, {"u4", ElementType::kU32},
    {"u8", ElementType::kU64},  {"f2", ElementType::kF16}, {"f4", ElementType::kF32}, {"f8", ElementType::kF64},
};

struct Header {
  std::string_view descr;
  std::string_view order;  // "True" for Fortran's
  std::vector<int64_t> dims;
};

// The header is a Python dictionary of three known keys; this reads that and nothing else of Python.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : text_(text) {}

  std::optional<Header> parse() {
    Header header;
    int seen = 0;
    if (!take('{')) return std::nullopt;
    while (!take('}')) {
      const std::optional<std::string_view> key = quoted();
      if (!key || !take(':')) return std::nullopt;
      if (*key == "descr") {
        const auto value = quoted();
        if (!value) return std::nullopt;  // a list: a record
        header.descr = *value, seen |= 1;
      } else if (*key == "fortran_order") {
        header.order = word(), seen |= 2;
      } else if (*key != "shape" || !shape(header.dims)) {
        return std::nullopt;
      } else {
        seen |= 4;
      }
      if (!take(',') && !at('}')) return std::nullopt;
    }
    if (seen != 7 || (header.order != "True" && header.order != "False")) return std::nullopt;
    return header;
  }

 private:
  void skip_space() { text_.remove_prefix(std::min(text_.find_first_not_of(" \n"), text_.size())); }
  bool at(char c) { return skip_space(), text_.starts_with(c); }
  bool take(char c) {
    if (!at(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::optional<std::string_view> quoted() {
    const char quote = at('"') ? '"' : '\'';
    if (!take(quote)) return std::nullopt;
    const size_t end = text_.find(quote);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view content = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return content;
  }
  std::string_view word() {
    skip_space();
    const std::string_view content = text_.substr(0, std::min(text_.find_first_of(" ,}"), text_.size()));
    text_.remove_prefix(content.size());
    return content;
  }
  bool shape(std::vector<int64_t>& dims) {
    dims.clear();
    if (!take('(')) return false;
    while (!take(')')) {
      skip_space();
      int64_t dim = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), dim);
      if (error != std::errc() || dim < 0 || dims.size() == kMostDims) return false;
      text_.remove_prefix(static_cast<size_t>(end - text_.data()));
      dims.push_back(dim);
      if (!take(',') && !at(')')) return false;
    }
    return true;
  }

  std::string_view text_;
};

// The text of the header, and where the elements begin.
std::optional<std::pair<std::string_view, size_t>> header_text(std::span<const std::byte> file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with(kMagic) || text.size() < 12) return std::nullopt;
  const auto version = static_cast<unsigned char>(text[6]);
  if (version < 1 || version > 3) return std::nullopt;
  const size_t length_bytes = version == 1 ? 2 : 4;
  uint32_t length = 0;
  std::memcpy(&length, text.data() + 8, length_bytes);
  const size_t begin = 8 + length_bytes;
  if (length > text.size() - begin) return std::nullopt;
  return std::pair(text.substr(begin, length), begin + length);
}

ir::Result<ElementType> type_of(std::string_view descr) {
  const std::string_view code = descr.empty() ? descr : descr.substr(1);
  const auto* row =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeRow& r) { return r.code == code; });
  const bool is_little = !descr.empty() && (descr[0] == '<' || descr[0] == '|' || descr[0] == '=');
  if (row != std::end(kTypes) && (is_little || code.ends_with('1'))) return row->type;
  ir::Diagnostic fault =
      ir::unsupported("unsupported-data-type", "", "expected little-endian numbers or booleans, found \"{}\"", descr);
  fault.hint = "convert with array.astype(\"<f4\") before saving";
  return fault;
}

ir::Result<NumpyArray> fill(NumpyArray array, std::span<const std::byte> elements) {
  const std::optional<int64_t> count = ir::checked_product(array.dims);
  const std::optional<int64_t> bytes = count ? ir::checked_mul(*count, ir::size_of(array.type)) : std::nullopt;
  if (!bytes || static_cast<uint64_t>(*bytes) != elements.size()) {
    return ir::input_fault("tensor-size", "", "expected {} bytes for the shape, found {}", bytes.value_or(INT64_MAX),
                           elements.size());
  }
  array.bytes.assign(elements.begin(), elements.end());
  if (array.type == ElementType::kBool) {
    for (std::byte& byte : array.bytes) byte = std::byte{byte != std::byte{}};
  }
  return array;
}

// From Fortran's order, where the first dimension is the one that runs fastest.
std::vector<std::byte> row_major(const NumpyArray& array) {
  const std::vector<int64_t>& dims = array.dims;
  const auto element = static_cast<size_t>(ir::size_of(array.type));
  std::vector<std::byte> bytes(array.bytes.size());
  std::vector<int64_t> index(dims.size(), 0);
  for (size_t to = 0; to < bytes.size(); to += element) {
    // Within the array's bytes, whose number was computed with checks.
    int64_t from = 0;
    for (size_t axis = dims.size(); axis-- > 0;) from = from * dims[axis] + index[axis];
    std::memcpy(&bytes[to], &array.bytes[static_cast<size_t>(from) * element], element);
    for (size_t axis = dims.size(); axis-- > 0;) {
      if (++index[axis] < dims[axis]) break;
      index[axis] = 0;
    }
  }
  return bytes;
}

ir::Diagnostics within(ir::Diagnostics faults, const std::string& where) {
  for (ir::Diagnostic& fault : faults) fault.where = fault.where.empty() ? where : where + ": " + fault.where;
  return faults;
}

}  // namespace

ir::Result<NumpyArray> read_npy_bytes(std::span<const std::byte> file) {
  const auto text = header_text(file);
  if (!text) return ir::input_fault("malformed-npy", "", "expected a header of numpy's format 1 to 3, found none");
  const std::optional<Header> header = HeaderParser(text->first).parse();
  if (!header) {
    return ir::input_fault("malformed-npy", "",
                           "expected a header with a number type, an order and a shape, found another one");
  }
  const ir::Result<ElementType> type = type_of(header->descr);
  if (!type) return type.faults();
  ir::Result<NumpyArray> array =
      fill({.name = "", .type = *type, .dims = header->dims, .bytes = {}}, file.subspan(text->second));
  if (array && header->order == "True") array->bytes = row_major(*array);
  return array;
}

ir::Result<std::vector<NumpyArray>> read_npz_bytes(std::span<const std::byte> file, int64_t max_bytes) {
  const ir::Result<std::vector<ZipEntry>> entries = zip_entries(file);
  if (!entries) return entries.faults();
  std::vector<NumpyArray> arrays;
  std::set<std::string> names;
  int64_t total = 0;
  for (const ZipEntry& entry : *entries) {
    const std::string where = fmt::format("entry \"{}\"", entry.name);
    if (!entry.name.ends_with(".npy")) {
      return ir::input_fault("malformed-npz", where, "expected a name that ends in .npy, found another one");
    }
    if (!names.insert(entry.name).second)
      return ir::input_fault("malformed-npz", where, "expected one entry of this name, found two");
    total = ir::checked_add(total, entry.size).value_or(INT64_MAX);
    if (total > max_bytes) {
      return ir::input_fault("too-much-data", where, "expected at most {} bytes in all arrays, found {}", max_bytes,
                             total);
    }
    const ir::Result<std::vector<std::byte>> bytes = unpack(entry);
    if (!bytes) return bytes.faults();
    ir::Result<NumpyArray> array = read_npy_bytes(*bytes);
    if (!array) return within(array.faults(), where);
    array->name = entry.name.substr(0, entry.name.size() - 4);
    arrays.push_back(std::move(*array));
  }
  return arrays;
}

ir::Result<std::vector<NumpyArray>> read_npz(const std::filesystem::path& path, int64_t max_bytes) {
  const ir::Result<MappedFile> file = MappedFile::open(path);
  if (!file) return file.faults();
  ir::Result<std::vector<NumpyArray>> arrays = read_npz_bytes(file->bytes(), max_bytes);
  if (!arrays) return within(arrays.faults(), path.string());
  return arrays;
}

}  // namespace burin::frontend
