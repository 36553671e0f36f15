// A POSIX access control list that lets one more user, or group, read a file of ours (acl(5)): what
// an owner may give without any privilege, where chown would want one.
#pragma once

#include <sys/types.h>

namespace mdh {

// grant_user() and grant_group() leave the open file readable and writable for its owner, readable
// for that user or group, and closed to everybody else; its mode is shown as 0640 then. False, with
// errno, where the file system knows no such lists.
bool grant_user(int fd, uid_t user);
bool grant_group(int fd, gid_t group);

}  // namespace mdh
