// Notices when the network comes back, by rtnetlink(7): a link that begins to run, a new address, a
// default route. Renewals of what is there already (IPv6 router advertisements, wireless chatter)
// are not news. One thread at a time.
#pragma once

#include <set>
#include <string>

#include "daemon/system/file_descriptor.h"

namespace mdh {

class NetworkWatch {
 public:
  NetworkWatch();

  // poll_fd() is readable when the kernel said something; negative where it cannot be asked.
  int poll_fd() const { return socket_.get(); }
  // came_up() tells whether the network came up, in part at least, since the last call.
  bool came_up();

 private:
  void remember_present();
  bool read_messages(const char* bytes, std::size_t size);

  FileDescriptor socket_;
  std::set<std::string> links_;      // the names of links that run
  std::set<std::string> addresses_;  // link, and the address' bytes
};

}  // namespace mdh
