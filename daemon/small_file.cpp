#include "daemon/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "daemon/accounts.h"
#include "daemon/entropy.h"
#include "daemon/file_descriptor.h"

namespace mdh {
namespace {

Error storage_error(const std::string& path, int why) {
  Error error;
  error.error_class = ErrorClass::storage;
  error.stage = Stage::file;
  error.message = "cannot write " + path + ": " + std::strerror(why);
  return error;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Group first: fchown may clear mode bits.
bool set_owner_and_mode(int fd, const std::string& folder, unsigned mode,
                        std::optional<gid_t> group) {
  struct stat of_folder{};
  if (::geteuid() == 0 && ::stat(folder.c_str(), &of_folder) == 0 &&
      ::fchown(fd, of_folder.st_uid, of_folder.st_gid) != 0) {
    return false;
  }
  if (group && ::fchown(fd, static_cast<uid_t>(-1), *group) != 0) return false;
  return ::fchmod(fd, mode) == 0;
}

// A rename is durable once its folder is; where a folder cannot be synced the file is still whole.
void sync_folder(const std::string& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) ::fsync(fd.get());
}

}  // namespace

Done write_small_file(const std::string& path, std::string_view bytes, unsigned mode,
                      const std::string& group) {
  const auto gid = group.empty() ? std::nullopt : group_number(group);
  if (!group.empty() && !gid) return storage_error(path + " for group " + group, ENOENT);
  const std::string folder = folder_of(path);
  const std::string temporary = path + "." + random_uuid();
  FileDescriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return storage_error(path, errno);
  const bool replaced = write_all(fd.get(), bytes) &&
                        set_owner_and_mode(fd.get(), folder, mode, gid) &&
                        ::fsync(fd.get()) == 0 && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!replaced) {
    const int why = errno;
    ::unlink(temporary.c_str());
    return storage_error(path, why);
  }
  sync_folder(folder);
  return done();
}

}  // namespace mdh
