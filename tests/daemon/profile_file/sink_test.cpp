#include "daemon/profile_file/sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "daemon/system/file_descriptor.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using std::chrono::steady_clock;

class ProfileSinkTest : public testing::Test {
 protected:
  void open(ProfileFileConfig::OnStop on_stop = ProfileFileConfig::OnStop::keep) {
    ProfileFileConfig config;
    config.path = path_;
    config.config_path = folder_.path("config");
    config.on_stop = on_stop;
    sink_ = std::make_unique<ProfileSink>(config, "/usr/bin/mdh-credentials");
  }

  void sync(const std::string& key) {
    auto set = std::make_shared<Credentials>();
    set->access_key_id = key;
    set->secret_access_key = Secret("s");
    set->session_token = Secret("t");
    sink_->sync({{"p", "", set}});
  }

  std::string text() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }
  bool holds(const std::string& part) const { return text().find(part) != std::string::npos; }

  template <typename Condition>
  static bool within(seconds most, Condition condition) {
    const auto end = steady_clock::now() + most;
    while (!condition() && steady_clock::now() < end) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    return condition();
  }

  // The next report, awaited on the descriptor as the loop does.
  std::optional<ProfileReport> report(seconds most = seconds(10)) {
    pollfd news{sink_->event_fd(), POLLIN, 0};
    if (::poll(&news, 1, static_cast<int>(milliseconds(most).count())) != 1) return std::nullopt;
    auto reports = sink_->reports();
    return reports.empty() ? std::nullopt : std::optional(reports.back());
  }

  test::TemporaryFolder folder_;
  const std::string path_ = folder_.path("credentials");
  std::unique_ptr<ProfileSink> sink_;
};

TEST_F(ProfileSinkTest, WritesWhatItIsHandedAndReportsOnce) {
  open();
  sync("AKID1");
  EXPECT_EQ(report()->status.condition, FileCondition::written);
  EXPECT_TRUE(holds("AKID1"));
  EXPECT_FALSE(report(seconds(1)));
}

TEST_F(ProfileSinkTest, PutsBackWhatSomebodyRemovedOrBrokeWithinTwoSeconds) {  // R38
  open();
  sync("AKID1");
  ASSERT_TRUE(report());
  folder_.write("credentials", "[p]\naws_access_key_id = broken\n");
  EXPECT_TRUE(within(seconds(2), [&] { return holds("AKID1"); }));
  std::filesystem::remove(path_);
  EXPECT_TRUE(within(seconds(2), [&] { return holds("AKID1"); }));
}

TEST_F(ProfileSinkTest, HealsWhenTheFolderComesBack) {
  std::filesystem::create_directory(folder_.path("aws"));
  ProfileFileConfig config;
  config.path = folder_.path("aws/credentials");
  config.config_path = folder_.path("aws/config");
  sink_ = std::make_unique<ProfileSink>(config, "/m");
  sync("AKID1");
  ASSERT_TRUE(report());
  // In one step: the sink heals so soon that a removal piece by piece meets its new file.
  std::filesystem::rename(folder_.path("aws"), folder_.path("gone"));
  EXPECT_TRUE(within(seconds(2), [&] { return std::filesystem::exists(config.path); }));
}

TEST_F(ProfileSinkTest, WritesByItselfWhenTheCauseOfAFailureIsGone) {
  folder_.write("credentials", "[p]\n[p]\n");
  open();
  sync("AKID1");
  EXPECT_EQ(report()->status.condition, FileCondition::failed);
  folder_.write("credentials", "[p]\n");
  EXPECT_EQ(report()->status.condition, FileCondition::written);
  EXPECT_TRUE(holds("AKID1"));
}

// Field bug 4: a writer that undoes our lines does not win by patience.
TEST_F(ProfileSinkTest, PutsItBackHoweverOftenAndSaysSo) {
  open();
  sync("AKID1");
  ASSERT_TRUE(report());
  for (int round = 0; round < 8; ++round) {
    folder_.write("credentials", "[p]\naws_access_key_id = theirs" + std::to_string(round) + "\n");
    ASSERT_TRUE(within(seconds(60), [&] { return holds("AKID1"); })) << round;
  }
  std::optional<ProfileReport> last;
  ASSERT_TRUE(within(seconds(60), [&] {
    const auto next = report(seconds(1));
    if (next) last = next;
    return last && !last->status.remarks.empty();
  }));
  EXPECT_EQ(last->status.condition, FileCondition::written);
  EXPECT_NE(last->status.remarks.back().find("undone by another program"), std::string::npos);
}

TEST_F(ProfileSinkTest, WritesTheLastWordBeforeItFinishes) {
  open();
  sync("AKID1");
  sync("AKID2");
  EXPECT_TRUE(sink_->finish(seconds(10)));
  EXPECT_TRUE(holds("AKID2"));
  sync("AKID3");
  EXPECT_FALSE(holds("AKID3"));
}

TEST_F(ProfileSinkTest, TakesItsLinesOutAtACleanStopAndOnlyThen) {
  open(ProfileFileConfig::OnStop::remove);
  sync("AKID1");
  ASSERT_TRUE(report());
  sink_.reset();  // as for a reload
  EXPECT_TRUE(holds("AKID1"));
  open(ProfileFileConfig::OnStop::remove);
  sync("AKID1");
  ASSERT_TRUE(report());
  EXPECT_TRUE(sink_->finish(seconds(10)));
  EXPECT_EQ(text(), "");
}

TEST_F(ProfileSinkTest, SaysThatItsLinesCouldNotBeTakenOut) {
  open(ProfileFileConfig::OnStop::remove);
  sync("AKID1");
  ASSERT_TRUE(report());
  std::filesystem::rename(folder_.path("credentials"), folder_.path("moved"));
  std::filesystem::create_directory(folder_.path("credentials"));
  const Done left = sink_->finish(seconds(10));
  ASSERT_FALSE(left);
  EXPECT_NE(left.error().message.find("credentials"), std::string::npos) << left.error().message;
}

TEST_F(ProfileSinkTest, EndsByItselfWhileAnotherHoldsTheLock) {  // a loop that waited would stand
  const FileDescriptor lock(
      ::open(folder_.path(".credentials.mdh-lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  struct flock whole {};
  whole.l_type = F_WRLCK;
  ASSERT_EQ(::fcntl(lock.get(), F_OFD_SETLK, &whole), 0);
  open();
  sync("AKID1");
  std::this_thread::sleep_for(
      milliseconds(200));  // until it waits for the lock; no harm if not yet
  sink_->leave();
  EXPECT_FALSE(sink_->finish(milliseconds(0))) << "leave() had waited";
  whole.l_type = F_UNLCK;
  ASSERT_EQ(::fcntl(lock.get(), F_OFD_SETLK, &whole), 0);
  EXPECT_TRUE(within(seconds(60), [&] { return sink_->ended(); }));
  pollfd news{sink_->event_fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&news, 1, 60000), 1) << "its end rings";
}

// The thread of an idle sink is not scheduled: its context switches stand still.
TEST_F(ProfileSinkTest, SleepsWhileNothingChanges) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "TSan has a thread of its own that does not sleep";
#endif
  open();
  sync("AKID1");
  ASSERT_TRUE(report());
  const auto switches = [] {
    long sum = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      if (task.path().filename() == std::to_string(::getpid())) continue;
      std::ifstream status(task.path() / "status");
      for (std::string line; std::getline(status, line);) {
        if (line.starts_with("voluntary_ctxt")) sum += std::atol(line.c_str() + 24);
      }
    }
    return sum;
  };
  std::this_thread::sleep_for(milliseconds(500));  // our own rename is looked at
  const long before = switches();
  std::this_thread::sleep_for(seconds(2));
  EXPECT_EQ(switches(), before);
}

}  // namespace
}  // namespace mdh
