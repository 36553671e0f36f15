// The command line, parsed by CLI11. Knows no verb's work.
#pragma once

#include <variant>

#include "daemon/verbs/command.h"

namespace mdh {

// An exit status instead of a command: after --help, --version (printed to stdout) or a usage error
// (2, printed to stderr).
using Parsed = std::variant<Command, int>;
Parsed parse_command(int argc, const char* const* argv);

}  // namespace mdh
