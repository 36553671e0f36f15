#include "common/report/page.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <vector>

#include "common/digest.h"
#include "common/report/page_assets.h"
#include "common/report/page_headline.h"
#include "common/report/page_words.h"
#include "common/report/status.h"
#include "common/state/condition.h"

namespace mdh {
namespace {

// As many profiles are shown whole; of a longer list only those in trouble are, up to kMostWhole.
constexpr std::size_t kShortList = 40;
constexpr std::size_t kMostWhole = 6;
constexpr std::size_t kWorthASearch = 10;

// CSP level 3: 'sha256-' and the base64 of the digest over the element's very bytes.
std::string hash_source(std::string_view bytes) {
  const Digest digest = sha256(bytes);
  std::array<unsigned char, 45> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  return "'sha256-" + std::string(text.begin(), text.begin() + length) + "'";
}

Markup colour(Condition now_is) {
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

Html icon(Condition now_is) {
  return "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
         "viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='" +
         Html(colour(now_is)) + "'/%3E%3C/svg%3E\">\n";
}

Html page_head(const State& state, Now now) {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"referrer\" content=\"no-referrer\">\n<title>" +
         Html::text(headline(state, now)) + " - mdh-credentials</title>\n" +
         icon(shown_as(state, now)) +
         "<noscript><meta http-equiv=\"refresh\" content=\"60\"></noscript>\n<style>" +
         Html::asset(kPageStyle) + "</style>\n</head>\n";
}

Html about(const State& state, Now now) {
  return "<p class=\"about\"><span>" + Html::text(counts(state, now)) + "</span><span>up " +
         Html::text(spoken_duration(std::chrono::floor<seconds>(now.boot - state.started))) +
         "</span><span>as of " + time_element(now.wall, now.wall) + "</span></p>\n";
}

Html search() {
  return Markup(
      "<p class=\"search\" hidden><label for=\"search\">Find a profile</label> "
      "<input id=\"search\" type=\"search\" autocomplete=\"off\"></p>\n");
}

Html summary(const State& state, Now now) {
  const Condition now_is = shown_as(state, now);
  return "<a class=\"skip\" href=\"#profiles\">Skip to the profiles</a>\n<header>\n"
         "<div id=\"summary\" class=\"" +
         Html(class_of(now_is)) + "\">\n<p class=\"name\">mdh-credentials</p>\n<h1>" +
         sign(now_is) + Html::text(headline(state, now)) + "</h1>\n" + what_now(state, now) +
         about(state, now) +
         "</div>\n<p id=\"lost\" class=\"lost\" role=\"alert\" hidden>The daemon does not answer: "
         "what follows is how it was at <span id=\"lost-since\"></span>. See <code>systemctl "
         "--user "
         "status mdh-credentials</code>, or start it with <code>mdh-credentials serve</code>.</p>\n"
         "<p id=\"news\" class=\"skip\" role=\"status\"></p>\n" +
         (state.profiles.size() >= kWorthASearch ? search() : Html()) + "</header>\n";
}

Html hidden_note(const HiddenProfiles& hidden) {
  if (hidden.count == 0) return Html();
  const bool one = hidden.count == 1;
  return "<p class=\"about\"><span>" +
         Html::text(std::to_string(hidden.count) +
                    (one ? " more profile is" : " more profiles are") + " not yours to see; " +
                    std::to_string(hidden.servable) + " of " + (one ? "it" : "them") +
                    " with valid credentials") +
         "</span></p>\n";
}

Html page_end() {
  return "<footer id=\"end\">\n<p>mdh-credentials " MDH_VERSION
         ". For programs: <a href=\"/status\">/status</a>, <a href=\"/metrics\">/metrics</a>, "
         "<a href=\"/readyz\">/readyz</a>.</p>\n"
         "<p>Something odd? <code>mdh-credentials check --online</code> names cause and cure.</p>\n"
         "</footer>\n<script>" +
         Html::asset(kPageScript) + "</script>\n</body>\n</html>\n";
}

std::vector<const ProfileState*> worst_first(const State& state, Now now) {
  std::vector<std::pair<int, const ProfileState*>> ranked;
  for (const ProfileState& one : state.profiles) ranked.emplace_back(rank(one, now), &one);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& left, const auto& right) { return left.first < right.first; });
  std::vector<const ProfileState*> order;
  for (const auto& [_, profile] : ranked) order.push_back(profile);
  return order;
}

Html listed(const State& state, const PageContext& context, Now now) {
  const std::vector<const ProfileState*> order = worst_first(state, now);
  const bool short_list = order.size() <= kShortList;
  std::size_t whole = 0;
  Html list;
  for (; whole < order.size(); ++whole) {
    const bool ill = in_trouble(*order[whole], now);
    if (!short_list && (!ill || whole == kMostWhole)) break;
    list += page_profile(state, *order[whole], context, now, ill || order.size() == 1);
  }
  if (whole == order.size()) return list;
  list += "<ul class=\"rows\">\n";
  for (; whole < order.size(); ++whole) list += page_row(*order[whole], now);
  return list + "</ul>\n";
}

Html alone(const State& state, const ProfileState& profile, const PageContext& context, Now now) {
  return "<p><a href=\"/\">All profiles</a></p>\n" +
         page_profile(state, profile, context, now, true);
}

}  // namespace

std::string status_page(const State& state, const PageContext& context, Now now,
                        std::string_view only) {
  const ProfileState* one = only.empty() ? nullptr : find_profile(state, only);
  Html page = page_head(state, now) + "<body>\n" + summary(state, now);
  page +=
      "<main id=\"profiles\" tabindex=\"-1\">\n" + reload_note(state, now) + skew_notes(state, now);
  page += one ? alone(state, *one, context, now) : listed(state, context, now);
  return (page + hidden_note(context.hidden) + "</main>\n" + page_end()).take();
}

std::string page_security_policy() {
  return "default-src 'none'; style-src " + hash_source(kPageStyle) + "; script-src " +
         hash_source(kPageScript) +
         "; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'";
}

}  // namespace mdh
