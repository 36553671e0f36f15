// Does something as another user, in a child process. Needs root.
#pragma once

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "tests/support/leave.h"

namespace mdh::test {

struct OtherUser {
  uid_t user;
  gid_t group;  // the only one
};

// run_as() is the exit status of `step`, run as that user; 126 where it could not become one.
inline int run_as(OtherUser who, const std::function<int()>& step) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool became =
        ::setgroups(0, nullptr) == 0 && ::setgid(who.group) == 0 && ::setuid(who.user) == 0;
    leave(became ? step() : 126);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}

}  // namespace mdh::test
