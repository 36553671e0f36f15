#include "daemon/profile_file/rehearsal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "daemon/profile_file/draft.h"
#include "daemon/profile_file/file_look.h"
#include "daemon/system/file_descriptor.h"
#include "daemon/system/write_file.h"

namespace mdh {
namespace {

namespace fs = std::filesystem;

Error refused(int fault, const char* verb, const std::string& path) {
  errno = fault;
  return file_error(verb, path);
}

// The folder, or where it is missing the nearest one above, in which it would be made.
Result<std::string> standing_folder(const std::string& path, const std::string& target) {
  std::error_code fault;
  fs::path folder = folder_of(target);
  if (!fs::exists(folder, fault) && path != target) {
    return file_error(path + " is a symlink into a folder that is not there: " + folder.string(),
                      "mend the symlink, or make the folder; it is tried again by itself");
  }
  while (!fs::exists(folder, fault) && folder.has_relative_path()) folder = folder.parent_path();
  if (!fs::is_directory(folder, fault)) return refused(ENOTDIR, "make the folder", target);
  return folder.string();
}

// Where there are no files without names, the folder's rights and the disk's room are all that is
// known.
Done rights_and_room(const std::string& folder) {
  struct statvfs system {};
  if (::statvfs(folder.c_str(), &system) == 0) {
    if ((system.f_flag & ST_RDONLY) != 0) return refused(EROFS, "write to", folder);
    if (system.f_blocks != 0 && system.f_bavail == 0) return refused(ENOSPC, "write to", folder);
  }
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return done();
  return file_error("write to", folder);
}

Done has_room(const std::string& folder, std::size_t size) {
  const FileDescriptor file(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (!file && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT)) {
    return rights_and_room(folder);
  }
  if (!file) return file_error("write to", folder);
  const std::string bytes(size, '#');
  if (!write_all(file.get(), bytes) || ::fsync(file.get()) != 0) {
    if (errno == EINVAL || errno == ENOSYS) return done();  // no sync is no harm
    return file_error("write to", folder);
  }
  return done();
}

// Siblings of ours that somebody has put something else in the place of.
Done siblings_are_usable(const std::string& target) {
  const std::string lock = sibling(target, "lock");
  const FileDescriptor file(::open(lock.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file && errno != ENOENT) return file_error("open", lock);
  const std::string draft = draft_path(target, true);
  std::error_code ignored;
  if (fs::is_directory(fs::symlink_status(draft, ignored))) {
    return refused(EISDIR, "create", draft);
  }
  return done();
}

Done target_may_go(const std::string& target, const std::string& folder) {
  struct statx file {};
  if (::statx(AT_FDCWD, target.c_str(), 0, STATX_UID, &file) != 0) return done();
  if ((file.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) return refused(EBUSY, "replace", target);
  if ((file.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0) {
    return refused(EPERM, "replace", target);
  }
  const auto around = look_at(folder);
  const uid_t self = ::geteuid();
  const bool sticky = around && (around->mode & S_ISVTX) != 0;
  if (sticky && self != 0 && file.stx_uid != self && around->user != self) {
    return refused(EPERM, "replace", target);
  }
  return done();
}

}  // namespace

Done could_replace(const std::string& path, std::size_t size) {
  const auto target = resolved_target(path);
  if (!target) return target.error();
  if (is_null_device(*target)) return not_a_file(path);
  const auto folder = standing_folder(path, *target);
  if (!folder) return folder.error();
  if (Done may = target_may_go(*target, *folder); !may) return may;
  if (Done usable = siblings_are_usable(*target); !usable) return usable;
  return has_room(*folder, size);
}

}  // namespace mdh
