#include "daemon/system/read_grant.h"

#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/xattr.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

namespace mdh {
namespace {

static_assert(std::endian::native == std::endian::little, "the list's numbers are little-endian");

struct Entry {
  std::uint16_t tag;
  std::uint16_t permissions;
  std::uint32_t id;
};

// The kernel wants them sorted by tag, then id (posix_acl_xattr.h).
bool set_list(int fd, const std::array<Entry, 5>& entries) {
  const std::uint32_t version = POSIX_ACL_XATTR_VERSION;
  std::array<char, sizeof version + sizeof entries> bytes{};
  std::memcpy(bytes.data(), &version, sizeof version);
  std::memcpy(bytes.data() + sizeof version, entries.data(), sizeof entries);
  return ::fsetxattr(fd, "system.posix_acl_access", bytes.data(), bytes.size(), 0) == 0;
}

constexpr std::uint32_t kNone = 0xffffffff;
constexpr Entry kOwner{ACL_USER_OBJ, ACL_READ | ACL_WRITE, kNone};
constexpr Entry kOwningGroup{ACL_GROUP_OBJ, 0, kNone};
constexpr Entry kMask{ACL_MASK, ACL_READ, kNone};
constexpr Entry kOthers{ACL_OTHER, 0, kNone};

}  // namespace

bool grant_user(int fd, uid_t user) {
  return set_list(fd, {kOwner, {ACL_USER, ACL_READ, user}, kOwningGroup, kMask, kOthers});
}

bool grant_group(int fd, gid_t group) {
  return set_list(fd, {kOwner, kOwningGroup, {ACL_GROUP, ACL_READ, group}, kMask, kOthers});
}

}  // namespace mdh
