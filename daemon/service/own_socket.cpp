#include "daemon/service/own_socket.h"

#include "daemon/service/situation_log.h"
#include "daemon/system/clock.h"
#include "daemon/system/log.h"

namespace mdh {
namespace {

constexpr milliseconds kPause{1000};

}  // namespace

void OwnSocket::attach(EventLoop& loop) {
  timer_ = loop.add_timer([this] { look(); });
}

// The folder may be gone with the socket (a logout takes /run/user/UID along), and nothing tells
// when it comes back.
void OwnSocket::look() {
  if (path().empty() || runtime_.stands()) return;
  Result<FileDescriptor> made = runtime_.restore();
  if (made) {
    endpoint_.replace_local(std::move(made).value());
    told_.clear();
    return log_line(LogLevel::info, "the socket is made anew: " + path());
  }
  const std::string why = with_hint(made.error());
  if (why != told_) log_line(LogLevel::warn, why, {{"MDH_STAGE", "endpoint"}});
  told_ = why;
  EventLoop::set_timer(timer_, read_clocks().boot + kPause);
}

}  // namespace mdh
