// Reads a file that others write in place, when it holds still.
#pragma once

#include <optional>
#include <string>

#include "common/result.h"
#include "common/secret.h"
#include "common/timestamp.h"
#include "daemon/profile_file/file_look.h"

namespace mdh {

// Writers that truncate in place take less than this from the truncation to the last byte.
inline constexpr milliseconds kSettled{50};

struct Reading {
  Secret text;
  std::optional<FileLook> look;  // nothing: there is no file
};

// stable_read() is the file's text and look. A read counts when size, mtime and inode held still
// round it, and have for a while: `aws configure set` truncates in place, and what it has written
// so far is not the file. An Error with retry_after where it does not come to rest.
Result<Reading> stable_read(const std::string& target);

}  // namespace mdh
