// Tells the log what changed: one line when a profile's, an account's or the file's situation is
// another than the last one told, none while all goes its way. Loop's thread only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/state/state.h"
#include "daemon/system/log.h"

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
  // Line is one of the log; those of one group that come together are one.
  struct Line {
    LogLevel level = LogLevel::info;
    std::string about;
    std::string text;
    LogFields fields;
    std::string group{};    // empty: a line of its own
    std::string account{};  // of a failure that is its account's
    std::string cause{};    // of that failure
    std::optional<WallTime> until{};
  };
  using Lines = std::vector<Line>;

  void tell_profile(const State& state, const ProfileState& profile, Now now, Lines& lines);
  void tell_file(const ProfileState& profile, Lines& lines);
  static Line trouble(const State& state, const ProfileState& profile, Now now);
  static std::string told_together(const std::vector<const Line*>& lines);
  static void write(const Lines& lines);
  void tell_step(const State& state);
  void tell_skew(const AccountState& account, Now now);

  struct Told {
    std::string situation;  // condition, class and stage
    std::string warning;
    FileCondition file = FileCondition::disabled;
    std::string file_message;
    int failures = 0;  // in a row, when looked at last
    WallTime failing_since{};
  };
  std::map<std::string, Told> profiles_;
  std::map<std::string, bool> skewed_;
  std::set<std::string> remarks_;  // on the file: one for all profiles
  std::optional<WallTime> step_told_;
};

}  // namespace mdh
