// The program: hardens itself, reads the command line, does the verb.
#include "daemon/verbs/credential_process.h"
#include "daemon/verbs/check.h"
#include "daemon/verbs/once.h"
#include "daemon/verbs/options.h"
#include "daemon/system/process_hygiene.h"
#include "daemon/verbs/serve.h"

namespace {

int run(const mdh::Command& command) {
  using Verb = mdh::Command::Verb;
  switch (command.verb) {
    case Verb::serve:
      return mdh::serve(command);
    case Verb::once:
      return mdh::once(command);
    case Verb::check:
      return mdh::check(command);
    case Verb::status:
      return mdh::ask_status(command);
    case Verb::wait:
      return mdh::ask_wait(command);
    case Verb::refresh:
      return mdh::ask_refresh(command);
    case Verb::print_process:
      return mdh::ask_process(command);
    case Verb::env:
      return mdh::ask_env(command);
    case Verb::exec:
      return mdh::ask_exec(command);
    case Verb::rotate_token:
      return mdh::ask_rotate_token(command);
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
