#include "common/profile_file/parse.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

std::string refusal(std::string_view text) {
  const auto parts = read_profile_text(text);
  return parts ? "" : parts.error().message;
}

// Field bug 5: botocore refuses the whole file for any of these.
TEST(ProfileText, RefusesWhatBotocoreRefusesNamingTheLine) {
  EXPECT_EQ(refusal("[a]\n[b]\n[a]\n"), "line 3 repeats the section of line 1");
  EXPECT_EQ(refusal("[a]\nk = 1\nK: 2\n"), "line 3 repeats the key of line 2");
  EXPECT_EQ(refusal("\xef\xbb\xbf[a]\n"), "line 1 begins with a byte order mark");
  EXPECT_EQ(refusal("[a]\n# \xe9\n"), "line 2 holds a byte that is no UTF-8");
  EXPECT_EQ(refusal(std::string_view("[a]\n\n\0\n", 7)), "line 3 holds a NUL byte");
  EXPECT_EQ(refusal("k = v\n[a]\n"), "line 1 comes before the first section");
  EXPECT_EQ(refusal("[a]\njunk\n"), "line 2 is no section, key or comment");
  EXPECT_EQ(refusal("[a\n"), "line 1 comes before the first section");
  EXPECT_EQ(refusal("[a]\n= v\n"), "line 2 has no key before its =");
  EXPECT_EQ(refusal("[a]\ns3 =\n  junk\n"), "line 3 is no key = value, as its key wants");
}

TEST(ProfileText, NamesNothingOfTheLineThatItRefuses) {
  EXPECT_EQ(refusal("[a]\nAKIDEXAMPLE").find("AKID"), std::string::npos);
}

TEST(ProfileText, FindsARepeatedKeyAmongMany) {
  std::string text = "[a]\n";
  for (int i = 0; i < 40; ++i) text += "k" + std::to_string(i) + " = v\n";
  EXPECT_EQ(refusal(text), "");
  EXPECT_EQ(refusal(text + "k3 = v\n"), "line 42 repeats the key of line 5");
  EXPECT_EQ(refusal(text + "K39 = v\n"), "line 42 repeats the key of line 41");
}

TEST(ProfileText, LetsDefaultComeAgainButNotItsKeys) {
  EXPECT_EQ(refusal("[DEFAULT]\na = 1\n[DEFAULT]\nb = 1\n"), "");
  EXPECT_EQ(refusal("[DEFAULT]\na = 1\n[x]\n[DEFAULT]\na = 1\n"),
            "line 5 repeats the key of line 2");
}

TEST(ProfileText, TakesAnIndentedLineForTheRestOfTheValue) {
  const std::string_view text = "[a]\nk = one\n  two\n# between\n  three\nl = x\n";
  const auto parts = read_profile_text(text);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->sections[0].keys.size(), 2u);
  EXPECT_EQ(parts->sections[0].keys[0].wrapped.size(), 2u);
  EXPECT_EQ(parts->sections[0].keys[1].line, 6u);
}

TEST(ProfileText, TellsTheMajoritysLineEnd) {
  EXPECT_EQ(read_profile_text("[a]\r\nk = v\r\nl = v\n")->line_end, "\r\n");
  EXPECT_EQ(read_profile_text("[a]\nk = v")->line_end, "\n");
}

}  // namespace
}  // namespace mdh
