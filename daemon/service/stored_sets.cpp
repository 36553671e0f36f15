#include "daemon/service/stored_sets.h"

#include "daemon/service/fd_store.h"

namespace mdh {

void StoredSets::sync(Now now) {
  Sets sets;
  for (const ProfileState& profile : state_.profiles) {
    sets.emplace_back(profile.credentials, profile.credentials ? profile.life : SetLife{});
  }
  if (stored_ == sets) return;
  store_snapshot(snapshot(now));
  stored_ = std::move(sets);
}

NamedDescriptor StoredSets::pass(Now now) const {
  return pass_snapshot(snapshot(now));
}

Secret StoredSets::snapshot(Now now) const {
  return write_snapshot(config_, state_, {boot_id(), now}, endpoint_.record());
}

}  // namespace mdh
