// Puts another program in this process' place, with descriptors that it finds as sd_listen_fds(3)
// tells. And tries one beforehand.
#pragma once

#include <string>
#include <vector>

#include "common/result.h"
#include "common/timestamp.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

struct NamedDescriptor {
  std::string name;  // without a colon
  FileDescriptor fd;
};

// become() executes the first of `programs` that can be, with this process' arguments and
// environment. An Error (class storage): none could be, and descriptors from 3 on are others now.
Error become(const std::vector<std::string>& programs, std::vector<NamedDescriptor> passed);
// trial_output() is what `program` says to one argument; an Error where it cannot be executed, or
// says nothing for so long. Waits.
Result<std::string> trial_output(const std::string& program, const std::string& argument,
                                 milliseconds most);

}  // namespace mdh
