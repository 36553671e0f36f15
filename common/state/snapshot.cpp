#include "common/state/snapshot.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "common/digest.h"
#include "common/state/byte_format.h"

namespace mdh {
namespace {

// Magic (with the version), SHA-256 over the rest, then the rest: numbers of eight bytes, texts
// after their length; same machine and boot, so the byte order is the machine's own.
constexpr std::string_view kMagic = "mdh-credentials snapshot 2\n";
constexpr std::size_t kDigestSize = 32;

void put(Secret& bytes, const SetLife& life) {
  put(bytes, life.asked);
  put(bytes, life.whole);
  put(bytes, life.doubted);
  put(bytes, life.wall_lost);
  put(bytes, life.dated_lost);
  put(bytes, std::uint64_t{life.assumed});
}

void put(Secret& bytes, const Credentials& credentials) {
  put(bytes, credentials.access_key_id);
  put(bytes, credentials.secret_access_key.reveal());
  put(bytes, credentials.session_token.reveal());
  put(bytes, credentials.expiration);
  put(bytes, std::uint64_t{credentials.expiration_named});
  put(bytes, credentials.received);
}

void put_entry(Secret& bytes, const std::string& identity, const ProfileState& profile) {
  put(bytes, profile.name);
  put(bytes, identity);
  put(bytes, *profile.credentials);
  put(bytes, profile.life);
  put(bytes, profile.refreshed_at.value_or(profile.credentials->received));
}

void put(Secret& bytes, const HandOut& row) {
  put(bytes, std::uint64_t{row.user});
  put(bytes, row.profile);
  put(bytes, row.form);
  put(bytes, row.count);
  put(bytes, row.first);
  put(bytes, row.last);
}

std::uint64_t count_sets(const State& state) {
  std::uint64_t sets = 0;
  for (const ProfileState& profile : state.profiles) sets += profile.credentials != nullptr;
  return sets;
}

SnapshotAccount read_account(ByteReader& reader) {
  SnapshotAccount account;
  account.identity = reader.text();
  account.upstream_since_boot = reader.optional_length();
  return account;
}

SetLife read_life(ByteReader& reader) {
  SetLife life;
  life.asked = reader.clocks();
  life.whole = reader.length();
  life.doubted = reader.optional_length();
  life.wall_lost = reader.length();
  life.dated_lost = reader.length();
  life.assumed = reader.number() != 0;
  return life;
}

CredentialsPtr read_credentials(ByteReader& reader) {
  auto credentials = std::make_shared<Credentials>();
  credentials->access_key_id = reader.text();
  credentials->secret_access_key = Secret(reader.text());
  credentials->session_token = Secret(reader.text());
  credentials->expiration = reader.time();
  credentials->expiration_named = reader.number() != 0;
  credentials->received = reader.time();
  return credentials;
}

SnapshotEntry read_entry(ByteReader& reader) {
  SnapshotEntry entry;
  entry.profile = reader.text();
  entry.identity = reader.text();
  entry.credentials = read_credentials(reader);
  entry.life = read_life(reader);
  entry.refreshed_at = reader.time();
  return entry;
}

HandOut read_hand_out(ByteReader& reader) {
  HandOut row;
  row.user = static_cast<std::uint32_t>(reader.number());
  row.profile = reader.text();
  row.form = reader.text();
  row.count = reader.number();
  row.first = reader.time();
  row.last = reader.time();
  return row;
}

Error refused(std::string_view why) {
  Error error;
  error.error_class = ErrorClass::storage;
  error.stage = Stage::file;
  error.message = "cannot take over the credentials of the process before: " + std::string(why);
  return error;
}

Snapshot read_content(ByteReader& reader) {
  Snapshot snapshot;
  snapshot.boot_id = reader.text();
  snapshot.written = reader.clocks();
  for (std::uint64_t left = reader.count(); left > 0 && !reader.broken(); --left) {
    snapshot.accounts.push_back(read_account(reader));
  }
  for (std::uint64_t left = reader.count(); left > 0 && !reader.broken(); --left) {
    snapshot.entries.push_back(read_entry(reader));
  }
  if (reader.at_end()) return snapshot;  // of a version that kept no record
  for (std::uint64_t left = reader.count(); left > 0 && !reader.broken(); --left) {
    snapshot.hand_outs.push_back(read_hand_out(reader));
  }
  return snapshot;
}

}  // namespace

Secret write_snapshot(const Config& config, const State& state, const SnapshotTime& time,
                      const std::vector<HandOut>& hand_outs) {
  Secret body;
  put(body, time.boot_id);
  put(body, time.now);
  put(body, std::uint64_t{state.accounts.size()});
  for (std::size_t i = 0; i < state.accounts.size(); ++i) {
    put(body, account_identity(config.accounts.at(i)));
    put(body, state.accounts[i].upstream_since_boot);
  }
  put(body, count_sets(state));
  std::size_t next = 0;
  for (const AccountConfig& account : config.accounts) {
    for (const ProjectConfig& project : account.projects) {
      const ProfileState& profile = state.profiles.at(next++);
      if (profile.credentials) put_entry(body, project_identity(account, project), profile);
    }
  }
  put(body, std::uint64_t{hand_outs.size()});
  for (const HandOut& row : hand_outs) put(body, row);
  Secret bytes(kMagic);
  bytes.append(view(sha256(body.reveal())));
  bytes.append(body.reveal());
  return bytes;
}

Result<Snapshot> read_snapshot(std::string_view bytes, std::string_view boot_id) {
  if (bytes.substr(0, kMagic.size()) != kMagic) return refused("another format or version");
  bytes.remove_prefix(kMagic.size());
  if (bytes.size() < kDigestSize) return refused("cut off");
  const std::string_view digest = bytes.substr(0, kDigestSize);
  bytes.remove_prefix(kDigestSize);
  if (view(sha256(bytes)) != digest) return refused("damaged, its checksum is wrong");
  ByteReader reader(bytes);
  Snapshot snapshot = read_content(reader);
  if (!reader.whole()) return refused("damaged, its lengths are wrong");
  if (reader.absurd()) return refused("damaged, its times cannot be");
  if (snapshot.boot_id != boot_id) return refused("left in another boot of the machine");
  return snapshot;
}

void add_older(Snapshot& newer, Snapshot older) {
  if (newer.boot_id.empty()) {
    newer.boot_id = std::move(older.boot_id);
    newer.written = older.written;
  }
  if (newer.hand_outs.empty()) newer.hand_outs = std::move(older.hand_outs);
  for (SnapshotAccount& account : older.accounts) newer.accounts.push_back(std::move(account));
  for (SnapshotEntry& entry : older.entries) {
    const bool there =
        std::any_of(newer.entries.begin(), newer.entries.end(), [&](const auto& one) {
          return one.profile == entry.profile && one.identity == entry.identity;
        });
    if (!there) newer.entries.push_back(std::move(entry));
  }
}

}  // namespace mdh
