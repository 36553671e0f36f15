#include "daemon/verbs/serve.h"

#include <csignal>

#include "common/exit_status.h"
#include "daemon/config/load_config.h"
#include "daemon/endpoint/token_store.h"
#include "daemon/service/fd_store.h"
#include "daemon/service/service.h"
#include "daemon/system/clock.h"
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

std::vector<std::string> urls_of(const std::vector<std::string>& addresses) {
  std::vector<std::string> urls;
  urls.reserve(addresses.size());
  for (const std::string& address : addresses) urls.push_back("http://" + address);
  return urls;
}

void announce(const Config& config, const Listeners& listeners) {
  std::size_t projects = 0;
  for (const AccountConfig& account : config.accounts) projects += account.projects.size();
  log_line(LogLevel::info, "mdh-credentials " MDH_VERSION " serves " + std::to_string(projects) +
                               (projects == 1 ? " profile" : " profiles") + " from " +
                               config.origin + " on " + joined(listeners.addresses));
  for (const std::string& warning : listeners.warnings) log_line(LogLevel::warn, warning);
}

Done serve_until_stopped(const SourceOptions& options, HandedOver handed) {
  auto config = usable_config(options);
  if (!config) return config.error();
  start_log(config->log_level);
  raise_descriptor_limit();
  auto folders = open_folders(options);
  if (!folders) return folders.error();
  auto tokens = open_tokens(config->endpoint, folders->state, read_clocks().wall);
  if (!tokens) return tokens.error();
  auto listeners = open_listeners(config->endpoint, std::move(handed.listeners), folders->state);
  if (!listeners) return listeners.error();

  announce(*config, *listeners);
  const std::string runtime = folders->runtime;
  const EndpointRecord record{urls_of(listeners->addresses),
                              token_path(config->endpoint, folders->state), getpid()};
  Service service({options, std::move(config).value(), std::move(folders).value(),
                   std::move(tokens).value(), std::move(listeners->sockets)});
  service.restore(handed.snapshots);
  if (Done written = write_endpoint_record(runtime, record); !written) return written;
  service.run();
  remove_endpoint_record(runtime);
  log_line(LogLevel::info, "stopped");
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
