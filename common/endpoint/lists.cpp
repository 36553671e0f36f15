#include "common/endpoint/lists.h"

#include <algorithm>

#include "common/endpoint/documents.h"
#include "common/state/condition.h"

namespace mdh {
namespace {

// Callers with as many different sets of profiles are kept at once.
constexpr std::size_t kMostKept = 64;

// The page of one profile is asked for as /?profile=NAME.
std::string_view profile_asked(std::string_view query) {
  constexpr std::string_view kKey = "profile=";
  return query.starts_with(kKey) ? query.substr(kKey.size()) : std::string_view();
}

Reply page_reply(const VisibleState& shown, std::string_view only, const ListFacts& facts) {
  PageContext context = facts.page;
  context.hidden = shown.hidden;
  return {
      200,
      kHtml,
      status_page(shown.state, context, facts.now, only),
      {},
      {{"Content-Security-Policy", page_security_policy()}, {"Referrer-Policy", "no-referrer"}}};
}

Reply readiness(const VisibleState& shown, Now now) {
  std::string missing;
  for (const ProfileState& profile : shown.state.profiles) {
    if (servable(profile, now)) continue;
    missing += missing.empty() ? "no valid credentials for " : ", ";
    missing += profile.name;
    missing += " (" + std::string(name(condition(profile, now))) + ")";
  }
  const std::size_t others = shown.hidden.count - shown.hidden.servable;
  if (others > 0) {
    missing += missing.empty() ? "no valid credentials for " : ", and ";
    missing += std::to_string(others) + " that you may not see";
  }
  return missing.empty() ? text_reply(200, "ready") : unavailable_reply("NotReady", missing);
}

// Of the daemon itself only the socket tells: the URLs to those who may have something there.
StatusReader reader_of(const Peer& peer, const AccessRules& access, bool has_profiles) {
  if (!peer.by_socket) return StatusReader::stranger;
  if (admits(access.owners, peer.caller())) return StatusReader::owner;
  return has_profiles ? StatusReader::user : StatusReader::stranger;
}

}  // namespace

Reply Lists::made(const Kept& kept, const ListFacts& facts) {
  const VisibleState shown = visible_part(facts.state, kept.visible, facts.now);
  if (kept.route == Route::page) return page_reply(shown, kept.only, facts);
  if (kept.route == Route::readyz) return readiness(shown, facts.now);
  if (kept.route == Route::metrics)
    return text_reply(200, metrics_text(shown, facts.figures(), facts.now));
  return {
      200, kJson,
      status_json(shown.state, facts.now, {shown.hidden, kept.first, kept.reader, &facts.daemon})};
}

Reply Lists::reply(const ListRequest& request, const ListFacts& facts) {
  const Peer& peer = request.peer;
  const ProfileAccess* own = first_profile(facts.access, peer.caller());
  Kept wanted;
  wanted.route = request.route;
  // Whatever else stands in a query must not cost a rendering.
  const std::string_view asked = profile_asked(request.query);
  if (request.route == Route::page && find_profile(facts.state, asked)) wanted.only = asked;
  wanted.visible = visible_to(facts.access, peer.caller());
  wanted.first = own == nullptr ? "" : own->profile;
  wanted.reader = reader_of(peer, facts.access, own != nullptr);
  wanted.at = std::chrono::floor<seconds>(facts.now.boot.time_since_epoch());
  auto found = std::find_if(kept_.begin(), kept_.end(),
                            [&](const Kept& kept) { return serves_the_same(kept, wanted); });
  if (found == kept_.end()) {
    if (kept_.size() >= kMostKept) kept_.clear();
    found = kept_.insert(kept_.end(), std::move(wanted));
    found->reply = made(*found, facts);
  } else if (found->at != wanted.at) {
    found->at = wanted.at;
    found->reply = made(*found, facts);
  }
  return {
      found->reply.status, found->reply.content_type, {}, found->reply.body, found->reply.headers};
}

bool Lists::serves_the_same(const Kept& left, const Kept& right) {
  return left.route == right.route && left.visible == right.visible && left.first == right.first &&
         left.only == right.only && left.reader == right.reader;
}

}  // namespace mdh
