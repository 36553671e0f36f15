// Claims: who one is outside of a user namespace is known, and by whom the rest of the machine is
// shown in it.
#include "daemon/system/user_namespace.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/leave.h"

namespace mdh {
namespace {

// In a child, which is user 5 of a namespace of its own. 77: such namespaces may not be made here.
template <typename Question>
int asked_inside(Question question) {
  const uid_t outside = geteuid();
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWUSER) != 0) test::leave(77);
    std::ofstream("/proc/self/uid_map") << "5 " << outside << " 1\n";
    test::leave(geteuid() == 5 && question(outside) ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(UserNamespace, ShowsWhoOneIsOutsideAndWhoTheOthersAre) {
  const int status = asked_inside(
      [](uid_t outside) { return outer_user() == outside && overflow_user().has_value(); });
  if (status == 77) GTEST_SKIP() << "no user namespace may be made here";
  EXPECT_EQ(status, 0);
}

TEST(UserNamespace, IsNoneWhereEverybodyHasANumber) {
  std::ifstream map("/proc/self/uid_map");
  std::uint64_t inside = 1, outside = 1, count = 0;
  map >> inside >> outside >> count;
  if (count != 0xffffffff || outside != 0) GTEST_SKIP() << "this is a user namespace";
  EXPECT_EQ(outer_user(), std::nullopt);
  EXPECT_EQ(overflow_user(), std::nullopt);
}

}  // namespace
}  // namespace mdh
