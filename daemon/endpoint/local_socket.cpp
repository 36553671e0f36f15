#include "daemon/endpoint/local_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "daemon/system/local_address.h"

namespace mdh {
namespace {

constexpr int kBacklog = 1024;

LocalSocket file_at(const std::string& path) {
  struct stat found {};
  if (path.empty() || lstat(path.c_str(), &found) != 0) return {path};
  return {path, found.st_dev, found.st_ino};
}

Error no_socket(const std::string& path) {
  return {.error_class = ErrorClass::storage,
          .stage = Stage::endpoint,
          .message = "cannot make the socket " + path + ": " + std::strerror(errno),
          .hint = "name another folder with --runtime-dir"};
}

}  // namespace

Result<LocalListener> open_local_socket(const std::string& path) {
  unlink(path.c_str());
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const LocalAddress address(path);
  const bool stands = socket && bind(socket.get(), address.get(), LocalAddress::size()) == 0 &&
                      chmod(path.c_str(), 0600) == 0 && listen(socket.get(), kBacklog) == 0;
  if (!stands) return no_socket(path);
  return LocalListener{std::move(socket), file_at(path)};
}

LocalSocket local_socket_of(int socket) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  const char* path = address.sun_path;
  return file_at({path, strnlen(path, sizeof address.sun_path)});
}

bool is_there(const LocalSocket& socket) {
  const LocalSocket now = file_at(socket.path);
  return now.inode != 0 && now.device == socket.device && now.inode == socket.inode;
}

}  // namespace mdh
