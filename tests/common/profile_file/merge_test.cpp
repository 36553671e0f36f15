#include "common/profile_file/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mdh {
namespace {

using ::testing::HasSubstr;

std::string merged(std::string_view now, std::string_view before, std::string_view after) {
  const auto text = with_edit_of(now, before, after);
  return text ? std::string(text->reveal()) : "error: " + text.error().message;
}

TEST(Merge, AddsTheSectionThatTheEditAdded) {
  EXPECT_EQ(merged("[a]\nx = 1\n[two]\n", "[a]\nx = 1\n", "[a]\nx = 1\n[one]\ny = 2"),
            "[a]\nx = 1\n[two]\n\n[one]\ny = 2\n");
}

TEST(Merge, BringsAChangedAndANewKeyIntoASectionThatIsThere) {
  EXPECT_EQ(merged("[a]\nx = 1\nz = 9\n[b]\n", "[a]\nx = 1\n[b]\n", "[a]\nx = 2\ny = 3\n[b]\n"),
            "[a]\nx = 2\nz = 9\ny = 3\n[b]\n");
}

TEST(Merge, KeepsTheKeyThatWasChangedSince) {
  EXPECT_EQ(merged("[a]\nx = 3\n", "[a]\nx = 1\n", "[a]\nx = 2\n"), "[a]\nx = 3\n");
  EXPECT_EQ(merged("[a]\nx = 3\n", "[a]\n", "[a]\nx = 2\n"), "[a]\nx = 3\n");
}

TEST(Merge, BringsAWrappedValueWhole) {
  EXPECT_EQ(merged("[a]\nx = 1\n", "[a]\nx = 1\n", "[a]\nx = 1\ns3 =\n  k = v\n"),
            "[a]\nx = 1\ns3 =\n  k = v\n");
}

TEST(Merge, BringsACommentAndNoLineTwice) {
  const std::string both = "[a]\nx = 1\n# note\n[one]\n";
  EXPECT_EQ(merged("[a]\nx = 1\n", "[a]\nx = 1\n", both), "[a]\nx = 1\n# note\n\n[one]\n");
  EXPECT_EQ(merged(both, "[a]\nx = 1\n", both), both);
}

TEST(Merge, DoesNotIndentAKeyIntoTheValueAboveIt) {
  EXPECT_EQ(merged("[a]\nx = 1\n", "[a]\nx = 1\n", "[a]\n  x = 1\n  y = 2\n"),
            "[a]\nx = 1\ny = 2\n");
}

// Half a text looks like one that was cut down; and what is gone since stays gone.
TEST(Merge, TakesNothingOutAndPutsNothingBack) {
  EXPECT_EQ(merged("[a]\nx = 1\n[b]\n", "[a]\nx = 1\n[b]\n", "[a]\n"), "[a]\nx = 1\n[b]\n");
  EXPECT_EQ(merged("[a]\n", "[a]\n[b]\n", "[a]\n[b]\n"), "[a]\n");
}

TEST(Merge, TakesTheLineEndOfTheTextThatStands) {
  EXPECT_EQ(merged("[a]\r\nx = 1", "[a]\r\nx = 1", "[a]\r\nx = 1\r\ny = 2"),
            "[a]\r\nx = 1\r\ny = 2\r\n");
}

TEST(Merge, RefusesWhatBotocoreCannotParse) {
  EXPECT_THAT(merged("[a]\n", "[a]\n", "junk\n"), HasSubstr("line 1 comes before"));
}

}  // namespace
}  // namespace mdh
