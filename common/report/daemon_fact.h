// What the running daemon says of itself, as far as `check` judges it. Values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/timestamp.h"

namespace mdh {

// FileWord is what the running daemon says of a profile's file.
struct FileWord {
  std::string profile;
  std::string path;
  std::optional<Error> error{};  // it is not written
  std::string since{};
  bool written = false;
};

// RenewalWord is what it says of a profile's set.
struct RenewalWord {
  std::string profile;
  bool served = false;
  seconds left{};
  std::optional<Error> error{};  // of the last attempt
  std::string since{};
};

// DaemonFact is what the running daemon of this configuration says; it stands for what this process
// cannot see itself.
struct DaemonFact {
  std::string at;  // its socket
  int pid = 0;
  std::vector<std::string> urls;
  std::vector<std::string> endpoint_faults;
  std::vector<FileWord> files;
  std::vector<RenewalWord> renewals;
  std::optional<Error> refused_reload;
  std::string refused_since;
};

}  // namespace mdh
