#include "common/report/page_profile.h"

#include "common/report/page_snippets.h"
#include "common/report/page_words.h"
#include "common/report/status.h"
#include "common/report/timeline.h"
#include "common/state/condition.h"

namespace mdh {
namespace {

Html until_when(const ProfileState& profile, Now now) {
  if (!profile.credentials) return {};
  const Markup word =
      life_left(profile.life, now).count() > 0 ? Markup("until ") : Markup("since ");
  return Html(word) + time_element(ends_at(profile.life, now), now.wall);
}

Html summary_line(const ProfileState& profile, Now now) {
  const Condition now_is = condition(profile, now);
  Html line = "<span class=\"which\">" + sign(now_is) + "<b>" + Html::text(profile.name) +
              "</b></span> <span class=\"state\">" + Html(title(now_is)) + "</span> " +
              until_when(profile, now);
  if (profile.file.condition == FileCondition::failed) line += " <b>file not written</b>";
  return line;
}

Html fact(Markup label, const Html& value) {
  return "<div><dt>" + Html(label) + "</dt><dd>" + value + "</dd></div>";
}

Html countdown(milliseconds left) {
  const auto whole = std::chrono::floor<seconds>(left);
  return "<span data-left=\"" + Html::number(whole.count()) + "\">" +
         Html::text(spoken_duration(whole)) + "</span>";
}

Html life(const ProfileState& profile, Now now) {
  if (!profile.credentials) return fact("credentials", Markup("none so far"));
  const milliseconds left = life_left(profile.life, now);
  if (left.count() <= 0) {
    return fact("credentials ended", time_element(ends_at(profile.life, now), now.wall));
  }
  return fact("credentials valid until", time_element(ends_at(profile.life, now), now.wall) + ", " +
                                             countdown(left) + " left");
}

Html where_written(const FileStatus& file, Now now) {
  Html text =
      Html::text(file.path.empty() ? "" : file.path + ": ") + Html::text(name(file.condition));
  if (file.condition == FileCondition::written && file.written_at)
    text += " at " + time_element(*file.written_at, now.wall);
  return text;
}

Html facts(const State& state, const ProfileState& profile, Now now) {
  Html rows = "<dl class=\"facts\">" + life(profile, now);
  const bool well = condition(profile, now) == Condition::valid;
  if (profile.next_attempt_at) {
    rows += fact(well ? Markup("renews by itself at") : Markup("tried again by itself at"),
                 time_element(std::max(*profile.next_attempt_at, now.wall), now.wall));
  }
  if (profile.refreshed_at) {
    rows += fact("last renewed", time_element(*profile.refreshed_at, now.wall));
  }
  rows += fact("account, region",
               Html::text(state.accounts[profile.account].name + ", " + profile.region));
  if (profile.file.condition != FileCondition::disabled) {
    rows += fact("profile file", where_written(profile.file, now));
  }
  return rows + "</dl>\n";
}

std::string sum_of(DayCount count) {
  return std::to_string(count.succeeded) + (count.succeeded == 1 ? " refresh, " : " refreshes, ") +
         counted(static_cast<std::size_t>(count.failed), "failure");
}

// One slot: a refresh is a low bar, a failure a tall one, so that they differ without colour.
Html bar(const TimelineSlot& slot, std::size_t place) {
  const auto rect = [&](Markup kind, int top, int height) {
    return "<rect" + Html(kind) + " x=\"" + Html::number(static_cast<long long>(place) * 10) +
           "\" y=\"" + Html::number(top) + "\" width=\"7\" height=\"" + Html::number(height) +
           "\"/>";
  };
  if (slot.failed == 0 && slot.succeeded == 0) return rect("", 33, 3);
  const std::string said =
      format_rfc3339(slot.from).substr(11, 5) + " UTC: " + sum_of({slot.succeeded, slot.failed});
  Html bars = "<g><title>" + Html::text(said) + "</title>";
  if (slot.failed > 0) bars += rect(" class=\"no\"", 0, slot.succeeded > 0 ? 20 : 36);
  if (slot.succeeded > 0) bars += rect(" class=\"ok\"", 22, 14);
  return bars + "</g>";
}

Html day(const Timeline& slots) {
  const std::string sum = sum_of(count_day(slots));
  Html bars;
  for (std::size_t i = 0; i < slots.size(); ++i) bars += bar(slots[i], i);
  return "<div class=\"day\"><div role=\"img\" aria-label=\"The last 24 hours: " + Html::text(sum) +
         "\"><svg viewBox=\"0 0 477 36\" preserveAspectRatio=\"none\" aria-hidden=\"true\">" +
         bars + "</svg></div><p><span>24 hours ago</span><span>" + Html::text(sum) +
         "</span><span>now</span></p></div>\n";
}

Html failure_note(const ProfileState& profile, Condition now_is, Now now) {
  if (!profile.last_failure) return {};
  const Failure& failure = *profile.last_failure;
  const auto count = static_cast<std::size_t>(profile.consecutive_failures);
  Html when = Html(meaning(failure.error.error_class)) + ", at " +
              time_element(failure.at, now.wall) + ", " + Html::text(counted(count, "failure")) +
              " in a row, since " + time_element(failure.since, now.wall);
  return note({now_is == Condition::failing ? Markup("warn") : Markup("bad"), failure.error.message,
               advice(failure.error), std::move(when)});
}

Html file_note(const FileStatus& file, Now now) {
  Html when =
      "not written" + (file.since ? " since " + time_element(*file.since, now.wall) : Html());
  if (file.written_at) when += ", last written at " + time_element(*file.written_at, now.wall);
  return note({"warn", file.message, file_advice(file), std::move(when)});
}

Html notes(const ProfileState& profile, Now now) {
  Html all = failure_note(profile, condition(profile, now), now);
  if (profile.file.condition == FileCondition::failed) {
    all += file_note(profile.file, now);
  }
  for (const std::string& remark : profile.file.remarks) all += note({"warn", remark});
  if (!profile.warning.empty()) all += note({"warn", profile.warning});
  if (profile.credentials && profile.life.assumed) {
    all += note({"", "upstream named no expiry that can be believed: 15 minutes are assumed"});
  }
  return all;
}

Html history_row(const TimelineSlot& slot, Now now) {
  return "<tr><td>" + time_element(slot.from, now.wall) + "</td><td>" +
         Html::number(slot.succeeded) + "</td><td>" + Html::number(slot.failed) + "</td><td>" +
         (slot.last_failure ? Html(meaning(*slot.last_failure)) : Html()) + "</td></tr>";
}

Html history(const ProfileState& profile, const Timeline& slots, Now now) {
  Html rows;
  for (auto slot = slots.rbegin(); slot != slots.rend(); ++slot) {
    if (slot->succeeded + slot->failed > 0) rows += history_row(*slot, now);
  }
  if (rows.empty()) return {};
  return "<details id=\"history-" + Html::text(profile.name) +
         "\"><summary>The day as a table</summary><table><thead><tr><th scope=\"col\">Half hour "
         "from</th><th scope=\"col\">Refreshes</th><th scope=\"col\">Failures</th><th "
         "scope=\"col\">Last failure</th></tr></thead><tbody>" +
         rows + "</tbody></table></details>\n";
}

}  // namespace

bool in_trouble(const ProfileState& profile, Now now) {
  const Condition now_is = condition(profile, now);
  return now_is == Condition::expired || now_is == Condition::failing ||
         profile.file.condition == FileCondition::failed;
}

Html page_profile(const State& state, const ProfileState& profile, const PageContext& context,
                  Now now, bool open) {
  const Timeline slots = timeline(profile.attempts, now.wall);
  return "<details class=\"profile " + Html(class_of(condition(profile, now))) + "\" id=\"p-" +
         Html::text(profile.name) + "\"" + (open ? Markup(" open") : Markup("")) + "><summary>" +
         summary_line(profile, now) + "</summary>\n" + notes(profile, now) +
         facts(state, profile, now) + day(slots) + page_snippets(profile, context) +
         history(profile, slots, now) + "</details>\n";
}

Html page_row(const ProfileState& profile, Now now) {
  const Condition now_is = condition(profile, now);
  return "<li class=\"" + Html(class_of(now_is)) +
         "\"><a href=\"/?profile=" + Html::text(profile.name) + "\">" + Html::text(profile.name) +
         "</a> " + Html(title(now_is)) + " " + until_when(profile, now) + "</li>\n";
}

}  // namespace mdh
