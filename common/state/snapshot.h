// The credentials in force, as bytes that another process of the same machine's boot can take over
// (through the fd store's sealed memfd, never a disk). Versioned; a SHA-256 over all of it tells a
// damaged one. A set belongs to its project's identity, not to the profile's name alone, so that a
// changed configuration never serves another project's keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/credentials.h"
#include "common/result.h"
#include "common/state/hand_out.h"
#include "common/state/identity.h"
#include "common/state/state.h"

namespace mdh {

struct SnapshotEntry {
  std::string profile;
  std::string identity;  // project_identity() of the project that issued the set
  CredentialsPtr credentials;
  SetLife life;
  WallTime refreshed_at{};
};

struct SnapshotAccount {
  std::string identity;  // account_identity()
  std::optional<milliseconds> upstream_since_boot;
};

struct Snapshot {
  std::string boot_id;  // boot times of another boot mean nothing
  Now written{};        // both clocks, so that a step since then is seen
  std::vector<SnapshotAccount> accounts;
  std::vector<SnapshotEntry> entries;
  std::vector<HandOut> hand_outs;
};

// SnapshotTime is when a snapshot is written, and in which boot of the machine.
struct SnapshotTime {
  std::string_view boot_id;
  Now now{};
};

// write_snapshot() is the bytes of every profile's last set (in `state`, made from `config`), and
// of the record of hand-outs.
Secret write_snapshot(const Config& config, const State& state, const SnapshotTime& time,
                      const std::vector<HandOut>& hand_outs = {});
// read_snapshot() is what write_snapshot() wrote in this boot; an Error (class storage) says why
// the bytes are refused: another format or version, another boot, damaged, times that cannot be.
Result<Snapshot> read_snapshot(std::string_view bytes, std::string_view boot_id);
// add_older() gives `newer` what it lacks of an older one: a profile's set of an identity is there
// once, the newer one's. The time of writing is the newer's.
void add_older(Snapshot& newer, Snapshot older);

}  // namespace mdh
