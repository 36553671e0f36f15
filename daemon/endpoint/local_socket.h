// The AF_UNIX socket by which the verbs speak to their daemon: one of our own, 0600 in the runtime
// folder, or the one that a socket unit holds. Who may have what is asked of the kernel for each
// connection (SO_PEERCRED), whatever the file's mode.
#pragma once

#include <sys/types.h>

#include <string>

#include "common/result.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

// LocalSocket is a socket's file as it was when it was made.
struct LocalSocket {
  std::string path;  // empty: there is none
  dev_t device = 0;
  ino_t inode = 0;
};

struct LocalListener {
  FileDescriptor socket;
  LocalSocket file;
  bool own = false;  // made by this process, and no socket unit's
};

// open_local_socket() binds one at `path` and listens, in place of whatever file was left there.
Result<LocalListener> open_local_socket(const std::string& path);
// local_socket_of() is the file of a socket that listens already; without a path where it has none.
// listen() is never called on it: clients see who called it last, and believe root or themselves.
LocalSocket local_socket_of(int socket);
// is_there() tells whether the file is still that socket's.
bool is_there(const LocalSocket& socket);

}  // namespace mdh
