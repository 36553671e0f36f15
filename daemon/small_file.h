// Writes small files of our own so that a reader sees the old or the new one, whole: a temporary
// file in the same folder, fsync, rename. Not for the AWS profile file (daemon/storage).
#pragma once

#include <string>
#include <string_view>

#include "common/result.h"

namespace mdh {

// write_small_file() replaces `path` by `bytes` with exactly `mode` and, where `group` is not
// empty, that group (a name or a number). Run by root, the file gets the owner of its folder, so
// that the daemon can still read what an administrator changed. An Error (class storage) names the
// path; the old file is whole then.
Done write_small_file(const std::string& path, std::string_view bytes, unsigned mode,
                      const std::string& group = {});

}  // namespace mdh
