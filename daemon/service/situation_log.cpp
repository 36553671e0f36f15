#include "daemon/service/situation_log.h"

#include "common/state/condition.h"

#include <algorithm>
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

// Of the access token or the key, and so of all its profiles.
bool of_account(const std::optional<Failure>& failure) {
  return failure && (failure->error.stage == Stage::token || failure->error.stage == Stage::key);
}

std::string recovery(int failures, milliseconds lasted) {
  if (failures == 0) return "";
  return ", after " + std::to_string(failures) +
         (failures == 1 ? " failed attempt in " : " failed attempts in ") +
         spoken_duration(std::chrono::ceil<seconds>(lasted));
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
  Lines lines;
  for (const ProfileState& profile : state.profiles) {
    tell_profile(state, profile, now, lines);
    tell_file(profile, lines);
  }
  write(lines);
}

void SituationLog::tell_profile(const State& state, const ProfileState& profile, Now now,
                                Lines& lines) {
  const Condition condition = mdh::condition(profile, now);
  Told& told = profiles_[profile.name];
  const std::string situation = situation_of(condition, profile);
  const std::string subject = "profile " + profile.name + ": ";
  const LogFields fields = fields_of(state, profile);
  if (!profile.warning.empty() && profile.warning != told.warning)
    lines.push_back({LogLevel::warn, subject, profile.warning, fields});
  told.warning = profile.warning;
  const std::string after =
      condition == Condition::valid ? recovery(told.failures, now.wall - told.failing_since) : "";
  told.failures = profile.consecutive_failures;
  if (profile.last_failure) told.failing_since = profile.last_failure->since;
  if (situation == told.situation || condition == Condition::starting) return;
  told.situation = situation;
  if (condition == Condition::valid)
    return lines.push_back({LogLevel::info, subject, valid_until(profile, now) + after, fields});
  lines.push_back(trouble(state, profile, now));
}

SituationLog::Line SituationLog::trouble(const State& state, const ProfileState& profile, Now now) {
  Line line;
  line.about = "profile " + profile.name + ": ";
  line.fields = fields_of(state, profile);
  line.cause =
      profile.last_failure ? with_hint(profile.last_failure->error) : "the last set expired";
  if (condition(profile, now) == Condition::failing) {
    line.level = LogLevel::warn;
    line.until = ends_at(profile.life, now);
    line.text = "refresh failed, " + valid_until(profile, now) + ": " + line.cause;
  } else {
    line.level = LogLevel::error;
    line.text = "no valid credentials: " + line.cause;
  }
  if (!of_account(profile.last_failure)) return line;
  line.account = state.accounts[profile.account].name;
  line.group = line.account + (line.until ? " fails: " : " has none: ") + line.cause;
  return line;
}

void SituationLog::tell_file(const ProfileState& profile, Lines& lines) {
  Told& told = profiles_[profile.name];
  const FileStatus& file = profile.file;
  const LogFields fields{{"MDH_PROFILE", profile.name}, {"MDH_STAGE", "file"}};
  const std::string subject = "profile " + profile.name + ": ";
  if (file.condition == FileCondition::failed && file.message != told.file_message) {
    const std::string cure = file.hint.empty() ? "" : "; hint: " + file.hint;
    lines.push_back({LogLevel::warn, subject, file.message + cure, fields, file.message});
  }
  for (const std::string& remark : file.remarks) {
    if (remarks_.insert(remark).second) lines.push_back({LogLevel::warn, "", remark, fields});
  }
  if (file.condition == FileCondition::written && told.file == FileCondition::failed) {
    const std::string news = file.path + " is up to date again";
    lines.push_back({LogLevel::info, subject, news, fields, news});
  }
  if (file.condition == FileCondition::pending) return;
  told.file = file.condition;
  told.file_message = file.message;
}

std::string SituationLog::told_together(const std::vector<const Line*>& lines) {
  const Line& first = *lines.front();
  const std::string count = std::to_string(lines.size()) + " profiles";
  if (first.account.empty()) return count + ": " + first.text;
  const std::string about = "account " + first.account + ": ";
  if (!first.until) return about + "no valid credentials for " + count + ": " + first.cause;
  WallTime least = *first.until;
  for (const Line* line : lines) least = std::min(least, *line->until);
  return about + "refresh of " + count + " failed, credentials valid until " +
         format_rfc3339(least) + ": " + first.cause;
}

void SituationLog::write(const Lines& lines) {
  std::map<std::string, std::vector<const Line*>> groups;
  for (const Line& line : lines) {
    if (!line.group.empty()) groups[line.group].push_back(&line);
  }
  for (const Line& line : lines) {
    const auto group = groups.find(line.group);
    if (group == groups.end() || group->second.size() == 1) {
      log_line(line.level, line.about + line.text, line.fields);
    } else if (group->second.front() == &line) {
      log_line(line.level, told_together(group->second), line.fields);
    }
  }
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
