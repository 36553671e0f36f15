#include "common/profile_file/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace mdh {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(FileDifference, IsEmptyForEqualTexts) {
  EXPECT_EQ(file_difference("[a]\nx = 1\n", "[a]\nx = 1\n", "/f"), "");
}

TEST(FileDifference, ShowsTheChangedLinesWithTheirContext) {
  EXPECT_EQ(file_difference("[a]\nregion = one\noutput = json\n",
                            "[a]\nregion = two\noutput = json\n", "/f"),
            "--- /f\n+++ /f\n@@ -1,3 +1,3 @@\n [a]\n-region = one\n+region = two\n"
            " output = json\n");
}

TEST(FileDifference, NamesTheEmptyRangeOfANewFile) {
  EXPECT_EQ(file_difference("", "[a]\nregion = x\n", "/f"),
            "--- /f\n+++ /f\n@@ -0,0 +1,2 @@\n+[a]\n+region = x\n");
}

TEST(FileDifference, SplitsDistantChangesIntoHunks) {
  std::string before, after;
  for (int i = 0; i < 30; ++i) {
    before += "[s" + std::to_string(i) + "]\n";
    after += (i == 2 || i == 25 ? "[t" : "[s") + std::to_string(i) + "]\n";
  }
  const std::string shown = file_difference(before, after, "/f");
  EXPECT_THAT(shown, HasSubstr("@@ -1,6 +1,6 @@"));
  EXPECT_THAT(shown, HasSubstr("@@ -23,7 +23,7 @@"));
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 2 + 1 + 7 + 1 + 8);
}

// Field bug 9: a secret must not be read off the terminal or a pasted difference.
TEST(FileDifference, MasksEveryValueThatCouldBeASecret) {
  const std::string shown = file_difference(
      "[a]\naws_secret_access_key = OLDSECRET\n# aws_secret_access_key = COMMENTED\n"
      "token : OTHER\njunk PLAIN\n  region = WRAPPED\n",
      "[a]\naws_secret_access_key = NEWSECRET\n# aws_secret_access_key = COMMENTED\n"
      "token : OTHER\njunk PLAIN\n  region = WRAPPED\n",
      "/f");
  for (const char* secret : {"OLDSECRET", "NEWSECRET", "COMMENTED", "OTHER", "PLAIN", "WRAPPED"}) {
    EXPECT_THAT(shown, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(shown, HasSubstr("-aws_secret_access_key = ********\n"
                               "+aws_secret_access_key = ********\n"));
}

// Applies the difference of texts without secrets, as patch(1) would.
std::string patched(const std::string& before, const std::string& difference) {
  std::string after;
  std::size_t at = 0, line = 0;
  const auto copy_line = [&](bool keep) {
    const std::size_t end = before.find('\n', at) + 1;
    if (keep) after += before.substr(at, end - at);
    at = end, ++line;
  };
  for (std::size_t i = 0; i < difference.size();) {
    const std::string step = difference.substr(i, difference.find('\n', i) + 1 - i);
    i += step.size();
    if (step.starts_with("---") || step.starts_with("+++")) continue;
    if (step.starts_with("@@")) {
      std::size_t start = std::stoul(step.substr(4));
      if (step.find(",0 +") == std::string::npos) --start;
      while (line < start) copy_line(true);
    } else if (step[0] == '+') {
      after += step.substr(1);
    } else {
      copy_line(step[0] == ' ');
    }
  }
  return after + before.substr(at);
}

TEST(FileDifference, AppliedToTheOldTextGivesTheNewOne) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string before, after;
    for (auto i = random() % 30; i > 0; --i) {
      const std::string line = "[" + std::to_string(random() % 6) + "]\n";
      if (random() % 5 != 0) before += line;
      if (random() % 5 != 0) after += line;
    }
    ASSERT_EQ(patched(before, file_difference(before, after, "/f")), after) << before;
  }
}

}  // namespace
}  // namespace mdh
