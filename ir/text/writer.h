// Lines of text in blocks that indent what is inside and close themselves.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace burin::ir {

class TextWriter {
 public:
  void line(std::string_view text) { text_.append(2 * depth_, ' ').append(text) += '\n'; }
  // Lines that are whole already.
  void raw(std::string_view lines) { text_.append(lines); }

  // Writes `head {`, and `}` when the returned guard dies.
  class Block {
   public:
    explicit Block(TextWriter& writer) : writer_(&writer) { ++writer.depth_; }
    Block(Block&& other) noexcept : writer_(std::exchange(other.writer_, nullptr)) {}
    Block& operator=(Block&&) = delete;
    ~Block() {
      if (writer_ == nullptr) return;
      --writer_->depth_;
      writer_->line("}");
    }

   private:
    TextWriter* writer_;
  };
  [[nodiscard]] Block block(std::string_view head) {
    line(std::string(head) + " {");
    return Block(*this);
  }
  // Closes one block and opens the next on the same line: `} else {`.
  void middle(std::string_view head) {
    --depth_;
    line("} " + std::string(head) + " {");
    ++depth_;
  }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  size_t depth_ = 0;
};

}  // namespace burin::ir
