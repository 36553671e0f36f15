// The lock on a file beside the edited one, which keeps our own processes from one another's
// drafts.
#pragma once

#include <string>

#include "common/result.h"
#include "daemon/profile_file/draft.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

// FileLock is held until it goes; not held where the file system knows no locks, as some of
// clusters do.
struct FileLock {
  FileDescriptor file;
  bool held = false;
};

// lock_beside() waits up to 5 s; an Error with retry_after when another process has it then.
Result<FileLock> lock_beside(const std::string& target, Remarks& remarks);

}  // namespace mdh
