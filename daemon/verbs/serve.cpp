#include "daemon/verbs/serve.h"

#include <unistd.h>

#include <csignal>

#include "common/exit_status.h"
#include "daemon/config/load_config.h"
#include "daemon/endpoint/listeners.h"
#include "daemon/endpoint/token_store.h"
#include "daemon/keys/usable_config.h"
#include "daemon/service/fd_store.h"
#include "daemon/service/notifier.h"
#include "daemon/service/runtime_folder.h"
#include "daemon/service/service.h"
#include "daemon/system/clock.h"
#include "daemon/system/environment.h"
#include "daemon/system/log.h"
#include "daemon/system/process_hygiene.h"
#include "daemon/upstream/transport.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

std::string joined(const std::vector<std::string>& addresses) {
  std::string text;
  for (const std::string& address : addresses) {
    text.append(text.empty() ? "http://" : " and http://").append(address);
  }
  return text;
}

void announce(const Config& config, const Listeners& listeners) {
  std::size_t projects = 0;
  for (const AccountConfig& account : config.accounts) projects += account.projects.size();
  log_line(LogLevel::info, "mdh-credentials " MDH_VERSION " serves " + std::to_string(projects) +
                               (projects == 1 ? " profile" : " profiles") + " from " +
                               config.origin + " on " + joined(listeners.addresses));
  for (const std::string& fault : listeners.faults)
    log_line(LogLevel::error, fault, {{"MDH_STAGE", "endpoint"}});
  log_warnings(LogLevel::warn, config);
  for (const std::string& warning : listeners.warnings) log_line(LogLevel::warn, warning);
}

bool is_unit_of_systemd() {
  return environment_variable("NOTIFY_SOCKET") &&
         environment_variable("SYSTEMD_EXEC_PID") == std::to_string(getpid());
}

// True when a signal to stop came within a second.
bool told_to_stop() {
  sigset_t stops;
  sigemptyset(&stops);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&stops, signal);
  const timespec second{1, 0};
  return sigtimedwait(&stops, nullptr, &second) > 0;
}

// True once the folder is this daemon's; false when it was told to stop before. A unit waits for
// the one that runs, and after a while counts as started, so that nobody waits for it.
Result<bool> await_turn(RuntimeFolder& runtime) {
  const BootTime started_by = read_clocks().boot + seconds(15);
  Notifier notifier;
  for (bool told = false;; told = true) {
    const Done locked = runtime.lock();
    if (locked) return true;
    if (!is_unit_of_systemd()) return locked.error();
    notifier.status("waits: " + locked.error().message);
    if (!told) log_line(LogLevel::warn, "waiting: " + with_hint(locked.error()));
    if (read_clocks().boot >= started_by) notifier.ready();
    notifier.feed_watchdog(false);
    if (told_to_stop()) return false;
  }
}

// What is passed where no folder can be had, and a folder where no socket can be made, end nothing:
// SDKs come by TCP.
void add_local(RuntimeFolder& runtime, Listeners& listeners) {
  Result<FileDescriptor> local = runtime.listen(std::move(listeners.local));
  if (!local) return log_line(LogLevel::warn, local.error().message);
  if (*local) listeners.sockets.push_back(std::move(local).value());
}

// A thread stands in the kernel, and whatever it holds would have to be waited for.
[[noreturn]] void leave_at_once() {
  flush_log();
  ::_exit(0);
}

Done serve_until_stopped(const SourceOptions& options, HandedOver handed) {
  auto config = usable_config(options);
  if (!config) return config.error();
  start_log(config->log_level);
  raise_descriptor_limit();
  auto folders = open_folders(options);
  if (!folders) return folders.error();
  for (const std::string& warning : folders->warnings) log_line(LogLevel::warn, warning);
  const bool in_place = handed.in_place();
  RuntimeFolder runtime(folders->runtime, std::move(handed.lock));
  const Result<bool> turn = await_turn(runtime);
  if (!turn) return turn.error();
  if (!*turn) return done();
  auto tokens = open_tokens(config->endpoint, folders->state, read_clocks().wall);
  if (!tokens) return tokens.error();
  auto listeners = open_listeners(
      config->endpoint, {std::move(handed.listeners), std::move(handed.bound)}, folders->state);
  if (!listeners) return listeners.error();

  announce(*config, *listeners);
  runtime.tell("http://" + listeners->addresses.front());
  add_local(runtime, *listeners);
  Service service({options, std::move(config).value(), std::move(folders).value(),
                   std::move(tokens).value(), std::move(listeners).value(), std::move(runtime),
                   in_place});
  service.restore(handed.snapshots);
  const bool whole = service.run();
  log_line(LogLevel::info, "stopped");
  if (!whole) leave_at_once();
  return done();
}

}  // namespace

int serve(const Command& command) {
  EventLoop::block_signals();
  // A container's PID 1 is handed others' children; this leaves it to the kernel to reap them.
  static_cast<void>(std::signal(SIGCHLD, SIG_IGN));
  HandedOver handed = take_handed_over();
  start_curl();
  const Done served = serve_until_stopped(command.source, std::move(handed));
  if (served) return 0;
  print_error(served.error());
  return exit_status(served.error());
}

}  // namespace mdh
