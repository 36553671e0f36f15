// Where a daemon's socket is looked for, and whether what is found is believed: by where it lies,
// before anybody connects, and by who is at its other end, before a byte is sent.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/endpoint/trust.h"
#include "common/result.h"
#include "daemon/system/local_address.h"

namespace mdh {

inline constexpr char kNothingThere[] = "nothing is there";

struct SocketPlace {
  std::string path;
  bool named = false;  // by option or variable, not found by looking
};

// places_to_look() is the one that was named, by `option` or $MDH_CREDENTIALS_SOCKET, else all of
// common/config/places.
std::vector<SocketPlace> places_to_look(const std::optional<std::string>& option);

// A socket's place whose folders are believed.
class DaemonSocket {
 public:
  // at() is an Error (class unreachable, stage endpoint, no hint) where nothing is there, or the
  // place is not believed.
  static Result<DaemonSocket> at(const SocketPlace& place);

  const LocalAddress& address() const { return *address_; }
  // doubt() is why the other end of this connection is not believed; empty: it is.
  std::string doubt(int connection) const;

 private:
  DaemonSocket(SocketFact fact, const std::string& path);

  SocketFact fact_;
  std::unique_ptr<LocalAddress> address_;
};

// why_not_connected() is a failed connect's errno in words.
std::string why_not_connected(int fault);

}  // namespace mdh
