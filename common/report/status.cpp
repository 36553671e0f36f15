#include "common/report/status.h"
#include "common/state/condition.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mdh {
namespace {

using Json = nlohmann::ordered_json;

// No throwing on bytes that are not UTF-8: an upstream's error text may hold some.
std::string one_line(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json time_or_null(const std::optional<WallTime>& time) {
  return time ? Json(format_rfc3339(*time)) : Json(nullptr);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json describe(const std::optional<Failure>& failure) {
  if (!failure) return nullptr;
  const Error& error = failure->error;
  return {{"class", name(error.error_class)},  {"stage", name(error.stage)},
          {"message", error.message},          {"hint", error.hint},
          {"at", format_rfc3339(failure->at)}, {"since", format_rfc3339(failure->since)}};
}

Json describe(const FileStatus& file) {
  std::string message = file.message;
  for (const std::string& remark : file.remarks) message += (message.empty() ? "" : "; ") + remark;
  return {{"path", file.path},
          {"state", name(file.condition)},
          {"message", message},
          {"hint", file.hint},
          {"since", time_or_null(file.since)},
          {"written_at", time_or_null(file.written_at)}};
}

Json describe_reload(const State& state) {
  const std::optional<Failure>& refused = state.refused_reload;
  return {{"ok", !refused},
          {"message", refused ? refused->error.message : ""},
          {"hint", refused ? refused->error.hint : ""},
          {"at", format_rfc3339(refused ? refused->since : state.config_read)}};
}

Json describe(const AthenaConfig& athena) {
  if (athena.empty()) return nullptr;
  return {{"database", text_or_null(athena.database)},
          {"workgroup", text_or_null(athena.workgroup)},
          {"output", text_or_null(athena.output)},
          {"derived", athena.derived}};
}

Json describe(const State& state, const ProfileState& profile, Now now) {
  const CredentialsPtr& set = profile.credentials;
  Json left = nullptr;
  if (set) left = std::chrono::floor<seconds>(life_left(profile.life, now)).count();
  return {{"profile", profile.name},
          {"account", state.accounts[profile.account].name},
          {"region", profile.region},
          {"athena", describe(profile.athena)},
          {"state", name(condition(profile, now))},
          {"expires_at", set ? Json(format_rfc3339(ends_at(profile.life, now))) : Json(nullptr)},
          {"expires_in_seconds", left},
          {"expiration_assumed", set && profile.life.assumed},
          {"refreshed_at", time_or_null(profile.refreshed_at)},
          {"next_attempt_at", time_or_null(profile.next_attempt_at)},
          {"consecutive_failures", profile.consecutive_failures},
          {"last_error", describe(profile.last_failure)},
          {"warning", text_or_null(profile.warning)},
          {"file", describe(profile.file)}};
}

Json describe(const AccountState& account, Now now) {
  const std::optional<milliseconds> measured = skew(account, now);
  Json skew_seconds = nullptr;
  if (measured) skew_seconds = std::chrono::round<seconds>(*measured).count();
  return {{"name", account.name}, {"skew_seconds", skew_seconds}};
}

std::string in_minutes(milliseconds length) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(length);
  if (minutes.count() < 1) return "under a minute";
  return spoken_duration(minutes);
}

std::string counted(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " profile" : " profiles");
}

std::string all_is_well(const State& state, Now now) {
  std::optional<WallTime> next;
  for (const ProfileState& profile : state.profiles) {
    if (profile.next_attempt_at && (!next || *profile.next_attempt_at < *next)) {
      next = profile.next_attempt_at;
    }
  }
  const std::string valid = counted(state.profiles.size()) + " valid";
  return next ? valid + ", next refresh in " + in_minutes(*next - now.wall) : valid;
}

std::string since(WallTime then, WallTime now) {
  return " since " + clock_time(then, now);
}

std::string what_is_wrong(const ProfileState& profile, Now now) {
  const auto& failure = profile.last_failure;
  const std::string then = failure ? since(failure->since, now.wall) : "";
  const std::string reason = failure ? ": " + failure->error.message : "";
  switch (condition(profile, now)) {
    case Condition::starting:
      return profile.name + " waits for its first credentials";
    case Condition::failing:
      return profile.name + " cannot be refreshed" + then + ", its credentials last " +
             in_minutes(life_left(profile.life, now)) + " more" + reason;
    case Condition::expired:
      return profile.name + " has no valid credentials" + then + reason;
    case Condition::valid:
      break;
  }
  if (profile.file.condition != FileCondition::failed)
    return profile.name + " waits to be written into " + profile.file.path;
  return profile.name + " is valid, but not in its profile file" +
         since(profile.file.since.value_or(now.wall), now.wall) + ": " + profile.file.message;
}

std::string about_the_rest(const State& state, Now now) {
  if (!state.endpoint_faults.empty()) return state.endpoint_faults.front();
  const std::optional<Failure>& refused = state.refused_reload;
  if (!refused) return all_is_well(state, now);
  return counted(state.profiles.size()) +
         " valid by the old configuration, a newer one is refused" +
         since(refused->since, now.wall) + ": " + refused->error.message;
}

}  // namespace

std::string clock_time(WallTime time, WallTime now) {
  const std::string exact = format_rfc3339(time);
  const std::string short_time = exact.substr(11, 5) + " UTC";
  const bool today = exact.substr(0, 10) == format_rfc3339(now).substr(0, 10);
  return today ? short_time : exact.substr(0, 10) + " " + short_time;
}

std::string status_json(const State& state, Now now, const StatusScope& scope) {
  Json profiles = Json::array();
  for (const ProfileState& profile : state.profiles) {
    profiles.push_back(describe(state, profile, now));
  }
  Json accounts = Json::array();
  for (const AccountState& account : state.accounts) accounts.push_back(describe(account, now));
  Json document{
      {"profiles", profiles},
      {"accounts", accounts},
      {"endpoint_faults", state.endpoint_faults},
      {"reload", describe_reload(state)},
      {"default_profile", text_or_null(scope.default_profile)},
      {"imds_profile", text_or_null(scope.imds_profile)},
      {"hidden_profiles", {{"count", scope.hidden.count}, {"valid", scope.hidden.servable}}},
      {"uptime_seconds", std::chrono::floor<seconds>(now.boot - state.started).count()},
      {"version", MDH_VERSION}};
  if (scope.reader == StatusReader::stranger) return one_line(document);
  document["urls"] = scope.daemon->urls;
  if (scope.reader == StatusReader::owner) {
    document["token_file"] = scope.daemon->token_file;
    document["pid"] = scope.daemon->pid;
    document["config"] = scope.daemon->config;
  }
  return one_line(document);
}

std::string status_line(const State& state, Now now) {
  const auto worse = [&](const ProfileState& left, const ProfileState& right) {
    return rank(left, now) < rank(right, now);
  };
  const auto& profiles = state.profiles;
  const auto well = static_cast<std::size_t>(
      std::count_if(profiles.begin(), profiles.end(), [&](const ProfileState& one) {
        return condition(one, now) == Condition::valid && in_order(one, now);
      }));
  if (well == profiles.size()) return about_the_rest(state, now);
  const auto worst = std::min_element(profiles.begin(), profiles.end(), worse);
  const std::string others =
      well == 0 ? ""
                : " (" + std::to_string(well) + " of " + counted(profiles.size()) + " in order)";
  return what_is_wrong(*worst, now) + others;
}

std::string_view name(FileCondition condition) {
  switch (condition) {
    case FileCondition::disabled:
      return "disabled";
    case FileCondition::pending:
      return "pending";
    case FileCondition::written:
      return "written";
    case FileCondition::failed:
      return "failed";
  }
  return "unknown";
}

}  // namespace mdh
