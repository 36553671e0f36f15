// How it is, for programs (GET /status) and in one line for people (STATUS=). From State alone; no
// secret in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/state/state.h"
#include "common/state/visible.h"

namespace mdh {

// DaemonFacts is what a daemon tells of itself.
struct DaemonFacts {
  std::vector<std::string> urls;  // "http://127.0.0.1:6340", the first for every SDK
  std::string token_file;
  int pid = 0;
  std::string config;        // the configuration's origin
  std::string imds_profile;  // endpoint.imds_profile; empty: there are no metadata routes
};

// StatusReader is how much of that a reader is told: nothing, the URLs, or all.
enum class StatusReader { stranger, user, owner };

// StatusScope is what a document says besides its profiles: of which not, and for whom.
struct StatusScope {
  HiddenProfiles hidden{};
  std::string default_profile{};  // the reader's own first one; empty: they may have none
  std::string imds_profile{};     // whose credentials they get at the metadata root; empty: none
  StatusReader reader = StatusReader::stranger;
  const DaemonFacts* daemon = nullptr;  // there for every reader but a stranger
};

// status_json() is the document of GET /status on one line. A time or number that is not known is
// null; expires_in_seconds is negative once the set has expired.
std::string status_json(const State& state, Now now, const StatusScope& scope = {});
// status_line() is one human sentence: "3 profiles valid, next refresh in 12 min" or what is wrong
// with the worst and since when. Changes only when the situation does, or with the minutes.
std::string status_line(const State& state, Now now);
// clock_time() is "14:02 UTC", with the day in front when that is another than now's.
std::string clock_time(WallTime time, WallTime now);
// name() is a file condition's lower-case word in status; never empty.
std::string_view name(FileCondition condition);

}  // namespace mdh
