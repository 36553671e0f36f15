#include "daemon/profile_file/file_look.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <set>
#include <tuple>

namespace mdh {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;

FileLook look_of(const struct stat& found) {
  return {found.st_dev,  found.st_ino, found.st_size, found.st_mtim,
          found.st_mode, found.st_uid, found.st_gid};
}

bool has_attribute(const std::string& path, unsigned attribute) {
  struct statx found {};
  return ::statx(AT_FDCWD, path.c_str(), 0, 0, &found) == 0 &&
         (found.stx_attributes & attribute) != 0;
}

// What of the path refuses: the file itself, or the first folder above it that does.
std::string cure_of_access(const std::string& path) {
  const auto refuses = [](const std::string& at, int right) {
    return ::faccessat(AT_FDCWD, at.c_str(), right, AT_EACCESS) != 0 && errno != ENOENT;
  };
  std::error_code ignored;
  std::string at = path;
  if (!fs::is_directory(path, ignored) && !refuses(path, R_OK)) at = folder_of(path);
  for (std::string folder = folder_of(at); folder.size() > 1; folder = folder_of(folder)) {
    if (refuses(folder, X_OK)) at = folder;
  }
  const auto look = look_at(at);
  const std::string self = std::to_string(::geteuid());
  if (look && look->user != ::geteuid()) {
    return at + " belongs to user " + std::to_string(look->user) + ": sudo chown " + self + " " +
           at;
  }
  return "let user " + self + " read and write " + at + ": chmod u+rwX " + at;
}

std::string cure_of_permission(const std::string& path) {
  for (const std::string& at : {path, folder_of(path)}) {
    if (has_attribute(at, STATX_ATTR_IMMUTABLE)) return "it is immutable: sudo chattr -i " + at;
    if (has_attribute(at, STATX_ATTR_APPEND)) return "it is append-only: sudo chattr -a " + at;
  }
  return "make the file and its folder user " + std::to_string(::geteuid()) +
         "'s own, or set profile_file.path";
}

bool is_sibling(const std::string& path) {
  return fs::path(path).filename().string().find(".mdh-") != std::string::npos;
}

// A part of the path that is no folder.
std::string cure_of_file_as_folder(const std::string& path) {
  std::error_code ignored;
  for (fs::path part = fs::path(path).parent_path(); part.has_relative_path();
       part = part.parent_path()) {
    if (fs::exists(part, ignored) && !fs::is_directory(part, ignored)) {
      return part.string() + " is a file, and must be a folder: move it away";
    }
  }
  return "a part of the path is a file, and must be a folder";
}

std::string cure_of(int fault, const std::string& path) {
  switch (fault) {
    case EACCES:
      return cure_of_access(path);
    case EPERM:
      return cure_of_permission(path);
    case EROFS:
      return "the file system is read-only: mount it writable, set profile_file.path to another "
             "place, or go without the file (--no-profile-file)";
    case ENOSPC:
      return "the disk is full (df -h, df -i): make room, it is tried again by itself";
    case EDQUOT:
      return "the disk quota is used up (quota -s): make room, it is tried again by itself";
    case EFBIG:
      return "the file size limit is too low (ulimit -f): raise it";
    case EBUSY:
      return "the file itself is a mount point: mount its folder instead";
    case ENOTDIR:
      return cure_of_file_as_folder(path);
    case EISDIR:
      return "it is a folder, and must be a file: remove it where it is empty";
    case ELOOP:
      if (is_sibling(path)) return "it is a symlink, and must be a file of ours: remove it";
      return "the symlinks lead in a circle: mend them (namei -l " + path + ")";
    case ENAMETOOLONG:
      return "the path is too long: set profile_file.path";
    case EIO:
    case ESTALE:
      return "the disk or its server is at fault (see dmesg); it is tried again by itself";
    default:
      return {};
  }
}

// The users other than root who could have made the path lead where it does.
std::set<uid_t> other_owners(const fs::path& path) {
  std::set<uid_t> owners;
  fs::path at;
  for (const fs::path& part : path) {
    at /= part;
    struct stat found {};
    if (::lstat(at.c_str(), &found) != 0) break;
    const bool leads = S_ISDIR(found.st_mode) || S_ISLNK(found.st_mode);
    if (leads && found.st_uid != 0) owners.insert(found.st_uid);
  }
  return owners;
}

// Root must not carry keys to where another user's symlink points: over a file of the system's.
Done root_may_follow(const std::string& path, const std::string& target) {
  if (::geteuid() != 0) return done();
  std::error_code fault;
  const fs::path folder = fs::canonical(folder_of(target), fault);
  if (fault || folder / fs::path(target).filename() == path) return done();
  const std::set<uid_t> owners = other_owners(path);
  if (owners.empty()) return done();
  const auto file = look_at(target);
  const auto around = look_at(folder.string());
  if (file ? owners.contains(file->user) : around && owners.contains(around->user)) return done();
  return file_error(path + " is a symlink of user " + std::to_string(*owners.begin()) +
                        " to what is not that user's: " + target,
                    "run it as that user, or name the file itself in profile_file.path");
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

bool is_null_device(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISCHR(found.st_mode) &&
         found.st_rdev == makedev(1, 3);
}

Result<std::string> resolved_target(const std::string& path) {
  fs::path target = path;
  for (int links = 0; links < kMostLinks; ++links) {
    char link[PATH_MAX];
    const ssize_t size = ::readlink(target.c_str(), link, sizeof link);
    if (size < 0 && (errno == EINVAL || errno == ENOENT)) {
      if (Done may = root_may_follow(path, target.string()); !may) return may.error();
      return target.string();
    }
    if (size < 0) return file_error("follow", target.string());
    const fs::path next(std::string(link, static_cast<std::size_t>(size)));
    target = next.is_absolute() ? next : target.parent_path() / next;
  }
  errno = ELOOP;
  return file_error("follow", path);
}

std::string sibling(const std::string& target, std::string_view purpose) {
  const fs::path path = target;
  return (path.parent_path() / ("." + path.filename().string() + ".mdh-" + std::string(purpose)))
      .string();
}

std::string folder_of(const std::string& path) {
  return fs::path(path).parent_path().string();
}

Error file_error(const char* verb, const std::string& path) {
  const int fault = errno;
  return file_error("cannot " + std::string(verb) + " " + path + ": " + std::strerror(fault),
                    cure_of(fault, path));
}

Error file_error(const std::string& sentence, const std::string& hint) {
  return {
      .error_class = ErrorClass::storage, .stage = Stage::file, .message = sentence, .hint = hint};
}

Error not_a_file(const std::string& path) {
  if (is_null_device(path)) {
    return file_error(path + " keeps nothing that is written to it",
                      "set profile_file.path (--credentials-file), or go without the file "
                      "(--no-profile-file)");
  }
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    return file_error(path + " is a folder, and must be a file",
                      "remove it where it is empty (container engines make one for a file that was "
                      "not there), or set profile_file.path");
  }
  return file_error(path + " is no regular file", "move it away, or set profile_file.path");
}

}  // namespace mdh
