// The group that many systems give each user, with the user's name and nobody else in it.
#pragma once

#include <sys/types.h>

namespace mdh {

// is_private_group() is whether that is this user's own, so that its write bit opens nothing to
// others.
bool is_private_group(gid_t group);

}  // namespace mdh
