#include "daemon/service/shutdown.h"

#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "daemon/endpoint/socket_address.h"
#include "daemon/service/fd_store.h"
#include "daemon/system/clock.h"
#include "daemon/system/log.h"

namespace mdh {
namespace {

constexpr milliseconds kAtLast{1800};
constexpr milliseconds kLastRequests{200};  // of whom was accepted just now

}  // namespace

Shutdown::Shutdown(EventLoop& loop, Parts parts)
    : parts_(parts),
      timer_(loop.add_timer([] {})),
      drain_timer_(loop.add_timer([this] { parts_.endpoint.drain(); })) {}

void Shutdown::begin() {
  by_ = read_clocks().boot + kAtLast;
  EventLoop::set_timer(timer_, by_);
}

bool Shutdown::over() const {
  if (parts_.endpoint.drained() && parts_.file.finished()) return true;
  return read_clocks().boot >= by_;
}

// What takes time at the end is done while requests are still answered.
void Shutdown::stop() {
  told_to_stop_ = true;
  if (begun()) return;
  leaving_ = false;
  parts_.notifier.stopping();
  begin();
  parts_.file.end();
  parts_.watcher.close();
}

void Shutdown::leave() {
  if (begun() || leaving_) return;
  log_line(LogLevel::info, "the program was replaced: goes on as the new one");
  leaving_ = true;
  parts_.file.leave();
}

void Shutdown::go_on() {
  if (!leaving_ || begun() || !parts_.file.finished()) return;
  listeners_ = parts_.endpoint.listeners();
  parts_.endpoint.rest();
  begin();
  EventLoop::set_timer(drain_timer_, read_clocks().boot + kLastRequests);
}

// Whatever threads there are end with this program; a signal that came waits for the new one.
// Should that be gone already, the old one is not, as the kernel knows it.
Error Shutdown::become(const std::string& program, NamedDescriptor snapshot) {
  if (told_to_stop_) kill(getpid(), SIGTERM);
  return mdh::become({program, "/proc/self/exe"}, passed(std::move(snapshot)));
}

std::vector<NamedDescriptor> Shutdown::passed(NamedDescriptor snapshot) {
  std::vector<NamedDescriptor> all;
  all.push_back(std::move(snapshot));
  all.push_back({kLockName, parts_.runtime.copy_lock()});
  for (FileDescriptor& listener : listeners_) {
    const bool local = own_address(listener.get()).ss_family == AF_UNIX;
    const bool ours = local ? parts_.runtime.made_here() : parts_.bound;
    all.push_back({ours ? kBoundName : "unit", std::move(listener)});
  }
  std::erase_if(all, [](const NamedDescriptor& one) { return !one.fd; });
  return all;
}

}  // namespace mdh
