// What `check` may find, each kind by a name that scripts and runbooks may hold on to. Values;
// pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mdh {

enum class FindingId {
  config_read,
  config_refused,
  config_warning,
  config_reload_refused,
  daemon_asked,
  daemon_other,
  key_signs,
  key_unusable,
  environment_clean,
  environment_outranks,
  environment_relative_uri,
  file_not_wanted,
  file_writable,
  file_unwritable,
  file_open,
  file_written,
  file_not_written,
  aws_files_outrank,
  aws_files_unreadable,
  state_unusable,
  address_free,
  address_served,
  address_taken,
  address_moves,
  address_forbidden,
  callers_unknown,
  clock_right,
  clock_off,
  account_accepted,
  account_refused,
  token_failed,
  credentials_issued,
  credentials_failed,
  credentials_odd_life,
  identity_proven,
  identity_refused,
  identity_unproven,
  user_may,
  user_may_not,
  user_unknown
};
inline constexpr std::size_t kFindingCount = static_cast<std::size_t>(FindingId::user_unknown) + 1;

// FindingKind is a row of the table: the name in --json, which stays; what it means; what cures it
// where the finding itself knows nothing better (empty: nothing is wrong).
struct FindingKind {
  FindingId id;
  std::string_view name;
  std::string_view meaning;
  std::string_view cure;
};
const FindingKind& kind(FindingId id);

struct Finding {
  enum class Level { ok, warning, error };
  FindingId id = FindingId::config_read;
  Level level = Level::ok;
  std::string text;        // one line: what, where
  std::string hint{};      // one line: what to do
  bool of_config = false;  // configuration or key: exit status 78
};

// worst_first() has errors before warnings before what is well, each in its order, and each that is
// not well with a cure.
std::vector<Finding> worst_first(std::vector<Finding> findings);
// verdict() is the closing line: "1 error, 2 warnings", or that nothing is wrong.
std::string verdict(const std::vector<Finding>& findings);
// findings_json() is the same for programs, on one line.
std::string findings_json(const std::vector<Finding>& findings);
// exit_status() is 78 when an error is of configuration or key, else 1 when there is any, else 0.
int exit_status(const std::vector<Finding>& findings);

}  // namespace mdh
