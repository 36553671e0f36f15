#include "common/file_difference.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

TEST(FileDifference, IsEmptyForEqualTexts) {
  EXPECT_EQ(file_difference("[a]\n", "[a]\n", "f"), "");
}

TEST(FileDifference, ShowsTheChangeAndMasksTheValues) {
  EXPECT_EQ(file_difference("[a]\naws_secret_access_key = old\nregion = x\n",
                            "[a]\naws_secret_access_key = new\nregion = y\n", "f"),
            "--- f\n+++ f\n@@ -1,3 +1,3 @@\n [a]\n-aws_secret_access_key = ********\n"
            "-region = x\n+aws_secret_access_key = ********\n+region = y\n");
}

TEST(FileDifference, ShowsNoSecretOfAnyLine) {
  const std::string before =
      "[a]\n# hush1\npassword: hush2\n  hush3\n  [hush4]\nhush5\n"
      "credential_process = x --password hush6\n";
  const std::string shown = file_difference(before, before + "[b]\n", "f");
  EXPECT_EQ(file_difference(before, "", "f").find("hush"), std::string::npos);
  EXPECT_EQ(shown.find("hush"), std::string::npos);
  EXPECT_NE(shown.find("+[b]"), std::string::npos);
}

TEST(FileDifference, CountsNewFilesFromZero) {
  EXPECT_EQ(file_difference("", "[a]\n", "f"), "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+[a]\n");
}

}  // namespace
}  // namespace mdh
