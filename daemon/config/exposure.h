// Whether others may read what is secret, or write what says where a secret goes: owner and mode of
// a key, a .env, a configuration. Looks at an open file, so that nobody changes it in between.
#pragma once

#include <sys/stat.h>

#include <string>

#include "common/result.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

// closed_to_others() refuses a file that belongs to neither this user nor root, or whose mode has
// one of the bits of `forbidden`; the write bit of the user's own private group is nobody else's.
// `what` names it ("the private key file /etc/lab.pem"), `path` is for the cure. An Error is of
// class config.
Done closed_to_others(const FileDescriptor& file, const std::string& what, const std::string& path,
                      mode_t forbidden);

inline constexpr mode_t kAnyBit = S_IRWXG | S_IRWXO;
inline constexpr mode_t kWriteBits = S_IWGRP | S_IWOTH;

}  // namespace mdh
