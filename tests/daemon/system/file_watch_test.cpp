#include "daemon/system/file_watch.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace mdh {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

class FileWatchTest : public testing::Test {
 protected:
  FileWatchTest() {
    std::string folder = "/tmp/mdh-watch-XXXXXX";
    folder_ = mkdtemp(folder.data());
  }
  ~FileWatchTest() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }
  void replace(const std::string& name, const std::string& text) const {
    write(name + ".new", text);
    fs::rename(path(name + ".new"), path(name));
  }
  bool woken() const {
    pollfd fd{watch_.poll_fd(), POLLIN, 0};
    return poll(&fd, 1, 0) == 1;
  }
  // The changes, and proof that the fd told of them.
  Paths seen() {
    EXPECT_TRUE(woken());
    const Paths changed = watch_.changed();
    EXPECT_FALSE(woken());
    return changed;
  }

  std::string folder_;
  FileWatch watch_;
};

TEST_F(FileWatchTest, SleepsWhileNothingChanges) {
  write("key", "one");
  watch_.watch({path("key")});
  EXPECT_FALSE(woken());
  EXPECT_EQ(watch_.changed(), Paths{});
}

TEST_F(FileWatchTest, SeesWritesReplacementsModesAndRemovals) {
  write("key", "one");
  watch_.watch({path("key")});
  write("key", "two words");
  EXPECT_EQ(seen(), Paths{path("key")});
  replace("key", "three");
  EXPECT_EQ(seen(), Paths{path("key")});
  chmod(path("key").c_str(), 0600);
  EXPECT_EQ(seen(), Paths{path("key")});
  fs::remove(path("key"));
  EXPECT_EQ(seen(), Paths{path("key")});
  write("key", "back");
  EXPECT_EQ(seen(), Paths{path("key")});
}

TEST_F(FileWatchTest, NamesOnlyWhatChangedAndEachOnce) {
  write("a", "1");
  write("b", "1");
  watch_.watch({path("a"), path("b"), path("a")});
  write("b", "22");
  write("b", "333");
  EXPECT_EQ(seen(), Paths{path("b")});
  write("neighbour", "1");
  EXPECT_EQ(watch_.changed(), Paths{});
}

TEST_F(FileWatchTest, SeesAFileAppearInFoldersThatAreNotThereYet) {
  watch_.watch({path("etc/keys/lab.pem")});
  fs::create_directories(path("etc"));
  EXPECT_EQ(seen(), Paths{});
  fs::create_directories(path("etc/keys"));
  EXPECT_EQ(seen(), Paths{});
  write("etc/keys/lab.pem", "key");
  EXPECT_EQ(seen(), Paths{path("etc/keys/lab.pem")});
}

TEST_F(FileWatchTest, SeesAWholeTreeAppearAtOnce) {
  watch_.watch({path("etc/keys/lab.pem")});
  fs::create_directories(path("new/keys"));
  write("new/keys/lab.pem", "key");
  fs::rename(path("new"), path("etc"));
  EXPECT_EQ(seen(), Paths{path("etc/keys/lab.pem")});
}

TEST_F(FileWatchTest, FollowsAFolderThatWasReplacedUnderTheSameName) {
  fs::create_directories(path("keys"));
  write("keys/lab.pem", "old");
  watch_.watch({path("keys/lab.pem")});
  fs::rename(path("keys"), path("keys.old"));
  fs::create_directories(path("keys"));
  EXPECT_EQ(seen(), Paths{path("keys/lab.pem")});
  write("keys/lab.pem", "new");
  EXPECT_EQ(seen(), Paths{path("keys/lab.pem")});
}

// Kubernetes: lab.pem -> ..data/lab.pem, ..data -> ..2026_1; an update renames a new ..data over
// it.
TEST_F(FileWatchTest, SeesKubernetesSwapItsDataLink) {
  for (const char* version : {"..2026_1", "..2026_2"}) {
    fs::create_directories(path(version));
    write(std::string(version) + "/lab.pem", version);
  }
  fs::create_symlink("..2026_1", path("..data"));
  fs::create_symlink("..data/lab.pem", path("lab.pem"));
  watch_.watch({path("lab.pem")});
  fs::create_symlink("..2026_2", path("..data_tmp"));
  fs::rename(path("..data_tmp"), path("..data"));
  EXPECT_EQ(seen(), Paths{path("lab.pem")});
  write("..2026_2/lab.pem", "written in place");
  EXPECT_EQ(seen(), Paths{path("lab.pem")});
}

TEST_F(FileWatchTest, FollowsAbsoluteLinksDotsAndGivesUpOnLoops) {
  fs::create_directories(path("real/deep"));
  write("real/key", "one");
  fs::create_symlink(path("real/deep") + "/../key", path("link"));
  fs::create_symlink("loop", path("loop"));
  watch_.watch({path("link"), path("loop")});
  replace("real/key", "two");
  EXPECT_EQ(seen(), Paths{path("link")});
}

TEST_F(FileWatchTest, IsNotWokenByLifeInTheFoldersAbove) {
  fs::create_directories(path("home/conf"));
  write("home/conf/key", "one");
  watch_.watch({path("home/conf/key")});
  write("home/busy", "typing");
  fs::create_directories(path("home/other"));
  EXPECT_FALSE(woken());
}

}  // namespace
}  // namespace mdh
