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
    : engine_(config, random_seed(), now), courier_(transport_of(config)) {}

bool Refresher::turn(Now now) {
  bool changed = false;
  for (ErrandReport& report : courier_.reports()) {
    engine_.report(std::move(report), now);
    changed = true;
  }
  for (Errand& errand : engine_.turn(now)) {
    courier_.send(std::move(errand));
    changed = true;
  }
  return changed;
}

void Refresher::reconfigure(const Config& config, Now now) {
  courier_.set_options(transport_of(config));
  engine_.reconfigure(config, now);
}

}  // namespace mdh
