// State and runtime folders: which is taken, and that none of another user's is.
#include "daemon/config/folders.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>
#include <filesystem>

#include "daemon/system/read_file.h"
#include "tests/support/environment_guard.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

unsigned mode_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
  return found.st_mode & 07777;
}

class RuntimeFolders : public testing::Test {
 protected:
  RuntimeFolders() {
    set("HOME", root_.path("home"));
    for (const char* name :
         {"STATE_DIRECTORY", "RUNTIME_DIRECTORY", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"}) {
      set(name, "");
    }
  }
  void set(const char* name, const std::string& value) { variables_.emplace_back(name, value); }
  Folders opened(const SourceOptions& options = {}) {
    const auto folders = open_folders(options);
    EXPECT_TRUE(folders) << (folders ? "" : folders.error().message);
    return folders ? *folders : Folders();
  }

  test::TemporaryFolder root_;
  std::deque<test::EnvironmentGuard> variables_;
};

TEST_F(RuntimeFolders, MakesAPrivateFolderInTheHomeWhenNothingElseIsKnown) {
  const Folders folders = opened();
  EXPECT_EQ(folders.state, root_.path("home/.local/state/mdh-credentials"));
  EXPECT_THAT(folders.runtime,
              AnyOf(HasSubstr("/run/user/"), StartsWith(folders.state + "/runtime")));
  EXPECT_EQ(mode_of(folders.state), 0700U);
  EXPECT_EQ(mode_of(folders.runtime), 0700U);
}

TEST_F(RuntimeFolders, TakesTheUsersFoldersBeforeTheHome) {
  set("XDG_STATE_HOME", root_.path("state"));
  set("XDG_RUNTIME_DIR", root_.path("run"));
  std::filesystem::create_directories(root_.path("run"));
  EXPECT_EQ(opened().state, root_.path("state/mdh-credentials"));
  EXPECT_EQ(opened().runtime, root_.path("run/mdh-credentials"));
}

TEST_F(RuntimeFolders, TakesTheFirstOfTheFoldersThatSystemdGives) {
  set("XDG_STATE_HOME", root_.path("state"));
  set("STATE_DIRECTORY", root_.path("one") + ":" + root_.path("two"));
  set("RUNTIME_DIRECTORY", root_.path("run-one") + ":" + root_.path("run-two"));
  EXPECT_EQ(opened().state, root_.path("one"));
  EXPECT_EQ(opened().runtime, root_.path("run-one"));
}

TEST_F(RuntimeFolders, LetsOptionsWinOverTheEnvironment) {
  set("STATE_DIRECTORY", root_.path("one"));
  SourceOptions options;
  options.state_dir = root_.path("option");
  options.runtime_dir = root_.path("option-run");
  EXPECT_EQ(opened(options).state, root_.path("option"));
  EXPECT_EQ(opened(options).runtime, root_.path("option-run"));
}

TEST_F(RuntimeFolders, NamesAFolderThatCannotBeMade) {
  SourceOptions options;
  options.state_dir = root_.write("file", "") + "/state";
  const auto folders = open_folders(options);
  ASSERT_FALSE(folders);
  EXPECT_EQ(folders.error().error_class, ErrorClass::storage);
  EXPECT_THAT(folders.error().message, HasSubstr(*options.state_dir));
  EXPECT_THAT(folders.error().hint, HasSubstr("--state-dir"));
}

TEST_F(RuntimeFolders, PassesOverALoginsFolderThatIsNotTheUsersOwn) {
  set("XDG_RUNTIME_DIR", "/proc/1");
  const Folders folders = opened();
  EXPECT_THAT(folders.runtime, AnyOf(HasSubstr("/run/user/"), HasSubstr(folders.state)));
  ASSERT_FALSE(folders.warnings.empty());
  EXPECT_THAT(folders.warnings.front(), HasSubstr("/proc/1"));
}

TEST_F(RuntimeFolders, OfAServiceThatCannotBeHadIsAWarning) {
  set("RUNTIME_DIRECTORY", root_.write("file", "") + "/run");
  set("XDG_RUNTIME_DIR", root_.path("run"));
  std::filesystem::create_directories(root_.path("run"));
  EXPECT_EQ(opened().runtime, root_.path("run/mdh-credentials"));
  EXPECT_THAT(opened().warnings, ElementsAre(HasSubstr(root_.path("file/run"))));
}

// As root alone can it be tried; others cannot give a folder away.
TEST_F(RuntimeFolders, ThatAnotherUserMadeBeforehandAreNotTaken) {
  if (geteuid() != 0) GTEST_SKIP() << "takes root";
  for (const char* folder : {"state", "runtime"}) {
    std::filesystem::create_directories(root_.path(folder));
    ASSERT_EQ(chown(root_.path(folder).c_str(), 12345, 12345), 0);
    SourceOptions options;
    options.state_dir = root_.path("state");
    options.runtime_dir = root_.path("runtime");
    const auto folders = open_folders(options);
    ASSERT_FALSE(folders);
    EXPECT_THAT(folders.error().message, AllOf(HasSubstr(root_.path(folder)), HasSubstr("12345")));
    ASSERT_EQ(chown(root_.path(folder).c_str(), 0, 0), 0);
  }
}

}  // namespace
}  // namespace mdh
