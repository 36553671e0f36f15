#include "daemon/audit.h"

#include <string>

#include "daemon/log.h"

namespace mdh {
namespace {

constexpr int kLinesAMinute = 20;

}  // namespace

bool Audit::may_speak(BootTime now) {
  if (now - minute_ >= std::chrono::minutes(1)) {
    minute_ = now;
    spoken_ = 0;
  }
  if (spoken_ == kLinesAMinute) return ++silent_, false;
  return ++spoken_, true;
}

void Audit::refused(const Refusal& refusal, Route route, const Peer& peer, BootTime now) {
  if (!may_speak(now)) return;
  const std::string user = peer.user ? std::to_string(*peer.user) : "unknown";
  std::string line = "refused " + std::string(name(route)) + " to uid " + user + ": " +
                     std::string(refusal.reason);
  if (silent_ > 0) line += " (and " + std::to_string(silent_) + " refusals not logged)";
  silent_ = 0;
  log_line(LogLevel::warn, line,
           {{"MDH_UID", user},
            {"MDH_ROUTE", std::string(name(route))},
            {"MDH_REASON", std::string(refusal.reason)}});
}

}  // namespace mdh
