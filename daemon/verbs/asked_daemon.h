// The running daemon that serves the configuration which `check` is about, and what it says of
// itself. Asks it over its socket, where root and its own user are answered. One thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/credentials.h"
#include "common/report/facts.h"
#include "common/report/self_report.h"
#include "daemon/verbs/endpoint_client.h"
#include "daemon/verbs/options.h"

namespace mdh {

struct AskedDaemon {
  EndpointClient client;
  SelfReport report;
  bool serves = false;  // the configuration that the command line means
};

// ask_daemon() is the daemon that is found, where it tells this user of itself; waits while it
// examines its keys, 15 s at most.
std::optional<AskedDaemon> ask_daemon(const Command& command);
// as_the_daemon() is the sources with what a serving daemon was told otherwise.
SourceOptions as_the_daemon(SourceOptions source, const SelfReport& report);
// read_container_document() is the set that GET /credentials/{profile} gave.
std::optional<Credentials> read_container_document(std::string_view text);
// daemon_fact() is what the findings are made from.
DaemonFact daemon_fact(const AskedDaemon& daemon);

}  // namespace mdh
