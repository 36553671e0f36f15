#include "common/endpoint/lists.h"

#include <algorithm>

#include "common/endpoint/documents.h"
#include "common/state/condition.h"

namespace mdh {
namespace {

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

std::string why_not_ready(const ProfileState& profile, Now now) {
  if (!servable(profile, now))
    return "no valid credentials for " + profile.name + " (" +
           std::string(name(condition(profile, now))) + ")";
  const FileStatus& file = profile.file;
  const std::string what = profile.name + " is not in " + file.path;
  if (file.condition == FileCondition::pending) return what + " yet";
  return what + (file.since ? " since " + format_rfc3339(*file.since) : "") + ": " + file.message;
}

Reply readiness(const VisibleState& shown, Now now) {
  std::string missing;
  for (const ProfileState& profile : shown.state.profiles) {
    if (in_order(profile, now)) continue;
    missing += (missing.empty() ? "" : "; ") + why_not_ready(profile, now);
  }
  const std::size_t others = shown.hidden.count - shown.hidden.in_order;
  if (others > 0)
    missing +=
        (missing.empty() ? "" : "; ") + std::to_string(others) + " not ready that you may not see";
  return missing.empty() ? text_reply(200, "ready") : unavailable_reply("NotReady", missing);
}

// Of the daemon itself only the socket tells: the URLs to those who may have something there.
StatusReader reader_of(const Peer& peer, const AccessRules& access, bool has_profiles) {
  if (!peer.by_socket) return StatusReader::stranger;
  if (admits(access.owners, peer.requester())) return StatusReader::owner;
  return has_profiles ? StatusReader::user : StatusReader::stranger;
}

// Whose credentials they get at the metadata root; empty: nobody's, or there are no such routes.
std::string imds_profile(const ListFacts& facts, const Requester& asker) {
  const std::string& configured = facts.daemon.imds_profile;
  const ProfileAccess* meant =
      configured.empty() ? nullptr : preferred_profile(facts.access, configured, asker);
  return meant == nullptr ? "" : meant->profile;
}

Reply made(Route route, const VisibleState& shown, const StatusScope& scope, std::string_view only,
           const ListFacts& facts) {
  if (route == Route::page) return page_reply(shown, only, facts);
  if (route == Route::readyz) return readiness(shown, facts.now);
  if (route == Route::metrics)
    return text_reply(200, metrics_text(shown, facts.figures(), facts.now));
  return {200, kJson, status_json(shown.state, facts.now, scope)};
}

// What two readers must have in common to be given the same document.
std::string key_of(Route route, const StatusScope& scope, const VisibleProfiles& visible) {
  std::string key(name(route));
  for (const bool one : visible) key += one ? '1' : '0';
  key += std::to_string(static_cast<int>(scope.reader));
  return key + " " + scope.default_profile + " " + scope.imds_profile;
}

}  // namespace

Reply Lists::reply(const ListRequest& request, const ListFacts& facts) {
  const Requester asker = request.peer.requester();
  const ProfileAccess* own = first_profile(facts.access, asker);
  const VisibleProfiles visible = visible_to(facts.access, asker);
  StatusScope scope;
  scope.default_profile = own == nullptr ? "" : own->profile;
  scope.imds_profile = imds_profile(facts, asker);
  scope.reader = reader_of(request.peer, facts.access, own != nullptr);
  scope.daemon = &facts.daemon;
  // Whatever else stands in a query must not cost a rendering.
  const ProfileState* asked = find_profile(facts.state, profile_asked(request.query));
  const bool alone = request.route == Route::page && asked != nullptr;
  const std::string only = alone ? asked->name : "";
  return kept_.reply(key_of(request.route, scope, visible) + " " + only, facts.now.boot, [&] {
    const VisibleState shown = visible_part(facts.state, visible, facts.now);
    scope.hidden = shown.hidden;
    return made(request.route, shown, scope, only, facts);
  });
}

}  // namespace mdh
