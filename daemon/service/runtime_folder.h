// The runtime folder as one daemon's alone: the lock that keeps a second one of this user, host and
// folder away, and the file of the socket by which the verbs find this one. Loop's thread only.
#pragma once

#include <string>

#include "common/result.h"
#include "daemon/endpoint/local_socket.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

class RuntimeFolder {
 public:
  // Takes a folder that is there; an empty path is none: then nothing is locked, and no socket
  // made.
  // `lock` is its lock where this process has it already.
  explicit RuntimeFolder(std::string path, FileDescriptor lock = {})
      : path_(std::move(path)), lock_(std::move(lock)) {}
  // Removes the socket's file where it is its own.
  ~RuntimeFolder();
  RuntimeFolder(RuntimeFolder&&) = default;
  RuntimeFolder& operator=(RuntimeFolder&&) = delete;
  RuntimeFolder(const RuntimeFolder&) = delete;
  RuntimeFolder& operator=(const RuntimeFolder&) = delete;

  // lock() keeps the folder to this process for as long as it lives. An Error (stage endpoint)
  // names who has it: pid, address and how to end it. Where no lock is to be had, it goes on
  // without.
  Done lock();
  // tell() leaves the address in the lock, for a second one to say.
  void tell(const std::string& address);
  // listen() is the listener to serve: `passed` while its file answers, else one made here. Empty
  // without a folder.
  Result<FileDescriptor> listen(LocalListener passed);
  // socket_path() is empty where there is no socket.
  const std::string& socket_path() const { return socket_.path; }
  bool stands() const { return is_there(socket_); }
  // made_here() tells a socket of its own from a socket unit's; copy_lock() is a second descriptor
  // of the lock, which lasts as long as one of them.
  bool made_here() const { return own_; }
  FileDescriptor copy_lock() const;
  // restore() makes folder, lock and socket anew.
  Result<FileDescriptor> restore();

 private:
  Result<FileDescriptor> make(const std::string& path);

  std::string path_;
  FileDescriptor lock_;
  LocalSocket socket_;
  bool own_ = false;
};

}  // namespace mdh
