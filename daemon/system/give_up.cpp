#include "daemon/system/give_up.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

namespace mdh {
namespace {

iovec piece(const char* text) {
  return {const_cast<char*>(text), std::strlen(text)};
}

}  // namespace

void give_up(const char* what, int error) {
  // GNU's: the text of a table, or the number written into room. strerrordesc_np is glibc 2.32's.
  char room[64];
  const char* why = strerror_r(error, room, sizeof room);
  const iovec line[] = {piece("mdh-credentials: cannot go on: the system refused "), piece(what),
                        piece(": "), piece(why), piece("\n")};
  (void)!::writev(STDERR_FILENO, line, static_cast<int>(std::size(line)));
  ::_exit(1);
}

void give_up_without_memory() {
  std::set_new_handler([] { give_up("memory", ENOMEM); });
}

std::thread start_thread(std::function<void()> work) {
  try {
    return std::thread(std::move(work));
  } catch (const std::system_error& refused) {
    give_up("a thread", refused.code().value());
  }
}

}  // namespace mdh
