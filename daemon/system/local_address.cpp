#include "daemon/system/local_address.h"

#include <fcntl.h>

#include <cstring>

namespace mdh {

LocalAddress::LocalAddress(const std::string& path) {
  address_.sun_family = AF_UNIX;
  std::string named = path;
  if (path.size() >= sizeof address_.sun_path) {
    const std::size_t slash = path.rfind('/');
    folder_.reset(open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    named = "/proc/self/fd/" + std::to_string(folder_.get()) + path.substr(slash);
  }
  std::strncpy(address_.sun_path, named.c_str(), sizeof address_.sun_path - 1);
}

}  // namespace mdh
