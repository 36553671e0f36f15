#include "daemon/verbs/rotate_token.h"

#include "common/exit_status.h"
#include "common/timestamp.h"
#include "daemon/config/folders.h"
#include "daemon/config/load_config.h"
#include "daemon/endpoint/token_store.h"
#include "daemon/system/clock.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

int failed(const Error& error) {
  print_error(error);
  return kExitFailed;
}

}  // namespace

int rotate_endpoint_token(const Command& command) {
  EndpointConfig endpoint;  // where only the notebook's environment is: the defaults
  if (configuration_file(command.source)) {
    Result<Config> config = load_config(command.source);
    if (!config) {
      print_error(config.error());
      return kExitConfiguration;
    }
    endpoint = std::move(config->endpoint);
  }
  const Result<std::string> state = open_state_folder(command.source);
  if (!state) return failed(state.error());
  const Done rotated = rotate_token(endpoint, *state, read_clocks().wall, command.grace);
  if (!rotated) return failed(rotated.error());
  return print("new token in " + token_path(endpoint, *state) + "; the old one stays valid for " +
               spoken_duration(command.grace) + "\n")
             ? 0
             : 1;
}

}  // namespace mdh
