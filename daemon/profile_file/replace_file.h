// One atomic, durable replacement of one file, and the looks at it that tell whether it is still
// the same. The steps of daemon/storage; no policy here.
#pragma once

#include <sys/types.h>

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

// What tells one state of a file from another.
struct FileLook {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  timespec changed{};  // mtime
  mode_t mode = 0;
  uid_t user = 0;
  gid_t group = 0;

  bool operator==(const FileLook& other) const;
};

// look_at() is the file as it is now (symlinks followed), or nothing when there is none.
std::optional<FileLook> look_at(const std::string& path);
std::optional<FileLook> look_at(const FileDescriptor& file);

// resolved_target() is where the path leads, symlinks followed, a dangling one's target included;
// an Error for a loop or a folder that is a file.
Result<std::string> resolved_target(const std::string& path);
// sibling() is a name of ours beside the file: ".credentials.mdh-lock".
std::string sibling(const std::string& target, std::string_view purpose);

// replace_file() puts `bytes` in the place of `target`, which looked like `before` (nothing: there
// was none; then mode 0600). False, and nothing changed, when it looks otherwise by now. The
// caller holds the lock: the temporary file's name is always the same, so that one left behind by a
// crash is taken away by the next.
Result<bool> replace_file(const std::string& target, std::string_view bytes,
                          const std::optional<FileLook>& before);

// file_error() is "cannot VERB PATH: REASON" from errno (class storage, stage file), with the cure
// where errno has one; the other form takes the sentence as it is.
Error file_error(const char* verb, const std::string& path);
Error file_error(const std::string& sentence, const std::string& hint);

}  // namespace mdh
