#include "daemon/verbs/status_table.h"

#include <chrono>

#include "common/report/status.h"
#include "common/state/state.h"
#include "daemon/system/clock.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

constexpr const char* kExpiryAssumed =
    "upstream named no expiry that can be believed: 15 minutes are assumed";

Ink ink_of(const std::string& state) {
  if (state == "valid") return Ink::good;
  if (state == "failing") return Ink::warning;
  return state == "expired" ? Ink::bad : Ink::faint;
}

std::string until(const std::optional<WallTime>& time) {
  if (!time) return "-";
  const auto left = std::chrono::ceil<seconds>(*time - read_clocks().wall);
  return left.count() <= 0 ? "now" : spoken_duration(left);
}

std::vector<Cell> row(const ProfileView& one) {
  std::string left = "-";
  if (one.expires_in)
    left = one.expires_in->count() > 0 ? spoken_duration(*one.expires_in) : "past";
  return {{one.profile},
          {one.state, ink_of(one.state)},
          {left},
          {until(one.next_attempt_at)},
          {one.error_class.empty() ? "none" : one.error_class,
           one.error_class.empty() ? Ink::faint : Ink::bad},
          {one.file_state == "disabled" ? "none" : one.file_state,
           one.file_state == "failed" ? Ink::bad : Ink::faint}};
}

std::string since(const std::optional<WallTime>& then) {
  return then ? " (since " + clock_time(*then, read_clocks().wall) + ")" : "";
}

// What was last written well is still in the file, and good for as long as it lasts.
std::string last_written(const ProfileView& one) {
  if (one.file_state != "failed") return "";
  if (!one.file_written_at) return "; it was never written by this daemon";
  return "; it was last written at " + clock_time(*one.file_written_at, read_clocks().wall);
}

std::string remark(const std::string& about, const std::string& message, const std::string& hint) {
  const bool colour = wants_colour(1);
  std::string text = inked(about + ":", Ink::strong, colour) + " " + printable(message) + "\n";
  if (!hint.empty()) text += inked("  hint:", Ink::faint, colour) + " " + printable(hint) + "\n";
  return text;
}

std::string remarks(const std::vector<ProfileView>& profiles, const StatusView& view) {
  std::string text;
  for (const ProfileView& one : profiles) {
    if (!one.error_message.empty())
      text += remark(one.profile, one.error_message + since(one.error_since), one.error_hint);
    if (!one.file_message.empty())
      text += remark(one.profile, one.file_message + since(one.file_since) + last_written(one),
                     one.file_hint);
    if (!one.warning.empty()) text += remark(one.profile, one.warning, "");
    if (one.expiry_assumed) text += remark(one.profile, kExpiryAssumed, "");
  }
  if (const auto& refused = view.refused_reload) {
    text += remark("configuration",
                   "a newer one is refused, the old one stays in force" + since(refused->since) +
                       ": " + refused->message,
                   refused->hint);
  }
  for (const std::string& fault : view.endpoint_faults) {
    text += remark("endpoint", fault,
                   "end that program, or set endpoint.listen to another port, and restart");
  }
  for (const AccountView& account : view.accounts) {
    if (!account.skew || std::chrono::abs(*account.skew) <= kSkewWorthTelling) continue;
    const bool slow = account.skew->count() > 0;
    text += remark("clock",
                   "this machine's clock is " + spoken_duration(std::chrono::abs(*account.skew)) +
                       (slow ? " slow" : " fast") + " by account " + account.name,
                   "sudo timedatectl set-ntp true");
  }
  return text;
}

std::string about_daemon(const StatusView& view) {
  if (!view.pid) return "";
  std::string text = "pid " + std::to_string(*view.pid);
  for (const std::string& url : view.urls) text += ", " + url;
  if (!view.config.empty()) text += ", " + view.config;
  return "daemon: " + printable(text) + "\n";
}

}  // namespace

std::string status_table(const std::vector<ProfileView>& profiles, const StatusView& view) {
  std::vector<std::vector<Cell>> rows{
      {{"PROFILE"}, {"STATE"}, {"EXPIRES IN"}, {"NEXT ATTEMPT"}, {"LAST ERROR"}, {"FILE"}}};
  for (const ProfileView& one : profiles) rows.push_back(row(one));
  const std::string notes = remarks(profiles, view);
  std::string below = notes + about_daemon(view);
  if (view.hidden > 0) below += std::to_string(view.hidden) + " more that your user may not see\n";
  return table(rows, wants_colour(1)) + (below.empty() ? "" : "\n" + below);
}

}  // namespace mdh
