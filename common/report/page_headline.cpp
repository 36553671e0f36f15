#include "common/report/page_headline.h"

#include <algorithm>
#include <vector>

#include "common/report/page_profile.h"
#include "common/report/page_words.h"

namespace mdh {
namespace {

constexpr std::size_t kNamed = 3;

std::vector<std::string> those(const State& state, Condition wanted, Now now) {
  std::vector<std::string> names;
  for (const ProfileState& profile : state.profiles) {
    if (condition(profile, now) == wanted) names.push_back(profile.name);
  }
  return names;
}

std::string named(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kNamed) text += " and " + std::to_string(names.size() - kNamed) + " more";
  return text;
}

std::vector<std::string> not_in_file(const State& state) {
  std::vector<std::string> names;
  for (const ProfileState& profile : state.profiles) {
    if (profile.file.condition == FileCondition::failed) names.push_back(profile.name);
  }
  return names;
}

std::string one_profile(Condition now_is, const ProfileState& profile) {
  const std::string& name = profile.name;
  switch (now_is) {
    case Condition::valid:
      return name + (profile.file.condition == FileCondition::failed
                         ? " is valid, but not in its profile file"
                         : " is valid");
    case Condition::failing:
      return name + " is valid, but cannot be renewed";
    case Condition::expired:
      return name + " has no valid credentials";
    case Condition::starting:
      return name + " waits for its first credentials";
  }
  return name;
}

const ProfileState* first_in(const State& state, Condition wanted, Now now) {
  const auto found = std::find_if(
      state.profiles.begin(), state.profiles.end(),
      [&](const ProfileState& one) { return condition(one, now) == wanted && one.last_failure; });
  return found == state.profiles.end() ? nullptr : &*found;
}

const ProfileState* unwritten(const State& state) {
  const auto found = std::find_if(
      state.profiles.begin(), state.profiles.end(),
      [](const ProfileState& one) { return one.file.condition == FileCondition::failed; });
  return found == state.profiles.end() ? nullptr : &*found;
}

// Once for each account: it concerns all of its profiles.
Html skew_note(const AccountState& account, Now now) {
  const auto off = skew(account, now);
  if (!off || (*off <= kSkewWorthTelling && *off >= -kSkewWorthTelling)) return {};
  const bool slow = off->count() > 0;
  const auto length = std::chrono::round<seconds>(slow ? *off : -*off);
  return note({"warn",
               "this machine's clock is " + spoken_duration(length) + (slow ? " slow" : " fast") +
                   " by account " + account.name,
               "set it by a time service: sudo timedatectl set-ntp true"});
}

}  // namespace

Condition worst(const State& state, Now now) {
  for (const Condition wanted : {Condition::expired, Condition::failing, Condition::starting}) {
    if (!those(state, wanted, now).empty()) return wanted;
  }
  return Condition::valid;
}

Condition shown_as(const State& state, Now now) {
  const Condition now_is = worst(state, now);
  const bool well = !unwritten(state) && !state.refused_reload;
  return well || now_is != Condition::valid ? now_is : Condition::failing;
}

std::string headline(const State& state, Now now) {
  if (state.profiles.empty()) return "No profile is configured";
  const Condition now_is = worst(state, now);
  if (state.profiles.size() == 1) return one_profile(now_is, state.profiles[0]);
  const std::vector<std::string> names = those(state, now_is, now);
  const std::string of = " of " + std::to_string(state.profiles.size()) + " profiles ";
  const std::string count = std::to_string(names.size());
  switch (now_is) {
    case Condition::expired:
      return count + of + "without valid credentials: " + named(names);
    case Condition::failing:
      return "All valid, but " + count + of + "cannot be renewed: " + named(names);
    case Condition::starting:
      return count + of + "wait for their first credentials: " + named(names);
    case Condition::valid:
      break;
  }
  if (const auto unwritten = not_in_file(state); !unwritten.empty())
    return "All valid, but " + std::to_string(unwritten.size()) + of +
           "not in the profile file: " + named(unwritten);
  return "All " + std::to_string(state.profiles.size()) + " profiles are valid";
}

Html what_now(const State& state, Now now) {
  const Condition now_is = worst(state, now);
  if (const ProfileState* first = first_in(state, now_is, now)) {
    return "<p class=\"todo\">What to do: " + Html::text(advice(first->last_failure->error)) +
           " (<a href=\"#p-" + Html::text(first->name) + "\">" + Html::text(first->name) +
           "</a>)</p>\n";
  }
  if (const ProfileState* file = unwritten(state)) {
    return "<p class=\"todo\">What to do: " + Html::text(file_advice(file->file)) +
           " (<a href=\"#p-" + Html::text(file->name) + "\">" + Html::text(file->name) +
           "</a>)</p>\n";
  }
  if (state.refused_reload) {
    return "<p class=\"todo\">What to do: " + Html::text(advice(state.refused_reload->error)) +
           " (a newer configuration is refused)</p>\n";
  }
  if (now_is != Condition::valid || state.profiles.empty()) return {};
  return Markup("<p class=\"todo\">They renew by themselves; there is nothing to do.</p>\n");
}

std::string counts(const State& state, Now now) {
  std::string text;
  const auto add = [&](Condition of, const char* words) {
    const std::size_t count = those(state, of, now).size();
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + words;
  };
  add(Condition::valid, " valid");
  add(Condition::failing, " failing");
  add(Condition::expired, " without credentials");
  add(Condition::starting, " starting");
  return text;
}

Html reload_note(const State& state, Now now) {
  if (!state.refused_reload) return {};
  const Failure& refused = *state.refused_reload;
  return note(
      {"warn",
       "a newer configuration is refused, the old one stays in force: " + refused.error.message,
       advice(refused.error), "since " + time_element(refused.since, now.wall)});
}

Html skew_notes(const State& state, Now now) {
  Html all;
  for (const AccountState& account : state.accounts) all += skew_note(account, now);
  return all;
}

}  // namespace mdh
