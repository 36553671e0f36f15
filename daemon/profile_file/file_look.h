// Looks at a file that tell whether it is still the same, where a path leads, and what to say when
// the system refuses.
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
// is_null_device() tells whether the path is /dev/null by any name: the usual way to switch one of
// AWS's files off.
bool is_null_device(const std::string& path);

// resolved_target() is where the path leads, symlinks followed, a dangling one's target included;
// an Error for a loop, for a folder that is a file, and where root would follow another user's link
// to what is not that user's.
Result<std::string> resolved_target(const std::string& path);
// sibling() is a name of ours beside the file: ".credentials.mdh-lock".
std::string sibling(const std::string& target, std::string_view purpose);
// folder_of() is the folder that the file is in.
std::string folder_of(const std::string& path);

// file_error() is "cannot VERB PATH: REASON" from errno (class storage, stage file), with the cure
// where errno has one; the other form takes the sentence as it is.
Error file_error(const char* verb, const std::string& path);
Error file_error(const std::string& sentence, const std::string& hint);
// not_a_file() is the Error for something else in the file's place: a folder, a FIFO, /dev/null.
Error not_a_file(const std::string& path);

}  // namespace mdh
