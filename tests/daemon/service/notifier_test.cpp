#include "daemon/service/notifier.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>

#include "tests/support/notify_socket.h"

namespace mdh {
namespace {

TEST(Notifier, SaysNothingWithoutAManager) {
  unsetenv("NOTIFY_SOCKET");
  Notifier notifier;
  notifier.ready();
  notifier.feed_watchdog(false);
  EXPECT_EQ(notifier.watchdog_interval(), milliseconds(0));
}

// Field bug 18: READY once and when told, not by the way.
TEST(Notifier, IsReadyOnlyOnce) {
  NotifySocket manager;
  Notifier notifier;
  notifier.status("starting");
  EXPECT_EQ(manager.next().text, "STATUS=starting");
  EXPECT_EQ(manager.next().text, "");
  notifier.ready();
  notifier.ready();
  EXPECT_EQ(manager.next().text, "READY=1");
  EXPECT_EQ(manager.next().text, "");
}

TEST(Notifier, SendsAStatusOnlyWhenItChangedAndOnOneLine) {
  NotifySocket manager;
  Notifier notifier;
  notifier.status("1 of 1 valid\nREADY=1");
  notifier.status("1 of 1 valid\nREADY=1");
  EXPECT_EQ(manager.next().text, "STATUS=1 of 1 valid READY=1");
  EXPECT_EQ(manager.next().text, "");
}

TEST(Notifier, ReloadingCarriesTheMonotonicClock) {
  NotifySocket manager;
  Notifier notifier;
  notifier.ready();
  manager.next();
  timespec before{};
  clock_gettime(CLOCK_MONOTONIC, &before);
  notifier.reloading();
  const std::string text = manager.next().text;
  const std::string prefix = "RELOADING=1\nMONOTONIC_USEC=";
  ASSERT_EQ(text.substr(0, prefix.size()), prefix);
  const long long said = std::stoll(text.substr(prefix.size()));
  const long long earliest = before.tv_sec * 1'000'000LL + before.tv_nsec / 1000;
  EXPECT_GE(said, earliest);
  timespec after{};
  clock_gettime(CLOCK_MONOTONIC, &after);
  EXPECT_LE(said, after.tv_sec * 1'000'000LL + after.tv_nsec / 1000);
  notifier.reloaded();
  EXPECT_EQ(manager.next().text, "READY=1");
}

TEST(Notifier, SaysWhenItStops) {
  NotifySocket manager;
  Notifier notifier;
  notifier.stopping();
  EXPECT_EQ(manager.next().text, "STOPPING=1");
}

TEST(Notifier, FeedsTheWatchdogTwiceAnInterval) {
  NotifySocket manager;
  Notifier notifier;
  setenv("WATCHDOG_USEC", "90000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_EQ(notifier.watchdog_interval(), milliseconds(45000));
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(notifier.watchdog_interval(), milliseconds(0)) << "meant for another process";
  unsetenv("WATCHDOG_USEC");
  unsetenv("WATCHDOG_PID");
  notifier.feed_watchdog(false);
  EXPECT_EQ(manager.next().text, "WATCHDOG=1");
}

TEST(Notifier, LetsTheWatchdogHaveAServiceWhoseWorkIsStuck) {
  NotifySocket manager;
  Notifier notifier;
  notifier.feed_watchdog(true);
  EXPECT_EQ(manager.next().text, "");
}

}  // namespace
}  // namespace mdh
