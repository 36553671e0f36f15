// Preloaded: makes the Nth of a kind of system call fail, when fault_arm() has been called; and
// lets another program edit the file round an exchange, when fault_around_exchange() has.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace {

const char* armed_call = nullptr;
void (*before_exchange)(const char*) = nullptr;
void (*after_exchange)(const char*) = nullptr;
int countdown = 0;
int seen = 0;
int fault = 0;

// True when this call is the one that is to fail; errno is set then.
bool fails(const char* call) {
  if (armed_call == nullptr || std::strcmp(call, armed_call) != 0) return false;
  ++seen;
  if (--countdown != 0) return false;
  errno = fault;
  return true;
}

template <typename Function>
Function next(Function, const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

void fault_arm(const char* call, int nth, int error) {
  seen = 0;
  countdown = nth;
  fault = error;
  armed_call = call;
}

int fault_disarm() {
  armed_call = nullptr;
  return seen;
}

void fault_around_exchange(void (*before)(const char*), void (*after)(const char*)) {
  before_exchange = before;
  after_exchange = after;
}

#define FAILING(result, name, parameters, arguments)  \
  result name parameters {                            \
    static const auto real = next(&(name), #name);    \
    if (fails(#name)) return static_cast<result>(-1); \
    return real arguments;                            \
  }

using Text = const char*;
FAILING(int, fsync, (int fd), (fd))
FAILING(int, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
FAILING(int, fchmod, (int fd, mode_t mode), (fd, mode))
FAILING(int, chmod, (Text path, mode_t mode), (path, mode))
FAILING(int, mkdir, (Text path, mode_t mode), (path, mode))
FAILING(int, unlink, (Text path), (path))
FAILING(int, rename, (Text from, Text to), (from, to))
FAILING(int, stat, (Text path, struct stat* found), (path, found))
FAILING(int, fstat, (int fd, struct stat* found), (fd, found))
FAILING(ssize_t, read, (int fd, void* bytes, size_t size), (fd, bytes, size))
FAILING(ssize_t, readlink, (Text path, char* bytes, size_t size), (path, bytes, size))
FAILING(ssize_t, listxattr, (Text path, char* names, size_t size), (path, names, size))
FAILING(ssize_t, getxattr, (Text path, Text name, void* value, size_t size),
        (path, name, value, size))
FAILING(int, fsetxattr, (int fd, Text name, const void* value, size_t size, int flags),
        (fd, name, value, size, flags))
FAILING(int, fremovexattr, (int fd, Text name), (fd, name))

int renameat2(int a, Text from, int b, Text to, unsigned flags) {
  static const auto real = next(&renameat2, "renameat2");
  if (fails("renameat2")) return -1;
  const bool exchange = flags == RENAME_EXCHANGE;
  if (exchange && before_exchange != nullptr) before_exchange(to);
  const int result = real(a, from, b, to, flags);
  const int error = errno;
  if (exchange && after_exchange != nullptr) after_exchange(to);
  errno = error;
  return result;
}

// A failing write has written the half, as on a disk that fills up.
ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto real = next(&write, "write");
  if (!fails("write")) return real(fd, bytes, size);
  const int error = errno;
  if (real(fd, bytes, size / 2) < 0) return -1;
  errno = error;
  return -1;
}

int open(Text path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = va_arg(more, mode_t);
  va_end(more);
  static const auto real = reinterpret_cast<int (*)(Text, int, mode_t)>(dlsym(RTLD_NEXT, "open"));
  return fails("open") ? -1 : real(path, flags, mode);
}

int fcntl(int fd, int command, ...) {
  va_list more;
  va_start(more, command);
  void* argument = va_arg(more, void*);
  va_end(more);
  static const auto real = reinterpret_cast<int (*)(int, int, void*)>(dlsym(RTLD_NEXT, "fcntl"));
  return fails("fcntl") ? -1 : real(fd, command, argument);
}

}  // extern "C"
