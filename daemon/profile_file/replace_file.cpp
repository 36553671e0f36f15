#include "daemon/profile_file/replace_file.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <tuple>
#include <vector>

#include "daemon/system/write_file.h"

namespace mdh {
namespace {

constexpr int kMostLinks = 40;

FileLook look_of(const struct stat& found) {
  return {found.st_dev,  found.st_ino, found.st_size, found.st_mtim,
          found.st_mode, found.st_uid, found.st_gid};
}

std::string cure_of(int fault) {
  switch (fault) {
    case EACCES:
    case EPERM:
      return "let the daemon's user read the file and write to its folder";
    case EROFS:
      return "the file system is read-only; set profile_file.path to a place that can be written";
    case ENOSPC:
      return "the disk is full; make room, it is tried again by itself";
    case EDQUOT:
    case EFBIG:
      return "the quota or file size limit is used up; make room, it is tried again by itself";
    case EBUSY:
      return "the file itself is a mount point; mount its folder instead";
    case ENOTDIR:
      return "a part of the path is a file, and must be a folder";
    case ELOOP:
      return "the symlinks lead in a circle; mend them";
    default:
      return {};
  }
}

// The temporary file, gone again unless it was renamed.
class Draft {
 public:
  explicit Draft(std::string path) : path_(std::move(path)) {
    ::unlink(path_.c_str());
    file_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  }
  ~Draft() {
    if (file_ && !kept_) ::unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  int fd() const { return file_.get(); }
  const FileDescriptor& file() const { return file_; }
  const std::string& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::string path_;
  FileDescriptor file_;
  bool kept_ = false;
};

// Beyond `ulimit -f` the kernel sends SIGXFSZ, which kills; blocked, the write fails with EFBIG.
class SizeSignalHeld {
 public:
  SizeSignalHeld() {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  ~SizeSignalHeld() {
    const int fault = errno;
    const timespec at_once{};
    if (!sigismember(&before_, SIGXFSZ)) sigtimedwait(&signal_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = fault;
  }
  SizeSignalHeld(const SizeSignalHeld&) = delete;
  SizeSignalHeld& operator=(const SizeSignalHeld&) = delete;

 private:
  sigset_t signal_{}, before_{};
};

bool write_held(int fd, std::string_view bytes) {
  const SizeSignalHeld held;
  return write_all(fd, bytes);
}

// All extended attributes, POSIX ACLs among them, and none that the folder gave of itself. What the
// file system or our rights do not allow (a security label that is set by itself) is left.
void copy_attributes(const std::string& from, int to) {
  std::vector<char> names(65536);
  const ssize_t size = ::listxattr(from.c_str(), names.data(), names.size());
  std::vector<char> value(65536);
  for (ssize_t at = 0; at < size;) {
    const char* name = names.data() + at;
    const ssize_t length = ::getxattr(from.c_str(), name, value.data(), value.size());
    if (length >= 0) ::fsetxattr(to, name, value.data(), static_cast<std::size_t>(length), 0);
    at += static_cast<ssize_t>(std::strlen(name)) + 1;
  }
}

Done take_over(const std::string& target, const FileLook& before, const Draft& draft) {
  // A set-group-ID folder has given the draft a group that is not the process's.
  const auto made = look_at(draft.file());
  const bool other = !made || made->user != before.user || made->group != before.group;
  if (other && ::fchown(draft.fd(), before.user, before.group) != 0) {
    return file_error(target + " belongs to another user or group (" + std::to_string(before.user) +
                          ":" + std::to_string(before.group) +
                          "), which a new file in its place would lose",
                      "make the file your own, or set profile_file.path");
  }
  ::fremovexattr(draft.fd(), "system.posix_acl_access");
  if (::fchmod(draft.fd(), before.mode & 07777) != 0) return file_error("chmod", draft.path());
  copy_attributes(target, draft.fd());
  return done();
}

Done sync_folder(const std::string& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return file_error("sync the folder", folder);
  return done();
}

// Draft and target change places, and what came out is looked at once more: a program that opened
// the old file between look and rename has it back. EINVAL: this file system can only rename.
Result<bool> exchange(Draft& draft, const std::string& target, const FileLook& before) {
  const char* ours = draft.path().c_str();
  if (::renameat2(AT_FDCWD, ours, AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0) {
    if (errno == ENOENT) return false;
    if (errno != EINVAL) return file_error("replace", target);
    if (::rename(ours, target.c_str()) != 0) return file_error("replace", target);
    draft.keep();
    return true;
  }
  if (look_at(draft.path()) == before) return true;
  if (::renameat2(AT_FDCWD, ours, AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0 &&
      ::rename(ours, target.c_str()) != 0) {
    draft.keep();
    return file_error("put back", target);
  }
  return false;
}

Result<bool> put_where_none_is(Draft& draft, const std::string& target) {
  const char* ours = draft.path().c_str();
  if (::renameat2(AT_FDCWD, ours, AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) return false;
    if (errno != EINVAL || ::rename(ours, target.c_str()) != 0) {
      return file_error("create", target);
    }
  }
  draft.keep();
  return true;
}

std::string folder_of(const std::string& target) {
  return std::filesystem::path(target).parent_path().string();
}

}  // namespace

bool FileLook::operator==(const FileLook& other) const {
  const auto all = [](const FileLook& look) {
    return std::tuple(look.device, look.inode, look.size, look.changed.tv_sec, look.changed.tv_nsec,
                      look.mode, look.user, look.group);
  };
  return all(*this) == all(other);
}

std::optional<FileLook> look_at(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return look_of(found);
}

std::optional<FileLook> look_at(const FileDescriptor& file) {
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return std::nullopt;
  return look_of(found);
}

Result<std::string> resolved_target(const std::string& path) {
  std::filesystem::path target = path;
  for (int links = 0; links < kMostLinks; ++links) {
    char link[PATH_MAX];
    const ssize_t size = ::readlink(target.c_str(), link, sizeof link);
    if (size < 0 && (errno == EINVAL || errno == ENOENT)) return target.string();
    if (size < 0) return file_error("follow", target.string());
    const std::filesystem::path next(std::string(link, static_cast<std::size_t>(size)));
    target = next.is_absolute() ? next : target.parent_path() / next;
  }
  errno = ELOOP;
  return file_error("follow", path);
}

std::string sibling(const std::string& target, std::string_view purpose) {
  const std::filesystem::path path = target;
  return (path.parent_path() / ("." + path.filename().string() + ".mdh-" + std::string(purpose)))
      .string();
}

Result<bool> replace_file(const std::string& target, std::string_view bytes,
                          const std::optional<FileLook>& before) {
  Draft draft(sibling(target, "new"));
  if (draft.fd() < 0) return file_error("create", draft.path());
  if (before) {
    if (Done taken = take_over(target, *before, draft); !taken) return taken.error();
  }
  if (!write_held(draft.fd(), bytes)) return file_error("write", draft.path());
  if (::fsync(draft.fd()) != 0) return file_error("sync", draft.path());
  if (look_at(target) != before) return false;
  auto placed = before ? exchange(draft, target, *before) : put_where_none_is(draft, target);
  if (!placed || !*placed) return placed;
  if (Done synced = sync_folder(folder_of(target)); !synced) return synced.error();
  return true;
}

Error file_error(const char* verb, const std::string& path) {
  const int fault = errno;
  return file_error("cannot " + std::string(verb) + " " + path + ": " + std::strerror(fault),
                    cure_of(fault));
}

Error file_error(const std::string& sentence, const std::string& hint) {
  return {
      .error_class = ErrorClass::storage, .stage = Stage::file, .message = sentence, .hint = hint};
}

}  // namespace mdh
