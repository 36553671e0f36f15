// What rides in the fd store: every profile's set and the record of hand-outs, stored anew when a
// set is another. Loop's thread only.
#pragma once

#include <utility>
#include <vector>

#include "common/config/config.h"
#include "common/state/state.h"
#include "daemon/endpoint/server.h"
#include "daemon/system/become.h"

namespace mdh {

class StoredSets {
 public:
  // Stores what `config`, `state` and `endpoint` hold, which live longer.
  StoredSets(const Config& config, const State& state, const EndpointServer& endpoint)
      : config_(config), state_(state), endpoint_(endpoint) {}

  // sync() stores when a set changed, or after forget().
  void sync(Now now);
  void forget() { stored_.reset(); }
  // pass() is what a process that takes this one's place is given, stored as well.
  NamedDescriptor pass(Now now) const;

 private:
  using Sets = std::vector<std::pair<CredentialsPtr, SetLife>>;
  Secret snapshot(Now now) const;

  const Config& config_;
  const State& state_;
  const EndpointServer& endpoint_;
  std::optional<Sets> stored_;
};

}  // namespace mdh
