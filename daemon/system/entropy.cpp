#include "daemon/system/entropy.h"

#include <sys/random.h>
#include <systemd/sd-id128.h>

#include <cerrno>

#include "daemon/system/give_up.h"

namespace mdh {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t filled = 0;
  while (filled < count) {
    const ssize_t got = getrandom(bytes.data() + filled, count - filled, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) give_up("random bytes", errno);
    filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string random_uuid() {
  sd_id128_t made{};
  if (const int fault = sd_id128_randomize(&made); fault < 0) give_up("random bytes", -fault);
  char text[SD_ID128_UUID_STRING_MAX];
  return sd_id128_to_uuid_string(made, text);
}

}  // namespace mdh
