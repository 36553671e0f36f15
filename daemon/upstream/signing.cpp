#include "daemon/upstream/signing.h"

#include <system_error>

#include "common/upstream/token_exchange.h"
#include "daemon/keys/signer.h"
#include "daemon/system/clock.h"

namespace mdh {
namespace {

WallTime signing_time(const UpstreamCall& call, Now now) {
  if (!call.upstream_since_boot) return now.wall;
  return WallTime(now.boot.time_since_epoch() + *call.upstream_since_boot);
}

Result<UpstreamRequest> signed_request(const UpstreamCall& call, int cancelled_fd) {
  const WallTime now = signing_time(call, read_clocks());
  const auto assertion = sign_assertion(*call.account, now, signing_deadline(cancelled_fd));
  if (!assertion) return assertion.error();
  return token_request(*call.account, *assertion);
}

}  // namespace

Signing::Signing(std::function<void()> ended) : tell_(std::move(ended)) {}

Signing::~Signing() {
  cancelled_.ring();
  for (auto& [id, thread] : threads_) thread.join();
}

void Signing::begin(const UpstreamCall& call) {
  try {
    threads_.emplace(call.id, std::thread([this, call] { sign(call); }));
  } catch (const std::system_error&) {  // no thread to be had: then it takes its time here
    sign(call);
  }
}

void Signing::sign(const UpstreamCall& call) {
  Signed made{call.id, signed_request(call, cancelled_.fd())};
  {
    const std::lock_guard lock(mutex_);
    signed_.push_back(std::move(made));
  }
  tell_();
}

std::vector<Signing::Signed> Signing::ended() {
  std::vector<Signed> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(signed_);
  }
  for (const Signed& one : ended) {
    const auto found = threads_.find(one.id);
    if (found == threads_.end()) continue;
    found->second.join();
    threads_.erase(found);
  }
  return ended;
}

}  // namespace mdh
