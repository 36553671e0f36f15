#include "daemon/service/situation_log.h"

#include "common/state/condition.h"

#include <cstdlib>

#include "daemon/system/log.h"

namespace mdh {
namespace {

std::string situation_of(Condition condition, const ProfileState& profile) {
  std::string situation(name(condition));
  if (profile.last_failure) {
    const Error& error = profile.last_failure->error;
    situation.append(" ").append(name(error.error_class)).append(" ").append(name(error.stage));
  }
  return situation;
}

LogFields fields_of(const State& state, const ProfileState& profile) {
  LogFields fields{{"MDH_PROFILE", profile.name},
                   {"MDH_ACCOUNT", state.accounts[profile.account].name}};
  if (!profile.last_failure) return fields;
  const Error& error = profile.last_failure->error;
  fields.emplace_back("MDH_STAGE", std::string(name(error.stage)));
  fields.emplace_back("MDH_CLASS", std::string(name(error.error_class)));
  return fields;
}

std::string valid_until(const ProfileState& profile, Now now) {
  return "credentials valid until " + format_rfc3339(ends_at(profile.life, now));
}

}  // namespace

std::string with_hint(const Error& error) {
  return error.hint.empty() ? error.message : error.message + "; hint: " + error.hint;
}

void log_refused(const Error& error) {
  log_line(LogLevel::error,
           "reload refused, the old configuration stays in force: " + with_hint(error),
           {{"MDH_STAGE", std::string(name(error.stage))}});
}

void SituationLog::tell(const State& state, Now now) {
  tell_step(state);
  for (const AccountState& account : state.accounts) tell_skew(account, now);
  for (const ProfileState& profile : state.profiles) {
    tell_profile(state, profile, now);
    tell_file(profile);
  }
}

void SituationLog::tell_profile(const State& state, const ProfileState& profile, Now now) {
  const Condition condition = mdh::condition(profile, now);
  Told& told = profiles_[profile.name];
  const std::string situation = situation_of(condition, profile);
  const std::string subject = "profile " + profile.name + ": ";
  const LogFields fields = fields_of(state, profile);
  if (!profile.warning.empty() && profile.warning != told.warning) {
    log_line(LogLevel::warn, subject + profile.warning, fields);
  }
  told.warning = profile.warning;
  if (situation == told.situation || condition == Condition::starting) return;
  told.situation = situation;
  if (condition == Condition::valid) {
    return log_line(LogLevel::info, subject + valid_until(profile, now), fields);
  }
  const std::string cause =
      profile.last_failure ? with_hint(profile.last_failure->error) : "the last set expired";
  if (condition == Condition::failing) {
    return log_line(LogLevel::warn,
                    subject + "refresh failed, " + valid_until(profile, now) + ": " + cause,
                    fields);
  }
  log_line(LogLevel::error, subject + "no valid credentials: " + cause, fields);
}

void SituationLog::tell_file(const ProfileState& profile) {
  Told& told = profiles_[profile.name];
  const FileStatus& file = profile.file;
  const LogFields fields{{"MDH_PROFILE", profile.name}, {"MDH_STAGE", "file"}};
  const std::string subject = "profile " + profile.name + ": ";
  if (file.condition == FileCondition::failed && file.message != told.file_message) {
    const std::string cure = file.hint.empty() ? "" : "; hint: " + file.hint;
    log_line(LogLevel::warn, subject + file.message + cure, fields);
  }
  for (const std::string& remark : file.remarks) {
    if (remarks_.insert(remark).second) log_line(LogLevel::warn, remark, fields);
  }
  if (file.condition == FileCondition::written && told.file == FileCondition::failed) {
    log_line(LogLevel::info, subject + file.path + " is up to date again", fields);
  }
  if (file.condition == FileCondition::pending) return;
  told.file = file.condition;
  told.file_message = file.message;
}

void SituationLog::tell_step(const State& state) {
  if (!state.clock_step || step_told_ == state.clock_step->at) return;
  step_told_ = state.clock_step->at;
  const seconds by = std::chrono::round<seconds>(state.clock_step->by);
  const std::string length = std::to_string(abs(by).count()) + " s";
  log_line(LogLevel::warn,
           by > seconds(0) ? "the clock was set forward " + length + ", or the machine was paused"
                           : "the clock was set back " + length);
}

void SituationLog::tell_skew(const AccountState& account, Now now) {
  const auto measured = skew(account, now);
  if (!measured) return;
  const seconds off = std::chrono::duration_cast<seconds>(*measured);
  const bool skewed = abs(off) > kSkewWorthTelling;
  bool& told = skewed_[account.name];
  if (skewed == told) return;
  told = skewed;
  const LogFields fields{{"MDH_ACCOUNT", account.name}};
  if (!skewed) {
    return log_line(LogLevel::info, "account " + account.name + ": the clock is right again",
                    fields);
  }
  log_line(LogLevel::warn,
           "account " + account.name + ": this machine's clock is " +
               std::to_string(abs(off).count()) + " s " + (off.count() > 0 ? "slow" : "fast") +
               " by upstream's Date; hint: set it (timedatectl set-ntp true)",
           fields);
}

}  // namespace mdh
