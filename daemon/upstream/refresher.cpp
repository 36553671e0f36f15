#include "daemon/upstream/refresher.h"

#include <cstring>

#include "daemon/system/entropy.h"

namespace mdh {
namespace {

std::uint64_t random_seed() {
  const std::string bytes = random_bytes(sizeof(std::uint64_t));
  std::uint64_t seed = 0;
  std::memcpy(&seed, bytes.data(), sizeof seed);
  return seed;
}

TransportOptions transport_of(const Config& config) {
  TransportOptions options;
  options.ca_file = config.ca_file;
  return options;
}

}  // namespace

Refresher::Refresher(const Config& config, Now now)
    : engine_(config, random_seed(), now), worker_(transport_of(config)) {}

bool Refresher::turn(Now now) {
  bool changed = false;
  for (CallReport& report : worker_.reports()) {
    engine_.report(std::move(report), now);
    changed = true;
  }
  for (UpstreamCall& call : engine_.turn(now)) {
    worker_.send(std::move(call));
    changed = true;
  }
  return changed;
}

void Refresher::reconfigure(const Config& config, Now now) {
  worker_.set_options(transport_of(config));
  engine_.reconfigure(config, now);
}

}  // namespace mdh
