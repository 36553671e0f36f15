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
  return {{"class", name(error.error_class)},
          {"stage", name(error.stage)},
          {"message", error.message},
          {"hint", error.hint},
          {"at", format_rfc3339(failure->at)}};
}

Json describe(const FileStatus& file) {
  std::string message = file.message;
  for (const std::string& remark : file.remarks) message += (message.empty() ? "" : "; ") + remark;
  return {{"path", file.path}, {"state", name(file.condition)}, {"message", message}};
}

Json describe(const State& state, const ProfileState& profile, Now now) {
  const CredentialsPtr& set = profile.credentials;
  Json left = nullptr;
  if (set) left = std::chrono::floor<seconds>(life_left(profile.life, now)).count();
  return {{"profile", profile.name},
          {"account", state.accounts[profile.account].name},
          {"region", profile.region},
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

std::string what_is_wrong(const ProfileState& profile, Now now) {
  const std::string reason = profile.last_failure ? ": " + profile.last_failure->error.message : "";
  switch (condition(profile, now)) {
    case Condition::starting:
      return profile.name + " waits for its first credentials";
    case Condition::failing:
      return profile.name + " cannot be refreshed, its credentials last " +
             in_minutes(life_left(profile.life, now)) + " more" + reason;
    case Condition::expired:
      return profile.name + " has no valid credentials" + reason;
    case Condition::valid:
      break;
  }
  return profile.name + " is valid";
}

}  // namespace

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
  const auto well = [&](const ProfileState& one) {
    return condition(one, now) == Condition::valid;
  };
  const auto valid =
      static_cast<std::size_t>(std::count_if(state.profiles.begin(), state.profiles.end(), well));
  if (valid == state.profiles.size()) {
    return state.endpoint_faults.empty() ? all_is_well(state, now) : state.endpoint_faults.front();
  }
  // The worst first: without credentials, then failing, then starting.
  const auto rank = [&](const ProfileState& one) {
    switch (condition(one, now)) {
      case Condition::expired:
        return 0;
      case Condition::failing:
        return 1;
      case Condition::starting:
        return 2;
      case Condition::valid:
        break;
    }
    return 3;
  };
  const auto worst = std::min_element(state.profiles.begin(), state.profiles.end(),
                                      [&](const ProfileState& left, const ProfileState& right) {
                                        return rank(left) < rank(right);
                                      });
  const std::string others = valid == 0 ? ""
                                        : " (" + std::to_string(valid) + " of " +
                                              counted(state.profiles.size()) + " valid)";
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
