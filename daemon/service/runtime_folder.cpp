#include "daemon/service/runtime_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "daemon/config/folders.h"
#include "daemon/system/local_address.h"

namespace mdh {
namespace {

// What the one that holds the lock left in it: "PID" or "PID ADDRESS".
std::string left_in(const FileDescriptor& lock) {
  std::array<char, 256> text{};
  const ssize_t size = pread(lock.get(), text.data(), text.size(), 0);
  return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

void leave_in(const FileDescriptor& lock, const std::string& text) {
  if (!lock || ftruncate(lock.get(), 0) != 0) return;
  // Words for people: without them the lock holds all the same.
  if (pwrite(lock.get(), text.data(), text.size(), 0) < 0) return;
}

Error held_by(const std::string& words, const std::string& folder) {
  const std::size_t blank = words.find(' ');
  const std::string pid = words.substr(0, blank);
  const std::string address = blank == words.npos ? "" : " at " + words.substr(blank + 1);
  return {.error_class = ErrorClass::storage,
          .stage = Stage::endpoint,
          .message = "a daemon runs already for this user and " + folder + ": pid " +
                     (pid.empty() ? "unknown" : pid) + address,
          .hint = "end it with: kill " + (pid.empty() ? "PID" : pid) +
                  " (or systemctl stop, where it is a unit); or give this one a --runtime-dir of "
                  "its own"};
}

bool same_file(const FileDescriptor& open_file, const std::string& path) {
  struct stat held {};
  struct stat there {};
  return open_file && fstat(open_file.get(), &held) == 0 && stat(path.c_str(), &there) == 0 &&
         held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

// A connection says more than the file: what lies there may be a dead one's.
bool answers(const std::string& path) {
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const LocalAddress address(path);
  return connect(socket.get(), address.get(), LocalAddress::size()) == 0 || errno == EAGAIN;
}

}  // namespace

RuntimeFolder::~RuntimeFolder() {
  if (own_ && !socket_.path.empty() && stands()) unlink(socket_.path.c_str());
}

Done RuntimeFolder::lock() {
  if (path_.empty()) return done();
  const std::string file = path_ + "/lock";
  if (same_file(lock_, file)) return done();
  FileDescriptor lock(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock && flock(lock.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return held_by(left_in(lock), path_);
  const std::string words = lock_ ? left_in(lock_) : std::to_string(getpid());
  lock_ = std::move(lock);
  leave_in(lock_, words);
  return done();
}

void RuntimeFolder::tell(const std::string& address) {
  leave_in(lock_, std::to_string(getpid()) + " " + address);
}

Result<FileDescriptor> RuntimeFolder::listen(LocalListener passed) {
  if (passed.socket && answers(passed.file.path)) {
    socket_ = passed.file;
    own_ = passed.own;
    return std::move(passed.socket);
  }
  if (passed.socket) return make(passed.file.path);
  return path_.empty() ? FileDescriptor() : make(path_ + "/socket");
}

FileDescriptor RuntimeFolder::copy_lock() const {
  return FileDescriptor(fcntl(lock_.get(), F_DUPFD_CLOEXEC, 0));
}

Result<FileDescriptor> RuntimeFolder::restore() {
  if (!path_.empty()) {
    if (Done made = make_own_folder(path_); !made) return made.error();
  }
  if (Done locked = lock(); !locked) return locked.error();
  return make(std::string(socket_.path));
}

Result<FileDescriptor> RuntimeFolder::make(const std::string& path) {
  socket_.path = path;
  Result<LocalListener> made = open_local_socket(path);
  if (!made) {
    Error error = made.error();
    if (!path.starts_with(path_ + "/")) error.hint = "restart its socket unit";
    return error;
  }
  socket_ = made->file;
  own_ = true;
  return std::move(made->socket);
}

}  // namespace mdh
