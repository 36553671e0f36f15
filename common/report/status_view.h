// GET /status as read by the verbs: what common/status wrote, as values again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/athena.h"
#include "common/result.h"
#include "common/timestamp.h"

namespace mdh {

struct ProfileView {
  std::string profile;
  std::string account;
  std::string region;
  AthenaConfig athena;
  std::string state;
  std::optional<seconds> expires_in;
  bool expiry_assumed = false;  // upstream named none that can be believed
  std::string refreshed_at;     // RFC 3339, empty: never
  std::optional<WallTime> next_attempt_at;
  std::string error_class;  // empty: the last attempt did not fail
  std::string error_message;
  std::string error_hint;
  std::string error_at;
  std::optional<WallTime> error_since;
  std::string warning;
  std::string file_path;
  std::string file_state;
  std::string file_message;
  std::string file_hint;
  std::optional<WallTime> file_since;       // the first of the failures that go on
  std::optional<WallTime> file_written_at;  // when it was last brought to what is wanted

  // usable() means that a set is being served; ready() that it is written too, where that is asked
  // for; unwritable() that it cannot be.
  bool usable() const { return state == "valid" || state == "failing"; }
  bool ready() const { return usable() && (file_state == "written" || file_state == "disabled"); }
  bool unwritable() const { return usable() && file_state == "failed"; }
};

struct AccountView {
  std::string name;
  std::optional<seconds> skew;
};

// RefusedReload is a newer configuration that did not come into force.
struct RefusedReload {
  std::string message;
  std::string hint;
  std::optional<WallTime> since;
};

struct StatusView {
  std::vector<ProfileView> profiles;
  std::vector<AccountView> accounts;
  std::vector<std::string> urls;  // these four are told over the socket alone
  std::string token_file;
  std::optional<int> pid;
  std::string config;

  std::optional<std::string> default_profile;  // the reader's own first; empty: they have none
  std::optional<std::string> imds_profile;     // theirs at the metadata root; empty: no such routes
  std::size_t hidden = 0;                      // profiles that are not shown
  std::vector<std::string> endpoint_faults;
  std::optional<RefusedReload> refused_reload;

  // find() is the profile of that name, the reader's own first for an empty name, or null.
  const ProfileView* find(std::string_view profile) const;
};

// read_status() is an Error (class malformed, stage endpoint) when the text is no status document:
// also when a profile or region holds what none may hold.
Result<StatusView> read_status(std::string_view text);

}  // namespace mdh
