#include "daemon/profile_file/edit_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "daemon/profile_file/replace_file.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

FileEdit to(const std::string& path, const std::string& text) {
  return {path, [text](std::string_view) { return Result<Secret>(Secret(text)); }, {}};
}

mode_t mode_of(const std::string& path) {
  return look_at(path)->mode & 07777;
}

class StorageTest : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  FileMemory memory_;
};

// Field bug 7.
TEST_F(StorageTest, MakesANewFile0600InANewFolder0700) {  // R39
  const std::string path = folder_.path("new/credentials");
  EXPECT_EQ(edit_file(to(path, "x"), memory_).value(), Edited::replaced);
  EXPECT_EQ(mode_of(path), 0600u);
  EXPECT_EQ(mode_of(folder_.path("new")), 0700u);
}

TEST_F(StorageTest, KeepsModeGroupAndAttributesAlsoInASetGroupIdFolder) {
  const std::string path = folder_.write("credentials", "old", 0640);
  ::setxattr(path.c_str(), "user.mark", "m", 1, 0);
  const auto before = look_at(path);
  ::chmod(folder_.path().c_str(), 02755);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(folder_.path().c_str(), 0, 12345), 0);
  }
  EXPECT_EQ(edit_file(to(path, "new"), memory_).value(), Edited::replaced);
  EXPECT_EQ(mode_of(path), 0640u);
  EXPECT_EQ(look_at(path)->group, before->group);
  char mark = 0;
  const bool attributes = ::getxattr(path.c_str(), "user.mark", &mark, 1) == 1;
  EXPECT_TRUE(!attributes || mark == 'm');
}

// Field bug 6.
TEST_F(StorageTest, KeepsASymlinkAndReplacesItsTarget) {
  folder_.write("target", "old");
  const std::string link = folder_.path("credentials");
  ASSERT_EQ(::symlink("target", link.c_str()), 0);
  EXPECT_TRUE(edit_file(to(link, "new"), memory_));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(text_of(folder_.path("target")), "new");
}

TEST_F(StorageTest, WritesNothingWhenNothingChanges) {
  const std::string path = folder_.write("credentials", "same");
  const auto before = look_at(path);
  EXPECT_EQ(edit_file(to(path, "same"), memory_).value(), Edited::unchanged);
  EXPECT_EQ(look_at(path), before);
}

// Field bug 4.
TEST_F(StorageTest, EditsAnewWhenAnotherProgramWasFaster) {  // R37
  const std::string path = folder_.write("credentials", "one");
  int calls = 0;
  FileEdit edit{path, {}, {}};
  edit.change = [&](std::string_view text) {
    if (++calls == 1) folder_.write("credentials", "two");
    return Result<Secret>(Secret(std::string(text) + "+ours"));
  };
  EXPECT_EQ(edit_file(edit, memory_).value(), Edited::replaced);
  EXPECT_EQ(text_of(path), "two+ours");
}

TEST_F(StorageTest, ReplacesNothingThatLooksOtherwiseByNow) {
  const std::string path = folder_.write("credentials", "one");
  const auto before = look_at(path);
  folder_.write("credentials", "longer");
  EXPECT_FALSE(replace_file(path, "ours", before).value());
  EXPECT_EQ(text_of(path), "longer");
  EXPECT_FALSE(replace_file(path, "ours", std::nullopt).value());
}

FileEdit guarded(const std::string& path) {
  FileEdit edit = to(path, "ours");
  edit.others = [](std::string_view text) {
    return text == "other" ? std::vector<std::string>{"other"} : std::vector<std::string>{};
  };
  return edit;
}

// Field bug 3.
TEST_F(StorageTest, HoldsAWriteBackThatWouldLoseASectionJustMissed) {  // R36
  const std::string path = folder_.write("credentials", "other");
  FileEdit look = guarded(path);
  look.change = [](std::string_view text) { return Result<Secret>(Secret(text)); };
  EXPECT_EQ(edit_file(look, memory_).value(), Edited::unchanged);
  folder_.write("credentials", "");
  const auto held = edit_file(guarded(path), memory_);
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().retry_after, seconds(5));
  EXPECT_EQ(text_of(path), "");
  // Missed for long enough, it counts as removed.
  *memory_.sections["other"] -= seconds(6);
  EXPECT_EQ(edit_file(guarded(path), memory_).value(), Edited::replaced);
}

TEST_F(StorageTest, TakesAwayTheDraftOfACrash) {
  const std::string path = folder_.write("credentials", "same");
  folder_.write(".credentials.mdh-new", "secret");
  EXPECT_TRUE(edit_file(to(path, "same"), memory_));
  EXPECT_FALSE(look_at(sibling(path, "new")));
}

}  // namespace
}  // namespace mdh
