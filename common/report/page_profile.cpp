#include "common/report/page_profile.h"

#include "common/report/child_environment.h"
#include "common/report/page_words.h"
#include "common/report/status.h"
#include "common/report/timeline.h"
#include "common/state/condition.h"

namespace mdh {
namespace {

// Shape as well as colour tells the states apart.
std::string_view glyph(Condition condition) {
  switch (condition) {
    case Condition::valid:
      return "<circle cx=\"6\" cy=\"6\" r=\"5\"/>";
    case Condition::failing:
      return "<path d=\"M6 .8 11.6 11H.4z\"/>";
    case Condition::expired:
      return "<path d=\"M1 1h10v10H1z\"/>";
    case Condition::starting:
      return "<path d=\"M6 1a5 5 0 1 0 5 5H9a3 3 0 1 1-3-3z\"/>";
  }
  return "";
}

std::string head(const State& state, const ProfileState& profile, Condition now_is) {
  const std::string name = escaped(profile.name);
  return "<div class=\"head\"><h2 id=\"p-" + name + "\">" + name + "</h2><span class=\"where\">" +
         escaped(state.accounts[profile.account].name) + ", " + escaped(profile.region) +
         "</span><span class=\"state\"><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\">" +
         std::string(glyph(now_is)) + "</svg>" + std::string(title(now_is)) + "</span></div>\n";
}

std::string fact(const std::string& label, const std::string& value) {
  return "<div><dt>" + label + "</dt><dd>" + value + "</dd></div>";
}

std::string countdown(milliseconds left, const std::string& over) {
  const auto whole = std::chrono::floor<seconds>(left);
  if (whole.count() <= 0) return over;
  return "<span data-left=\"" + std::to_string(whole.count()) + "\" data-over=\"" + over + "\">" +
         spoken_duration(whole) + "</span>";
}

std::string life(const State& state, const ProfileState& profile, Now now) {
  if (!profile.credentials) return fact("no credentials so far", "none");
  const milliseconds left = life_left(state, profile, now);
  if (left.count() > 0) return fact("until the credentials expire", countdown(left, "expired"));
  return fact("since the credentials expired", spoken_duration(std::chrono::floor<seconds>(-left)));
}

std::string facts(const State& state, const ProfileState& profile, Now now) {
  std::string rows = "<dl class=\"facts\">";
  rows += life(state, profile, now);
  rows += fact("until the next attempt", profile.next_attempt_at
                                             ? countdown(*profile.next_attempt_at - now.wall, "now")
                                             : "not planned");
  rows += fact("last refreshed",
               profile.refreshed_at ? time_element(*profile.refreshed_at, now.wall) : "not yet");
  return rows + "</dl>\n";
}

std::string times(int count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string sum_of(DayCount count) {
  return std::to_string(count.succeeded) + (count.succeeded == 1 ? " refresh, " : " refreshes, ") +
         times(count.failed, "failure");
}

// One slot: green grows with what succeeded, red hangs above it; an empty one is a low grey mark.
std::string bar(const TimelineSlot& slot, std::size_t place) {
  const auto rect = [&](const char* kind, int top, int height) {
    return "<rect" + std::string(kind) + " x=\"" + std::to_string(place * 10) + "\" y=\"" +
           std::to_string(top) + "\" width=\"7\" height=\"" + std::to_string(height) +
           "\" rx=\"1\"/>";
  };
  const std::string named = "<g><title>" + format_rfc3339(slot.from).substr(11, 5) +
                            " UTC: " + sum_of({slot.succeeded, slot.failed}) + "</title>";
  if (slot.failed > 0 && slot.succeeded > 0) {
    return named + rect(" class=\"no\"", 0, 17) + rect(" class=\"ok\"", 19, 17) + "</g>";
  }
  if (slot.failed > 0) return named + rect(" class=\"no\"", 0, 36) + "</g>";
  if (slot.succeeded > 0) return named + rect(" class=\"ok\"", 0, 36) + "</g>";
  return named + rect("", 14, 8) + "</g>";
}

std::string day(const ProfileState& profile, Now now) {
  const Timeline slots = timeline(profile.attempts, now.wall);
  const std::string sum = sum_of(count_day(slots));
  std::string bars;
  for (std::size_t i = 0; i < slots.size(); ++i) bars += bar(slots[i], i);
  return "<div class=\"day\"><div role=\"img\" aria-label=\"The last 24 hours: " + sum +
         "\"><svg viewBox=\"0 0 477 36\" preserveAspectRatio=\"none\" aria-hidden=\"true\">" +
         bars + "</svg></div><p><span>24 hours ago</span><span>" + sum +
         "</span><span>now</span></p></div>\n";
}

std::string failure_note(const ProfileState& profile, Condition now_is, Now now) {
  if (!profile.last_failure) return "";
  const Failure& failure = *profile.last_failure;
  const std::string when = std::string(meaning(failure.error.error_class)) + ", at " +
                           time_element(failure.at, now.wall) + ", " +
                           times(profile.consecutive_failures, "failure") + " in a row";
  return note(now_is == Condition::failing ? "warn" : "bad", failure.error.message,
              advice(failure.error), when);
}

std::string notes(const State& state, const ProfileState& profile, Now now) {
  std::string all = failure_note(profile, condition(state, profile, now), now);
  if (profile.file.condition == FileCondition::failed) {
    all += note("warn", profile.file.message, "the endpoint works without the file");
  }
  for (const std::string& remark : profile.file.remarks) all += note("warn", remark, "");
  if (!profile.warning.empty()) all += note("warn", profile.warning, "");
  if (profile.credentials && profile.credentials->expiration_assumed) {
    all += note("", "upstream named no expiry that can be believed: 15 minutes are assumed", "");
  }
  return all;
}

// `what` names the lines to a screen reader and on the copy button.
std::string code(const std::string& say, const std::string& what, const std::string& text) {
  return "<div class=\"code\" data-what=\"" + escaped(what) + "\"><p>" + say +
         "</p><pre tabindex=\"0\" role=\"region\" aria-label=\"" + escaped(what) + "\">" +
         escaped(text) + "</pre></div>\n";
}

std::string shell_code(const ProfileState& profile, const PageContext& context) {
  ChildWish wish;
  wish.base_url = context.base_url;
  wish.profile = profile.name;
  wish.token_file = context.token_file;
  wish.region = profile.region;
  return code("The lines behind it, for any shell, SDK and tool:",
              "environment for " + profile.name, shell_lines(child_environment(wish)));
}

std::string usage(const State& state, const ProfileState& profile, const PageContext& context) {
  const std::string& name = profile.name;
  const std::string open = state.profiles.size() == 1 ? " open" : "";
  std::string text =
      "<details id=\"use-" + escaped(name) + "\"" + open + "><summary>Use this profile</summary>";
  text +=
      code("For a shell, or for one command:", "commands for " + name,
           "eval \"$(mdh-credentials env --profile " + name +
               ")\"\nmdh-credentials exec --profile " + name + " -- aws sts get-caller-identity\n");
  text += shell_code(profile, context);
  if (profile.file.condition != FileCondition::disabled) {
    text += code("In Python, by name, from <code>" + escaped(profile.file.path) + "</code>:",
                 "Python for " + name, "boto3.Session(profile_name=\"" + name + "\")\n");
  }
  return text + "</details>\n";
}

std::string history_row(const TimelineSlot& slot, Now now) {
  const std::string last =
      slot.last_failure ? std::string(meaning(*slot.last_failure)) : std::string();
  return "<tr><td>" + time_element(slot.from, now.wall) + "</td><td>" +
         std::to_string(slot.succeeded) + "</td><td" + (slot.failed > 0 ? " class=\"no\"" : "") +
         ">" + std::to_string(slot.failed) + "</td><td>" + last + "</td></tr>";
}

std::string history(const ProfileState& profile, Now now) {
  const Timeline slots = timeline(profile.attempts, now.wall);
  std::string rows;
  for (auto slot = slots.rbegin(); slot != slots.rend(); ++slot) {
    if (slot->succeeded + slot->failed > 0) rows += history_row(*slot, now);
  }
  if (rows.empty()) return "";
  return "<details id=\"history-" + escaped(profile.name) +
         "\"><summary>The day as a table</summary><table><thead><tr><th scope=\"col\">Half hour "
         "from</th><th scope=\"col\">Refreshes</th><th scope=\"col\">Failures</th><th "
         "scope=\"col\">Last failure</th></tr></thead><tbody>" +
         rows + "</tbody></table></details>\n";
}

}  // namespace

std::string page_profile(const State& state, const ProfileState& profile,
                         const PageContext& context, Now now) {
  const Condition now_is = condition(state, profile, now);
  return "<section class=\"profile " + std::string(name(now_is)) + "\" aria-labelledby=\"p-" +
         escaped(profile.name) + "\">\n" + head(state, profile, now_is) +
         facts(state, profile, now) + day(profile, now) + notes(state, profile, now) +
         usage(state, profile, context) + history(profile, now) + "</section>\n";
}

}  // namespace mdh
