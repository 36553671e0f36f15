#include "daemon/profile_file/draft.h"

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
#include <vector>

#include "common/timestamp.h"
#include "daemon/system/write_file.h"

namespace mdh {
namespace {

constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
constexpr seconds kAbandoned{600};

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

std::string octal(mode_t mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%04o", mode & 07777);
  return text;
}

// What is told of a file that others could read; on some file systems a mode cannot be changed.
void remark_on_mode(const std::string& target, mode_t before, mode_t after, Remarks& remarks) {
  if ((before & kOthers) == 0) return;
  if ((after & kOthers) != 0) {
    remarks.insert(target + " can be read by others (mode " + octal(after) +
                   "), and its file system does not let that be changed");
  } else {
    remarks.insert(target + " could be read by others (mode " + octal(before) +
                   "), and is the owner's alone now (" + octal(after) + ")");
  }
}

// The old file's owner and group, as far as we may give files away; false where it was not far.
bool take_over_owner(const FileLook& before, const FileDescriptor& draft) {
  // A set-group-ID folder has given the draft a group that is not the process's.
  const auto made = look_at(draft);
  if (made && made->user == before.user && made->group == before.group) return true;
  if (::fchown(draft.get(), before.user, before.group) == 0) return true;
  return ::fchown(draft.get(), static_cast<uid_t>(-1), before.group) == 0 && made &&
         made->user == before.user;
}

void remark_on_links(const std::string& target, Remarks& remarks) {
  struct stat found {};
  if (::stat(target.c_str(), &found) != 0 || found.st_nlink < 2) return;
  remarks.insert(target + " had " + std::to_string(found.st_nlink) +
                 " names (hard links): the others keep the old text");
}

}  // namespace

Draft::Draft(std::string path) : path_(std::move(path)) {
  ::unlink(path_.c_str());
  file_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
}

Draft::~Draft() {
  if (file_ && !kept_) ::unlink(path_.c_str());
}

Done Draft::write(std::string_view bytes, Remarks& remarks) {
  if (!write_held(fd(), bytes)) return file_error("write", path_);
  if (::fsync(fd()) == 0) return done();
  if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) return file_error("sync", path_);
  remarks.insert("the file system of " + folder_of(path_) +
                 " cannot sync a file: after a power failure it may be the old one");
  return done();
}

Done Draft::take_over(const std::string& target, const FileLook& before, bool owner_only,
                      Remarks& remarks) {
  remark_on_links(target, remarks);
  mode_t mode = before.mode & 07777;
  if (!take_over_owner(before, file_)) {
    mode &= ~static_cast<mode_t>(S_IRWXG);  // they would be another group's rights
    const auto made = look_at(file_);
    remarks.insert(target + " belonged to user " + std::to_string(before.user) + ", group " +
                   std::to_string(before.group) + ", and belongs to user " +
                   std::to_string(made ? made->user : ::geteuid()) + ", group " +
                   std::to_string(made ? made->group : ::getegid()) +
                   " now: the system does not let it be given away");
  }
  if (owner_only) mode &= ~kOthers;
  ::fremovexattr(fd(), "system.posix_acl_access");
  copy_attributes(target, fd());
  // Last, since an ACL's mask is the group's mode: narrowed, it keeps its entries and gives
  // nothing.
  const bool set = ::fchmod(fd(), mode) == 0;
  const auto made = look_at(file_);
  if (!set && made && (made->mode & kOthers & ~mode) != 0 && !owner_only) {
    return file_error("chmod", path_);
  }
  if (owner_only && made) remark_on_mode(target, before.mode, made->mode, remarks);
  return done();
}

// What root makes in a user's folder is the user's.
void Draft::give_to_owner_of(const std::string& folder) {
  const auto look = look_at(folder);
  if (::geteuid() != 0 || !look || look->user == 0) return;
  if (::fchown(fd(), look->user, look->group) != 0) return;  // no harm: it can be written
}

std::string draft_path(const std::string& target, bool locked) {
  char host[HOST_NAME_MAX + 1] = {};
  ::gethostname(host, sizeof host - 1);
  for (char& byte : host) {
    if (byte == '/') byte = '_';
  }
  const std::string own = locked ? "" : "-" + std::to_string(::getpid());
  return sibling(target, "new-" + std::string(host) + own);
}

void remove_old_drafts(const std::string& target) {
  namespace fs = std::filesystem;
  const std::string ours = fs::path(sibling(target, "new")).filename().string();
  std::error_code fault;
  for (fs::directory_iterator at(folder_of(target), fault), end; !fault && at != end;
       at.increment(fault)) {
    if (!at->path().filename().string().starts_with(ours)) continue;
    const auto look = look_at(at->path().string());
    if (!look || std::time(nullptr) - look->changed.tv_sec < kAbandoned.count()) continue;
    ::unlink(at->path().c_str());
  }
}

void narrow_to_owner(const std::string& target, const FileLook& look, Remarks& remarks) {
  if ((look.mode & kOthers) == 0) return;
  ::chmod(target.c_str(), look.mode & 07777 & ~kOthers);
  const auto now = look_at(target);
  remark_on_mode(target, look.mode, now ? now->mode : look.mode, remarks);
}

}  // namespace mdh
