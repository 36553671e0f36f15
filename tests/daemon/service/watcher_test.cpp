#include "daemon/service/watcher.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>

#include "daemon/system/file_descriptor.h"
#include "tests/support/own_network.h"

namespace mdh {
namespace {

bool woken(const Watcher& watcher, int within = 0) {
  pollfd fd{watcher.poll_fd(), POLLIN, 0};
  return poll(&fd, 1, within) == 1;
}

TEST(Watcher, SleepsWhileNothingHappens) {
  Watcher watcher;
  EXPECT_FALSE(watcher.take().any());
  EXPECT_FALSE(woken(watcher));
}

// Setting the clock to what it is moves it by a microsecond, and is a step to the kernel.
TEST(Watcher, SeesTheWallClockSet) {  // R31
  Watcher watcher;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (clock_settime(CLOCK_REALTIME, &now) != 0) GTEST_SKIP() << "the clock may not be set here";
  EXPECT_TRUE(woken(watcher, 2000));
  EXPECT_TRUE(watcher.take().clock_stepped);
  EXPECT_FALSE(woken(watcher));
  EXPECT_FALSE(watcher.take().clock_stepped);
  clock_gettime(CLOCK_REALTIME, &now);
  ASSERT_EQ(clock_settime(CLOCK_REALTIME, &now), 0);
  EXPECT_TRUE(woken(watcher, 2000)) << "the second step is seen as well";
}

// Field bug 14: late after a suspend.
TEST(Watcher, SeesThatTheMachineSlept) {  // R31
  milliseconds asleep{0};
  Watcher watcher([&] { return asleep; });
  EXPECT_FALSE(watcher.take().clock_stepped);
  asleep = seconds(3600);
  EXPECT_TRUE(watcher.take().clock_stepped);
  EXPECT_FALSE(watcher.take().clock_stepped);
  asleep += milliseconds(3);
  EXPECT_FALSE(watcher.take().clock_stepped) << "two clocks are not read at one instant";
}

TEST(Watcher, SeesAWatchedFileChange) {
  std::string folder = "/tmp/mdh-watcher-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  Watcher watcher;
  watcher.watch_files({folder + "/key"});
  std::ofstream(folder + "/key") << "one";
  EXPECT_TRUE(woken(watcher));
  EXPECT_EQ(watcher.take().files, std::vector<std::string>{folder + "/key"});
  EXPECT_FALSE(woken(watcher));
  std::filesystem::remove_all(folder);
}

bool network_up(Watcher& watcher) {
  const bool told = woken(watcher);
  return watcher.take().network_up && told;
}

TEST(Watcher, SaysOnceThatItIsClosedAndNothingAfter) {
  const std::string folder = testing::TempDir() + "/mdh-closed-watch";
  std::filesystem::create_directory(folder);
  Watcher watcher;
  watcher.watch_files({folder + "/file"});
  watcher.close();
  ASSERT_TRUE(woken(watcher, 5000));
  EXPECT_TRUE(watcher.take().closed);
  std::ofstream(folder + "/file") << "changed";
  EXPECT_FALSE(woken(watcher, 50));
  const Watcher::Changes after = watcher.take();
  EXPECT_FALSE(after.any() || after.closed);
  std::filesystem::remove_all(folder);
}

TEST(Watcher, SeesLinksAddressesAndRoutesComeUpOnceEach) {
  const int status = in_own_network([] {
    if (!ip("link add one type veth peer name two")) _exit(kNoNamespaces);
    ip("link set one addrgenmode none");
    ip("link set two addrgenmode none");
    Watcher watcher;
    ip("link set one up");
    if (network_up(watcher)) return false;  // no carrier yet
    ip("link set two up");
    usleep(50000);  // the kernel tells of a carrier from its own work queue
    if (!network_up(watcher)) return false;
    ip("addr add 192.0.2.1/24 dev one");
    if (!network_up(watcher)) return false;
    ip("addr change 192.0.2.1/24 dev one valid_lft 300 preferred_lft 300");
    if (network_up(watcher)) return false;  // a renewal is no news
    ip("route add default via 192.0.2.2");
    if (!network_up(watcher)) return false;
    ip("link set two down");
    usleep(50000);
    if (network_up(watcher)) return false;
    ip("link set two up");
    usleep(50000);
    return network_up(watcher);
  });
  if (status == kNoNamespaces) GTEST_SKIP() << "no network namespace, ip or veth here";
  EXPECT_EQ(status, 0);
}

TEST(Watcher, TakesLoopbackForNoNews) {
  const int status = in_own_network([] {
    Watcher watcher;
    ip("link set lo up");
    return !network_up(watcher);
  });
  if (status == kNoNamespaces) GTEST_SKIP() << "no network namespace permitted here";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace mdh
