// The program: hardens itself, reads the command line, does the verb.
#include "daemon/system/process_hygiene.h"
#include "daemon/verbs/check.h"
#include "daemon/verbs/complete.h"
#include "daemon/verbs/credential_process.h"
#include "daemon/verbs/exec.h"
#include "daemon/verbs/key.h"
#include "daemon/verbs/once.h"
#include "daemon/verbs/options.h"
#include "daemon/verbs/rotate_token.h"
#include "daemon/verbs/serve.h"
#include "daemon/verbs/setup.h"
#include "daemon/verbs/status.h"

namespace {

int run(const mdh::Command& command) {
  using Verb = mdh::Command::Verb;
  switch (command.verb) {
    case Verb::setup:
      return mdh::set_up(command);
    case Verb::serve:
      return mdh::serve(command);
    case Verb::once:
      return mdh::once(command);
    case Verb::check:
      return mdh::check(command);
    case Verb::key:
      return mdh::print_key(command);
    case Verb::status:
      return mdh::print_status(command);
    case Verb::wait:
      return mdh::wait_until_ready(command);
    case Verb::refresh:
      return mdh::refresh_now(command);
    case Verb::process:
      return mdh::print_process_credentials(command);
    case Verb::env:
      return mdh::print_environment(command);
    case Verb::exec:
      return mdh::exec_command(command);
    case Verb::rotate_token:
      return mdh::rotate_endpoint_token(command);
    case Verb::complete:
      return mdh::print_suggestions(command);
  }
  return 2;
}

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): what nobody catches is our bug, and ends the process.
int main(int argc, char** argv) {
  mdh::harden_process();
  const mdh::Parsed parsed = mdh::parse_command(argc, argv);
  const mdh::Command* command = std::get_if<mdh::Command>(&parsed);
  return command == nullptr ? std::get<int>(parsed) : run(*command);
}
