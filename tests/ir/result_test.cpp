// Diagnostics as text: a line, whatever names they are about.
#include "ir/base/result.h"

#include <gtest/gtest.h>

namespace burin::ir {
namespace {

TEST(Printable, keeps_text_of_any_language) {
  EXPECT_EQ(printable("conv1 \\ \"é\" 畳 🙂"), "conv1 \\ \"é\" 畳 🙂");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, shows_bytes_that_are_no_text) {
  EXPECT_EQ(printable("a\nb\x1b[31m\x7f"), "a\\x0ab\\x1b[31m\\x7f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");           // a terminal's control
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // needlessly long
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // half of a pair
  EXPECT_EQ(printable("\xf8\x88\x80\x80"), "\\xf8\\x88\\x80\\x80");
}

TEST(Printable, leaves_out_the_middle_of_what_is_long) {
  const std::string text = printable("<" + std::string(1'000'000, 'x') + ">");
  EXPECT_LT(text.size(), 3000U);
  EXPECT_EQ(text.front(), '<');
  EXPECT_EQ(text.back(), '>');
}

TEST(Diagnostic, is_one_line_whatever_the_names) {
  EXPECT_EQ(input_fault("missing-input", "node \"a\nb\"", "expected a tensor named \"{}\"", "\n").text(),
            "node \"a\\x0ab\": expected a tensor named \"\\x0a\" [missing-input]");
}

TEST(Diagnostic, of_a_compiler_has_the_lines_that_it_said) {
  EXPECT_EQ(environment_fault("compiler", "", "line 1\nline 2").text(), "line 1\nline 2 [compiler]");
}

}  // namespace
}  // namespace burin::ir
