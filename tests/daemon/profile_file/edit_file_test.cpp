#include "daemon/profile_file/edit_file.h"

#include <fcntl.h>
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
  FileEdit edit;
  edit.path = path;
  edit.change = [text](std::string_view) { return Result<Secret>(Secret(text)); };
  return edit;
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
  FileEdit edit = to(path, "");
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
  Remarks remarks;
  Replacement wish{path, draft_path(path, true), before};
  EXPECT_EQ(replace_file(wish, "ours", remarks).value(), Placed::refused);
  EXPECT_EQ(text_of(path), "longer");
  wish.before.reset();
  EXPECT_EQ(replace_file(wish, "ours", remarks).value(), Placed::refused);
  EXPECT_FALSE(look_at(wish.draft));
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
  const std::string draft = draft_path(path, true);
  folder_.write(std::filesystem::path(draft).filename(), "secret");
  EXPECT_TRUE(edit_file(to(path, "same"), memory_));
  EXPECT_FALSE(look_at(draft));
}

// Of a host that shares the home only what is long abandoned: its other drafts are under way.
TEST_F(StorageTest, TakesAwayTheDraftsThatOtherHostsAbandoned) {
  const std::string path = folder_.write("credentials", "old");
  const std::string abandoned = folder_.write(".credentials.mdh-new-elsewhere", "secret");
  const std::string fresh = folder_.write(".credentials.mdh-new-elsewhere-7", "secret");
  const timespec past[] = {{1000000000, 0}, {1000000000, 0}};
  ::utimensat(AT_FDCWD, abandoned.c_str(), past, 0);
  EXPECT_TRUE(edit_file(to(path, "new"), memory_));
  EXPECT_FALSE(look_at(abandoned));
  EXPECT_TRUE(look_at(fresh));
}

TEST_F(StorageTest, NarrowsAFileThatOthersMayReadBeforeItIsFilled) {
  const std::string path = folder_.write("credentials", "old", 0644);
  FileEdit edit = to(path, "new");
  edit.owner_only = true;
  EXPECT_EQ(edit_file(edit, memory_).value(), Edited::replaced);
  EXPECT_EQ(mode_of(path), 0600u);
  ASSERT_EQ(memory_.remarks.size(), 1u);
  EXPECT_NE(memory_.remarks.begin()->find("mode 0644"), std::string::npos);
}

TEST_F(StorageTest, NarrowsAlsoAFileThatStandsAlready) {
  const std::string path = folder_.write("credentials", "same", 0664);
  FileEdit edit = to(path, "same");
  edit.owner_only = true;
  EXPECT_EQ(edit_file(edit, memory_).value(), Edited::unchanged);
  EXPECT_EQ(mode_of(path), 0600u);
  EXPECT_EQ(memory_.remarks.size(), 1u);
}

TEST_F(StorageTest, SaysThatTheOtherNamesOfALinkedFileKeepTheOldText) {
  const std::string path = folder_.write("credentials", "old");
  ASSERT_EQ(::link(path.c_str(), folder_.path("second").c_str()), 0);
  EXPECT_TRUE(edit_file(to(path, "new"), memory_));
  EXPECT_EQ(text_of(folder_.path("second")), "old");
  ASSERT_EQ(memory_.remarks.size(), 1u);
  EXPECT_NE(memory_.remarks.begin()->find("hard links"), std::string::npos);
}

TEST_F(StorageTest, ReadsTheNullDeviceAsAnEmptyFileAndWritesNothingToIt) {
  EXPECT_TRUE(read_file("/dev/null")->empty());
  const std::string link = folder_.path("credentials");
  ASSERT_EQ(::symlink("/dev/null", link.c_str()), 0);
  for (const std::string& path : {std::string("/dev/null"), link}) {
    const auto edited = edit_file(to(path, "new"), memory_);
    ASSERT_FALSE(edited);
    EXPECT_NE(edited.error().hint.find("profile_file.path"), std::string::npos);
  }
  EXPECT_FALSE(look_at(std::string("/dev/.null.mdh-lock")));
}

// Root that is told to edit a user's file must not carry keys to where that user points.
TEST_F(StorageTest, RootFollowsNobodysLinkToWhatIsNotTheirs) {
  if (::geteuid() != 0) GTEST_SKIP() << "wants root";
  ::chmod(folder_.path().c_str(), 0755);
  std::filesystem::create_directory(folder_.path("home"));
  ASSERT_EQ(::chown(folder_.path("home").c_str(), 12345, 12345), 0);
  const std::string system = folder_.write("app.ini", "[app]\n", 0644);
  const std::string link = folder_.path("home/credentials");
  ASSERT_EQ(::symlink(system.c_str(), link.c_str()), 0);
  ASSERT_EQ(::lchown(link.c_str(), 12345, 12345), 0);
  const auto edited = edit_file(to(link, "new"), memory_);
  ASSERT_FALSE(edited);
  EXPECT_NE(edited.error().message.find("symlink of user 12345"), std::string::npos);
  EXPECT_EQ(text_of(system), "[app]\n");
  // To what is theirs it is followed.
  ASSERT_EQ(::chown(system.c_str(), 12345, 12345), 0);
  EXPECT_TRUE(edit_file(to(link, "new"), memory_));
  EXPECT_EQ(look_at(system)->user, 12345u);
}

TEST_F(StorageTest, WhatRootMakesInAUsersFolderIsTheUsers) {
  if (::geteuid() != 0) GTEST_SKIP() << "wants root";
  std::filesystem::create_directory(folder_.path("home"));
  ASSERT_EQ(::chown(folder_.path("home").c_str(), 12345, 12345), 0);
  const std::string path = folder_.path("home/.aws/credentials");
  EXPECT_TRUE(edit_file(to(path, "new"), memory_));
  EXPECT_EQ(look_at(path)->user, 12345u);
  EXPECT_EQ(look_at(folder_.path("home/.aws"))->user, 12345u);
}

}  // namespace
}  // namespace mdh
