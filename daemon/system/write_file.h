// Writes small files of our own (tokens, a port): whole or not at all, by rename.
// Not for the user's profile file: see daemon/storage.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"

namespace mdh {

struct FileAccess {
  mode_t mode = 0600;
  // Who may read it besides; a group that we cannot give the file to reads it through a list.
  std::optional<gid_t> group{};
  std::optional<uid_t> reader{};
};

// give_access() has an open file of ours opened to those, and to nobody else; false with errno.
bool give_access(int fd, const FileAccess& access);

// write_small_file() replaces `path` by `bytes`: a temporary file beside it, fsync, rename, fsync
// of the folder. Run by root, the file gets its folder's owner, so that a daemon of another user
// can read what an administrator wrote. An Error (class storage) says what failed where; the old
// file is whole then.
Done write_small_file(const std::string& path, std::string_view bytes,
                      const FileAccess& access = {});

// make_small_file() is the same where there is no `path` yet; one that somebody else made meanwhile
// stays, and nothing is written.
Done make_small_file(const std::string& path, std::string_view bytes,
                     const FileAccess& access = {});

// write_all() writes every byte; false with errno when it cannot.
bool write_all(int fd, std::string_view bytes);

}  // namespace mdh
