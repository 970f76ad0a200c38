#include "frontend/onnx/reader/file_hint.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace burin::frontend {
namespace {

using namespace std::string_view_literals;

struct Signature {
  size_t offset;
  std::string_view bytes;
  std::string_view hint;
};

constexpr Signature kSignatures[] = {
    {0, "version https://git-lfs"sv, "this is a git-lfs pointer: run `git lfs pull` to fetch the model itself"},
    {0, "PK\x03\x04"sv,
     "this is a zip archive (a PyTorch or Keras file, or a packed model): unpack it, or export to ONNX"},
    {0, "\x1f\x8b"sv, "this is gzip-compressed: run gunzip first"},
    {0, "\x28\xb5\x2f\xfd"sv, "this is zstd-compressed: run unzstd first"},
    {0, "!<arch>\n"sv, "this is a static library: `burin inspect` reads it; to run its model, link it into a program"},
    {0, "\177ELF"sv, "this is a compiled library or object, not a model"},
    {0, "GGUF"sv, "this is a GGUF file, not ONNX"},
    {0, "\x89HDF"sv, "this is an HDF5 (Keras) file: export it to ONNX with tf2onnx"},
    {0, "\x80\x02"sv, "this is a Python pickle (PyTorch): export it with torch.onnx.export"},
    {4, "TFL3"sv, "this is a TensorFlow Lite model, not ONNX"},
    {4, "ORTM"sv, "this is in ONNX Runtime's own format: use the .onnx file that it was made from"},
    {8, "{\""sv, "this is a safetensors file: weights without a graph"},
};

}  // namespace

std::string hint_for_other_file(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), std::min<size_t>(bytes.size(), 512));
  for (const Signature& signature : kSignatures) {
    if (text.size() > signature.offset && text.substr(signature.offset).starts_with(signature.bytes)) {
      return std::string(signature.hint);
    }
  }
  const size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == std::string_view::npos) return "";
  if (text[first] == '<') return "this is HTML or XML, perhaps an error page: download the model again";
  const bool is_text =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isprint(c) || std::isspace(c); });
  if (!is_text) return "";
  if (text[first] == '{' || text[first] == '[') return "this is JSON: burin reads the binary .onnx file";
  return "this is text: burin reads the binary .onnx file";
}

}  // namespace burin::frontend
