// The command line, parsed by CLI11. Knows no verb's work.
#pragma once

#include <variant>

#include "daemon/verbs/command.h"

namespace mdh {

Verb verb = Verb::serve;
SourceOptions source;                 // what the verb takes of it; the rest is unset
std::optional<std::string> socket;    // --socket PATH: the daemon's, instead of looking
std::optional<std::string> endpoint;  // --endpoint URL: the daemon by TCP, instead of its socket
std::string profile;                  // --profile; empty: all, or the first
bool online = false;                  // check
bool dry_run = false;                 // once
bool json = false;                    // status
bool verbose = false;                 // status
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
