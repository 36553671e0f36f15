// The current credentials across a restart: a sealed memfd in systemd's fd store (FDSTORE=1,
// FDNAME=), never on disk. The bytes are common/snapshot's; a stale, foreign or damaged one is
// refused there. Loop's thread only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/secret.h"
#include "common/state/snapshot.h"
#include "daemon/system/become.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

// What systemd handed over at the start (sd_listen_fds_with_names), taken once, before threads; the
// variables that announce it are unset.
struct HandedOver {
  std::vector<FileDescriptor> listeners;  // of a socket unit: every name but ours
  std::vector<FileDescriptor> snapshots;  // newest first; mostly one, two after an untimely death
  // What this process had before it became this program: what it listened at without a socket unit,
  // and the runtime folder's lock.
  std::vector<FileDescriptor> bound;
  FileDescriptor lock;
  bool in_place() const { return lock || !bound.empty(); }
};
inline constexpr char kBoundName[] = "mdh-credentials-bound";
inline constexpr char kLockName[] = "mdh-credentials-lock";
HandedOver take_handed_over();

// store_snapshot() seals the bytes into a memfd and hands it to the manager, then has the last one
// removed: at no moment is there none. False without a manager or when it was not taken.
bool store_snapshot(const Secret& bytes);
// pass_snapshot() is the memfd by the name under which the manager has it, where there is one; for
// a program that takes this process' place.
NamedDescriptor pass_snapshot(const Secret& bytes);
// read_stored() is a handed-over memfd's content, or nothing when it is not sealed, over 64 MiB or
// cannot be read.
std::optional<Secret> read_stored(const FileDescriptor& snapshot);
// read_stored_snapshot() is the snapshot in it; an Error (class storage) says why it is refused.
Result<Snapshot> read_stored_snapshot(const FileDescriptor& stored);
// read_stored_snapshots() is what they hold together; one that is refused is told in the log.
Snapshot read_stored_snapshots(const std::vector<FileDescriptor>& stored);
// boot_id() is the kernel's name of this boot, which ties a snapshot to it; empty where there is
// none.
std::string boot_id();

}  // namespace mdh
