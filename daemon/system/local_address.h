// The address of an AF_UNIX socket at a path, however long: the kernel takes 107 bytes, so a longer
// path goes by way of its folder's descriptor, which is open as long as the address is.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "daemon/system/file_descriptor.h"

namespace mdh {

class LocalAddress {
 public:
  explicit LocalAddress(const std::string& path);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  const char* path() const { return address_.sun_path; }
  static constexpr socklen_t size() { return sizeof(sockaddr_un); }

 private:
  FileDescriptor folder_;
  sockaddr_un address_{};
};

}  // namespace mdh
