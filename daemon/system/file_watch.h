// Notices when files change, by inotify on the folders that lead to them: replaced, written,
// chmod'ed, removed, not there yet, behind symlinks that are swapped (Kubernetes' ..data), in
// folders that come and go. Tells "perhaps something" from "this file is another now" by looking
// (stat). One thread at a time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "daemon/system/file_descriptor.h"

namespace mdh {

class FileWatch {
 public:
  FileWatch();

  // watch() replaces the set of paths; what they are at this moment is the unchanged state.
  void watch(const std::vector<std::string>& paths);
  // poll_fd() is readable when something happened near a path; valid as long as the FileWatch.
  int poll_fd() const { return poll_.get(); }
  // changed() is the paths whose file is another than at the last call, each once.
  std::vector<std::string> changed();

 private:
  using Identity = std::optional<std::tuple<dev_t, ino_t, off_t, std::int64_t, std::int64_t>>;
  // What to watch: the inotify mask, and which folder has that path now (device, inode).
  using Folders = std::map<std::string, std::tuple<std::uint32_t, dev_t, ino_t>>;

  static Identity identity(const std::string& path);
  Folders folders() const;
  void settle();
  void listen();

  FileDescriptor poll_;  // epoll around the inotify fd, which is replaced when the folders change
  FileDescriptor inotify_;
  std::map<std::string, Identity> files_;
  Folders listened_;
};

}  // namespace mdh
