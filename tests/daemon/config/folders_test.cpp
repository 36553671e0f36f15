// State and runtime folders, and the record by which the other verbs find the daemon.
#include "daemon/config/folders.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <deque>
#include <filesystem>

#include "daemon/system/read_file.h"
#include "tests/support/environment_guard.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

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
  EXPECT_EQ(folders.runtime, folders.state + "/runtime");
  EXPECT_EQ(mode_of(folders.state), 0700U);
  EXPECT_EQ(mode_of(folders.runtime), 0700U);
}

TEST_F(RuntimeFolders, TakesTheUsersFoldersBeforeTheHome) {
  set("XDG_STATE_HOME", root_.path("state"));
  set("XDG_RUNTIME_DIR", root_.path("run"));
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

TEST_F(RuntimeFolders, FindsTheRecordThatItWroteAndOthersMayReadIt) {
  const Folders folders = opened();
  ASSERT_TRUE(write_endpoint_record(folders.runtime, {{"http://127.0.0.1:1"}, "/s/token", 42}));
  EXPECT_EQ(mode_of(folders.runtime + "/endpoint.json"), 0644U);
  const auto record = find_endpoint_record({});
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_THAT(record->urls, ElementsAre("http://127.0.0.1:1"));
  EXPECT_EQ(record->token_file, "/s/token");
  EXPECT_EQ(record->pid, 42);
  remove_endpoint_record(folders.runtime);
  const auto gone = find_endpoint_record({});
  EXPECT_FALSE(gone && gone->pid == 42);
}

TEST_F(RuntimeFolders, LooksInTheNearerPlaceFirst) {
  set("XDG_RUNTIME_DIR", root_.path("run"));
  std::filesystem::create_directories(root_.path("run/mdh-credentials"));
  std::filesystem::create_directories(root_.path("option"));
  ASSERT_TRUE(write_endpoint_record(root_.path("run/mdh-credentials"), {{"http://a"}, "", 1}));
  ASSERT_TRUE(write_endpoint_record(root_.path("option"), {{"http://b"}, "", 2}));
  SourceOptions options;
  EXPECT_EQ(find_endpoint_record(options).value().pid, 1);
  options.runtime_dir = root_.path("option");
  EXPECT_EQ(find_endpoint_record(options).value().pid, 2);
}

TEST_F(RuntimeFolders, CreatesNothingByLooking) {
  (void)find_endpoint_record({});
  EXPECT_FALSE(std::filesystem::exists(root_.path("home")));
}

TEST_F(RuntimeFolders, PassesOverARecordThatIsDamaged) {
  SourceOptions options;
  options.runtime_dir = root_.path("broken");
  std::filesystem::create_directories(root_.path("broken"));
  for (const char* text : {"", "{", "[]", "{\"urls\":[]}", "{\"urls\":[1]}", "{\"urls\":{}}"}) {
    root_.write("broken/endpoint.json", text);
    const auto record = find_endpoint_record(options);
    if (record) continue;  // a daemon of this machine's, in /run
    EXPECT_THAT(record.error().message, HasSubstr(root_.path("broken")));
  }
}

}  // namespace
}  // namespace mdh
