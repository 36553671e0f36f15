#include "common/report/page.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <vector>

#include "common/report/page_script.h"
#include "common/report/page_style.h"
#include "common/report/page_words.h"
#include "common/report/status.h"
#include "common/state/condition.h"

namespace mdh {
namespace {

// CSP level 3: 'sha256-' and the base64 of the digest over the element's very bytes.
std::string hash_source(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::array<unsigned char, 45> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return "'sha256-" + std::string(text.begin(), text.begin() + length) + "'";
}

Condition worst(const State& state, Now now) {
  for (const Condition wanted : {Condition::expired, Condition::failing, Condition::starting}) {
    const bool there = std::any_of(
        state.profiles.begin(), state.profiles.end(),
        [&](const ProfileState& profile) { return condition(state, profile, now) == wanted; });
    if (there) return wanted;
  }
  return Condition::valid;
}

std::size_t count(const State& state, Condition wanted, Now now) {
  return static_cast<std::size_t>(std::count_if(
      state.profiles.begin(), state.profiles.end(),
      [&](const ProfileState& profile) { return condition(state, profile, now) == wanted; }));
}

std::string one_profile(Condition now_is, const std::string& name) {
  switch (now_is) {
    case Condition::valid:
      return name + " is valid";
    case Condition::failing:
      return name + " is valid, but cannot be refreshed";
    case Condition::expired:
      return name + " has no valid credentials";
    case Condition::starting:
      return name + " waits for its first credentials";
  }
  return name;
}

std::string headline(const State& state, Now now) {
  if (state.profiles.empty()) return "No profile is configured";
  if (state.profiles.size() == 1) {
    return one_profile(condition(state, state.profiles[0], now), state.profiles[0].name);
  }
  const std::string all = std::to_string(state.profiles.size());
  const std::size_t expired = count(state, Condition::expired, now);
  const std::size_t failing = count(state, Condition::failing, now);
  const std::size_t starting = count(state, Condition::starting, now);
  if (expired > 0) {
    return std::to_string(expired) + " of " + all + " profiles without valid credentials";
  }
  if (failing > 0) {
    return "All valid, but " + std::to_string(failing) + " of " + all + " cannot be refreshed";
  }
  if (starting > 0) {
    return std::to_string(starting) + " of " + all + " profiles wait for their first credentials";
  }
  return "All " + all + " profiles are valid";
}

std::string skew_words(const AccountState& account, Now now) {
  const auto off = skew(account, now);
  if (!off) return "";
  const auto length = std::chrono::round<seconds>(*off);
  if (length.count() == 0) return "clock agrees with " + account.name;
  const std::string words = spoken_duration(length.count() > 0 ? length : -length) +
                            (length.count() > 0 ? " behind " : " ahead of ");
  return "clock " + words + account.name;
}

// Once for each account: it concerns all of its profiles.
std::string skew_note(const AccountState& account, Now now) {
  const auto off = skew(account, now);
  if (!off || (*off <= kSkewWorthTelling && *off >= -kSkewWorthTelling)) return "";
  const bool slow = off->count() > 0;
  const auto length = std::chrono::round<seconds>(slow ? *off : -*off);
  return note("warn",
              "this machine's clock is " + spoken_duration(length) + (slow ? " slow" : " fast") +
                  " by account " + account.name,
              "set it by a time service: sudo timedatectl set-ntp true");
}

std::string about(const State& state, Now now) {
  std::string spans = "<span>up " +
                      spoken_duration(std::chrono::floor<seconds>(now.boot - state.started)) +
                      "</span>";
  for (const AccountState& account : state.accounts) {
    const std::string words = skew_words(account, now);
    if (!words.empty()) spans += "<span>" + escaped(words) + "</span>";
  }
  return "<p class=\"about\">" + spans + "<span>as of " + time_element(now.wall, now.wall) +
         "</span></p>\n";
}

std::string_view colour(Condition now_is) {
  switch (now_is) {
    case Condition::valid:
      return "%23157347";
    case Condition::failing:
      return "%23b26a00";
    case Condition::expired:
      return "%23b3261e";
    case Condition::starting:
      return "%23777";
  }
  return "%23777";
}

std::string icon(Condition now_is) {
  return "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
         "viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='" +
         std::string(colour(now_is)) + "'/%3E%3C/svg%3E\">\n";
}

std::string page_head(const State& state, Now now) {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"referrer\" content=\"no-referrer\">\n<title>" +
         escaped(headline(state, now)) + " - mdh-credentials</title>\n" + icon(worst(state, now)) +
         "<noscript><meta http-equiv=\"refresh\" content=\"60\"></noscript>\n<style>" +
         std::string(kPageStyle) + "</style>\n</head>\n";
}

std::string summary(const State& state, Now now) {
  return "<a class=\"skip\" href=\"#profiles\">Skip to the profiles</a>\n<header>\n"
         "<div id=\"summary\">\n<p class=\"name\">mdh-credentials</p>\n<h1>" +
         escaped(headline(state, now)) + "</h1>\n" + about(state, now) +
         "</div>\n<p id=\"lost\" class=\"lost\" role=\"alert\" hidden>The daemon does not answer. "
         "This is how it was at <span id=\"lost-since\"></span>.</p>\n"
         "<p id=\"news\" class=\"skip\" role=\"status\"></p>\n</header>\n";
}

std::string page_end() {
  return "<footer id=\"end\">\n<p>mdh-credentials " MDH_VERSION
         ". For programs: <a href=\"/status\">/status</a>, <a href=\"/metrics\">/metrics</a>, "
         "<a href=\"/readyz\">/readyz</a>.</p>\n"
         "<p>Something odd? <code>mdh-credentials check --online</code> names cause and cure.</p>\n"
         "</footer>\n<script>" +
         std::string(kPageScript) + "</script>\n</body>\n</html>\n";
}

}  // namespace

std::string status_page(const State& state, const PageContext& context, Now now) {
  std::string page = page_head(state, now) + "<body>\n" + summary(state, now);
  page += "<main id=\"profiles\" tabindex=\"-1\">\n";
  for (const AccountState& account : state.accounts) page += skew_note(account, now);
  for (const ProfileState& profile : state.profiles) {
    page += page_profile(state, profile, context, now);
  }
  return page + "</main>\n" + page_end();
}

std::string page_security_policy() {
  return "default-src 'none'; style-src " + hash_source(kPageStyle) + "; script-src " +
         hash_source(kPageScript) +
         "; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'";
}

}  // namespace mdh
