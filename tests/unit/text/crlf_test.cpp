#include "text/crlf.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace text {
namespace {

TEST(CrLf, PutsACarriageReturnBeforeEachLineFeed) {
  EXPECT_EQ(CrLf().next("a\nb\n\nc"), "a\r\nb\r\n\r\nc");
  EXPECT_EQ(CrLf().next(""), "");
}

TEST(CrLf, LeavesAPairAsItIs) { EXPECT_EQ(CrLf().next("a\r\n\rb\n"), "a\r\n\rb\r\n"); }

TEST(CrLf, GivesTheSameHoweverTheStreamIsCut) {
  const std::string_view stream = "a\r\n\n\r\r\nb\n";
  const std::string whole = CrLf().next(stream);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    CrLf lines;
    std::string pieces = lines.next(stream.substr(0, cut));
    pieces += lines.next(stream.substr(cut));
    EXPECT_EQ(pieces, whole) << "cut at " << cut;
  }
}

}  // namespace
}  // namespace text
