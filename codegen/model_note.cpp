#include "codegen/model_note.h"

#include <algorithm>
#include <string_view>

#include "runtime/burin.h"

namespace burin::codegen {
namespace {

constexpr int64_t kVersion = 1;
constexpr std::string_view kOwner("burin\0", 6);
constexpr size_t kAlignment = 4;

size_t padded(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// --- Writing.

template <class T>
void append_number(std::vector<std::byte>& to, T number) {
  for (size_t i = 0; i < sizeof number; ++i)
    to.push_back(static_cast<std::byte>(static_cast<uint64_t>(number) >> (8 * i)));
}

void append_padded(std::vector<std::byte>& to, std::string_view text) {
  for (char c : text) to.push_back(static_cast<std::byte>(c));
  to.resize(padded(to.size()));
}

void append_item(std::vector<std::byte>& to, const NoteItem& item) {
  if (const int64_t* number = std::get_if<int64_t>(&item)) return append_number(to, *number);
  const std::string& text = std::get<std::string>(item);
  append_number(to, static_cast<uint32_t>(text.size()));
  append_padded(to, text);
}

// --- Reading.

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  bool is_broken() const { return broken_; }
  bool is_at_end() const { return rest_.empty(); }

  int64_t number() {
    uint64_t value = 0;
    for (size_t i = 0; const std::byte byte : take(sizeof value)) value |= std::to_integer<uint64_t>(byte) << (8 * i++);
    return static_cast<int64_t>(value);
  }
  uint32_t length() {
    uint32_t value = 0;
    for (size_t i = 0; const std::byte byte : take(sizeof value)) value |= std::to_integer<uint32_t>(byte) << (8 * i++);
    return value;
  }
  std::string text() { return padded_text(length()); }
  std::string padded_text(size_t bytes) {
    const std::span<const std::byte> taken = take(padded(bytes));
    return taken.empty() ? std::string() : std::string(reinterpret_cast<const char*>(taken.data()), bytes);
  }
  // `bytes` and their padding, which the end of a section may lack.
  std::span<const std::byte> block(size_t bytes) {
    const std::span<const std::byte> taken = take(bytes);
    rest_ = rest_.subspan(std::min(rest_.size(), padded(bytes) - bytes));
    return taken;
  }
  // A count of things that take at least 8 bytes each.
  int64_t count() {
    const int64_t value = number();
    broken_ |= value < 0 || static_cast<uint64_t>(value) > rest_.size() / 8;
    return broken_ ? 0 : value;
  }
  void expect(bool holds) { broken_ |= !holds; }

 private:
  std::span<const std::byte> take(size_t bytes) {
    broken_ |= bytes > rest_.size();
    if (broken_) return {};
    const std::span<const std::byte> taken = rest_.first(bytes);
    rest_ = rest_.subspan(bytes);
    return taken;
  }

  std::span<const std::byte> rest_;
  bool broken_ = false;
};

std::vector<TensorRow> read_tensors(Reader& reader) {
  std::vector<TensorRow> tensors;
  const int64_t count = reader.count();
  for (int64_t i = 0; i < count && !reader.is_broken(); ++i) {
    TensorRow& tensor = tensors.emplace_back();
    tensor.name = reader.text();
    tensor.layout = reader.text();
    tensor.element_type = static_cast<int32_t>(reader.number());
    tensor.dims.resize(static_cast<size_t>(reader.count()));
    for (int64_t& dim : tensor.dims) dim = reader.number();
  }
  return tensors;
}

void check_dimensions(Reader& reader, const std::vector<TensorRow>& tensors, size_t symbols) {
  for (const TensorRow& tensor : tensors) {
    for (int64_t dim : tensor.dims)
      reader.expect(dim >= 0 || dim == BURIN_DIM_COMPUTED || static_cast<uint64_t>(-(dim + 1)) < symbols);
  }
}

std::optional<ModelNote> parse_description(std::span<const std::byte> bytes) {
  Reader reader(bytes);
  ModelNote note;
  reader.expect(reader.number() == kVersion);
  for (std::string* text : {&note.name, &note.compiler, &note.digest, &note.interface_digest}) *text = reader.text();
  note.weights_bytes = reader.number();
  note.code_bytes = reader.number();
  reader.expect(note.weights_bytes >= 0 && note.code_bytes >= 0);
  note.inputs = read_tensors(reader);
  note.outputs = read_tensors(reader);
  const int64_t symbols = reader.count();
  const int64_t input_symbols = reader.number();
  reader.expect(0 <= input_symbols && input_symbols <= symbols);
  note.input_symbols = static_cast<int32_t>(input_symbols);
  for (int64_t i = 0; i < symbols && !reader.is_broken(); ++i) {
    SymbolRow& symbol = note.symbols.emplace_back();
    symbol.name = reader.text();
    symbol.min = reader.number();
    symbol.max = reader.number();
  }
  check_dimensions(reader, note.inputs, note.symbols.size());
  check_dimensions(reader, note.outputs, note.symbols.size());
  while (!reader.is_broken() && !reader.is_at_end()) note.targets.push_back(reader.text());
  if (reader.is_broken()) return std::nullopt;
  return note;
}

}  // namespace

std::vector<NoteItem> note_items(const ModelTables& tables, int64_t code_bytes) {
  std::vector<NoteItem> items = {
      kVersion, tables.name, tables.compiler, tables.digest, tables.interface_digest, tables.weights_bytes, code_bytes};
  const auto add_count = [&](size_t count) { items.emplace_back(static_cast<int64_t>(count)); };
  for (const std::vector<TensorRow>* side : {&tables.inputs, &tables.outputs}) {
    add_count(side->size());
    for (const TensorRow& tensor : *side) {
      items.emplace_back(tensor.name);
      items.emplace_back(tensor.layout);
      items.emplace_back(int64_t{tensor.element_type});
      add_count(tensor.dims.size());
      for (int64_t dim : tensor.dims) items.emplace_back(dim);
    }
  }
  add_count(tables.symbols.size());
  items.emplace_back(int64_t{tables.input_symbols});
  for (const SymbolRow& symbol : tables.symbols) {
    items.emplace_back(symbol.name);
    items.emplace_back(symbol.min);
    items.emplace_back(symbol.max);
  }
  return items;
}

std::vector<std::byte> note_bytes(const ModelTables& tables, int64_t code_bytes) {
  std::vector<std::byte> description;
  for (const NoteItem& item : note_items(tables, code_bytes)) append_item(description, item);
  for (const VariantTables& variant : tables.variants) append_item(description, variant.target);
  std::vector<std::byte> note;
  append_number(note, static_cast<uint32_t>(kOwner.size()));
  append_number(note, static_cast<uint32_t>(description.size()));
  append_number(note, kNoteType);
  append_padded(note, kOwner);
  note.insert(note.end(), description.begin(), description.end());
  return note;
}

std::optional<std::vector<ModelNote>> parse_notes(std::span<const std::byte> section) {
  std::vector<ModelNote> notes;
  Reader reader(section);
  while (!reader.is_at_end()) {
    const uint32_t owner_bytes = reader.length();
    const uint32_t description_bytes = reader.length();
    const uint32_t type = reader.length();
    const std::string owner = reader.padded_text(owner_bytes);
    const std::span<const std::byte> description = reader.block(description_bytes);
    if (reader.is_broken()) return std::nullopt;
    if (owner != kOwner || type != kNoteType) continue;
    std::optional<ModelNote> note = parse_description(description);
    if (!note) return std::nullopt;
    notes.push_back(std::move(*note));
  }
  return notes;
}

}  // namespace burin::codegen
