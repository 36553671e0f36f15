#include "daemon/profile_file/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "common/timestamp.h"
#include "daemon/profile_file/file_look.h"

namespace mdh {
namespace {

using std::chrono::steady_clock;

constexpr seconds kPatience{5};
constexpr milliseconds kPause{20};

bool has_no_locks(int fault) {
  return fault == ENOSYS || fault == ENOLCK || fault == EOPNOTSUPP || fault == EINVAL;
}

Result<FileDescriptor> open_lock(const std::string& path) {
  FileDescriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return file_error("open", path);
  // Root's lock in a user's folder would shut the user out; a server may refuse root (root_squash).
  const auto folder = look_at(folder_of(path));
  if (::geteuid() != 0 || !folder) return lock;
  if (::fchown(lock.get(), folder->user, folder->group) != 0 && errno != EPERM) {
    return file_error("chown", path);
  }
  return lock;
}

}  // namespace

Result<FileLock> lock_beside(const std::string& target, Remarks& remarks) {
  const std::string path = sibling(target, "lock");
  auto file = open_lock(path);
  if (!file) return file.error();
  struct flock whole {};
  whole.l_type = F_WRLCK;
  const auto until = steady_clock::now() + kPatience;
  while (::fcntl(file->get(), F_OFD_SETLK, &whole) != 0) {
    if (has_no_locks(errno)) {
      remarks.insert("the file system of " + target + " has no locks (" + std::strerror(errno) +
                     "): let only one mdh-credentials write the file");
      return FileLock{std::move(*file), false};
    }
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) return file_error("lock", path);
    if (steady_clock::now() > until) {
      Error error = file_error(path + " is held by another process",
                               "is another mdh-credentials busy with the same file?");
      error.retry_after = seconds(5);
      return error;
    }
    std::this_thread::sleep_for(kPause);
  }
  return FileLock{std::move(*file), true};
}

}  // namespace mdh
