#include "daemon/config/exposure.h"

#include <pwd.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "common/shell_word.h"
#include "daemon/system/private_group.h"

namespace mdh {
namespace {

std::string octal(mode_t mode) {
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777));
  return text.data();
}

std::string cure(const FileDescriptor& file, const std::string& path, mode_t forbidden) {
  struct statvfs system {};
  if (::fstatvfs(file.get(), &system) == 0 && (system.f_flag & ST_RDONLY) != 0) {
    return "its file system is read-only here: give it mode 0400 and this user as owner where it "
           "is made (defaultMode in Kubernetes, mode and uid of a secret in Docker)";
  }
  return (forbidden == kWriteBits ? "chmod go-w " : "chmod 600 ") + path;
}

// What root would take for itself, another user's daemon could not use any more.
std::string owner_cure(uid_t owner, const std::string& path) {
  if (::geteuid() != 0) return "chown " + std::to_string(::geteuid()) + " " + path;
  const passwd* user = ::getpwuid(owner);
  const std::string name = user != nullptr ? user->pw_name : "#" + std::to_string(owner);
  return "run this as that user: sudo -u " + shell_quoted(name) +
         " mdh-credentials …; or, where root's own daemon is to use the file: chown 0 " + path;
}

}  // namespace

Done closed_to_others(const FileDescriptor& file, const std::string& what, const std::string& path,
                      mode_t forbidden) {
  Error error{ErrorClass::config, Stage::config, "cannot use " + what + ": "};
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) {
    error.message += std::strerror(errno);
    return error;
  }
  if (about.st_uid != ::geteuid() && about.st_uid != 0) {
    error.message += "it belongs to user " + std::to_string(about.st_uid) +
                     ", who is neither this user nor root";
    error.hint = owner_cure(about.st_uid, path);
    return error;
  }
  mode_t open = about.st_mode & forbidden;
  if (forbidden == kWriteBits && open == S_IWGRP && is_private_group(about.st_gid)) open = 0;
  if (open == 0) return done();
  error.message += "its mode " + octal(about.st_mode) + " opens it to others";
  error.hint = cure(file, path, forbidden);
  return error;
}

}  // namespace mdh
