#include "daemon/system/write_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>

#include "daemon/system/entropy.h"
#include "daemon/system/file_descriptor.h"
#include "daemon/system/read_grant.h"

namespace mdh {
namespace {

Error failed(const std::string& what, const std::string& path) {
  return {.error_class = ErrorClass::storage,
          .stage = Stage::config,
          .message = "cannot " + what + " " + path + ": " + std::strerror(errno)};
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

bool give_to_folders_owner(const FileDescriptor& file, const std::string& folder) {
  struct stat found {};
  if (::geteuid() != 0) return true;
  if (::stat(folder.c_str(), &found) != 0) return false;
  return ::fchown(file.get(), found.st_uid, found.st_gid) == 0;
}

bool write_out(const FileDescriptor& file, const std::string& folder, std::string_view bytes,
               const FileAccess& access) {
  return give_to_folders_owner(file, folder) && give_access(file.get(), access) &&
         write_all(file.get(), bytes) && ::fsync(file.get()) == 0;
}

// The rename is durable once the folder is; where it cannot be synced the file is still whole.
void sync_folder(const std::string& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) ::fsync(fd.get());
}

// `place` gives the file that was written beside `path` its name.
Done write_beside(const std::string& path, std::string_view bytes, const FileAccess& access,
                  const std::function<bool(const char* beside)>& place) {
  const std::string beside = path + "." + random_uuid().substr(0, 8);
  const FileDescriptor file(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return failed("create", beside);
  const std::string folder = folder_of(path);
  const bool written = write_out(file, folder, bytes, access);
  if (written && place(beside.c_str())) {
    sync_folder(folder);
    return done();
  }
  const Error error = written ? failed("replace", path) : failed("write", beside);
  ::unlink(beside.c_str());
  return error;
}

}  // namespace

// A service's sandbox may refuse chown to any group, its own among them.
bool give_access(int fd, const FileAccess& access) {
  struct stat found {};
  if (::fstat(fd, &found) != 0 || ::fchmod(fd, access.mode) != 0) return false;
  if (access.reader && !grant_user(fd, *access.reader)) return false;
  if (!access.group || found.st_gid == *access.group) return true;
  return ::fchown(fd, static_cast<uid_t>(-1), *access.group) == 0 || grant_group(fd, *access.group);
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Done write_small_file(const std::string& path, std::string_view bytes, const FileAccess& access) {
  return write_beside(path, bytes, access,
                      [&](const char* beside) { return ::rename(beside, path.c_str()) == 0; });
}

Done make_small_file(const std::string& path, std::string_view bytes, const FileAccess& access) {
  return write_beside(path, bytes, access, [&](const char* beside) {
    if (::link(beside, path.c_str()) == 0 || errno == EEXIST) return ::unlink(beside) == 0;
    return ::rename(beside, path.c_str()) == 0;  // a file system without links
  });
}

}  // namespace mdh
