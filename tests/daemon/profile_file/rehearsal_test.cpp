// The agreement of check with the write itself is held by tests/program/file_cases_test.py.
#include "daemon/profile_file/rehearsal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using testing::HasSubstr;

class RehearsalTest : public testing::Test {
 protected:
  std::string said(const std::string& path) const {
    const Done could = could_replace(path, 2000);
    return could ? "" : could.error().message + "; " + could.error().hint;
  }

  test::TemporaryFolder folder_;
};

TEST_F(RehearsalTest, FindsNothingAmissAndLeavesNothingBehind) {
  EXPECT_EQ(said(folder_.path("credentials")), "");
  EXPECT_EQ(said(folder_.path("not/yet/there/credentials")), "");
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(RehearsalTest, SaysWhatIsInTheWay) {
  folder_.write("file", "");
  EXPECT_THAT(said(folder_.path("file/credentials")), HasSubstr("is a file, and must be a folder"));
  EXPECT_THAT(said("/dev/null"), HasSubstr("profile_file.path"));
  ASSERT_EQ(::symlink("/nonexistent/x", folder_.path("dangling").c_str()), 0);
  EXPECT_THAT(said(folder_.path("dangling")), HasSubstr("a folder that is not there"));
  ASSERT_EQ(::symlink("loop", folder_.path("loop").c_str()), 0);
  EXPECT_THAT(said(folder_.path("loop")), HasSubstr("in a circle"));
  std::filesystem::create_directory(folder_.path(".credentials.mdh-lock"));
  EXPECT_THAT(said(folder_.path("credentials")), HasSubstr("cannot open"));
}

}  // namespace
}  // namespace mdh
