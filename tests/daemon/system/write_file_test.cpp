// Small files replaced whole, with the mode and owner that their readers need.
#include "daemon/system/write_file.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/system/read_file.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

struct stat status_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
  return found;
}

std::size_t entries(const std::string& folder) {
  using Entries = std::filesystem::directory_iterator;
  return static_cast<std::size_t>(std::distance(Entries(folder), Entries()));
}

TEST(SmallFile, ReplacesTheWholeFileAndLeavesNothingBeside) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("token", "a longer text than the new one", 0644);
  ASSERT_TRUE(write_small_file(path, "new"));
  EXPECT_EQ(read_text(path).value(), "new");
  EXPECT_EQ(status_of(path).st_mode & 07777, 0600U);
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(SmallFile, GivesTheModeThatIsAskedForWhateverTheUmask) {
  const test::TemporaryFolder folder;
  const mode_t before = ::umask(0077);
  const Done written = write_small_file(folder.path("record"), "{}", {.mode = 0644});
  ::umask(before);
  ASSERT_TRUE(written);
  EXPECT_EQ(status_of(folder.path("record")).st_mode & 07777, 0644U);
}

TEST(SmallFile, KeepsTheOldFileAndNamesItWhenItCannotBeReplaced) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder.path("token"));
  const Done written = write_small_file(folder.path("token"), "new");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().error_class, ErrorClass::storage);
  EXPECT_THAT(written.error().message, testing::HasSubstr(folder.path("token")));
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(SmallFile, SaysWhichFolderIsMissing) {
  const Done written = write_small_file("/nonexistent/token", "new");
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, testing::HasSubstr("/nonexistent/token"));
}

TEST(SmallFile, GivesRootsFileToTheFoldersOwnerSoThatItsDaemonCanReadIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const test::TemporaryFolder folder;
  ASSERT_EQ(::chown(folder.path().c_str(), 65534, 65534), 0);
  ASSERT_TRUE(write_small_file(folder.path("token"), "new"));
  EXPECT_EQ(status_of(folder.path("token")).st_uid, 65534U);
  EXPECT_EQ(status_of(folder.path("token")).st_mode & 07777, 0600U);
}

}  // namespace
}  // namespace mdh
