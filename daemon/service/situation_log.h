// Tells the log what changed: one line when a profile's, an account's or the file's situation is
// another than the last one told, none while all goes its way. Loop's thread only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/state/state.h"

namespace mdh {

// with_hint() is an Error as one line of the log: its sentence, and the cure behind it.
std::string with_hint(const Error& error);

// log_refused() tells of a configuration that did not come into force.
void log_refused(const Error& error);

class SituationLog {
 public:
  // tell() compares the state with what was told last and logs the differences.
  void tell(const State& state, Now now);

 private:
  void tell_profile(const State& state, const ProfileState& profile, Now now);
  void tell_file(const ProfileState& profile);
  void tell_step(const State& state);
  void tell_skew(const AccountState& account, Now now);

  struct Told {
    std::string situation;  // condition, class and stage
    std::string warning;
    FileCondition file = FileCondition::disabled;
    std::string file_message;
  };
  std::map<std::string, Told> profiles_;
  std::map<std::string, bool> skewed_;
  std::set<std::string> remarks_;  // on the file: one for all profiles
  std::optional<WallTime> step_told_;
};

}  // namespace mdh
