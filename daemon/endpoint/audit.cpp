#include "daemon/endpoint/audit.h"

namespace mdh {
namespace {

constexpr seconds kPause{10};
constexpr std::size_t kMostPauses = 256;

}  // namespace

std::optional<AuditLine> Audit::refused(const Refusal& refusal, Route route, const Peer& peer,
                                        BootTime now) {
  const std::uint32_t user = peer.user.value_or(0xffffffff);
  // Beyond so many users they share one pause: memory stays bounded.
  const bool full = pauses_.size() >= kMostPauses;
  const bool known = pauses_.contains({refusal.reason, user});
  Pause& pause = pauses_[{refusal.reason, full && !known ? 0xffffffff : user}];
  if (now < pause.until) {
    ++pause.held_back;
    return std::nullopt;
  }
  const std::string who = peer.user ? "uid " + std::to_string(*peer.user) : "an unknown user";
  AuditLine line;
  line.message =
      "refused " + std::string(name(route)) + " to " + who + ": " + std::string(refusal.message);
  if (pause.held_back > 0)
    line.message += " (and " + std::to_string(pause.held_back) + " times more since the last line)";
  line.fields = {{"MDH_REASON", std::string(refusal.reason)},
                 {"MDH_ROUTE", std::string(name(route))},
                 {"MDH_STAGE", "endpoint"}};
  if (peer.user) line.fields.push_back({"MDH_UID", std::to_string(*peer.user)});
  pause = {now + kPause, 0};
  return line;
}

}  // namespace mdh
