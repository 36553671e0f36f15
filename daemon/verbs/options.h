// The command line, parsed by CLI11: one verb and its options. Knows no verb's work.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/timestamp.h"
#include "daemon/config/load_config.h"

namespace mdh {

struct Command {
  enum class Verb { serve, once, check, status, wait, refresh, process, env, exec, rotate_token };
  Verb verb = Verb::serve;
  SourceOptions source;                 // what the verb takes of it; the rest is unset
  std::optional<std::string> endpoint;  // --endpoint URL: the daemon, instead of endpoint.json
  std::string profile;                  // --profile; empty: all, or the first
  bool online = false;                  // check
  bool dry_run = false;                 // once
  bool json = false;                    // status
  bool imds = false;                    // env, exec
  bool token_env = false;               // env, exec
  bool isolate = false;                 // env, exec
  std::optional<seconds> timeout;       // wait
  seconds grace{86400};                 // rotate-token
  std::vector<std::string> arguments;   // exec: CMD and its arguments
};

// An exit status instead of a command: after --help, --version (printed to stdout) or a usage error
// (2, printed to stderr).
using Parsed = std::variant<Command, int>;
Parsed parse_command(int argc, const char* const* argv);

}  // namespace mdh
