#include "daemon/verbs/rotate_token.h"

#include <unistd.h>

#include <filesystem>

#include "common/exit_status.h"
#include "common/timestamp.h"
#include "daemon/config/folders.h"
#include "daemon/config/load_config.h"
#include "daemon/endpoint/name_service.h"
#include "daemon/endpoint/token_store.h"
#include "daemon/system/clock.h"
#include "daemon/verbs/endpoint_client.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

int failed(const Error& error) {
  print_error(error);
  return kExitFailed;
}

struct Place {
  EndpointConfig endpoint;  // where only the notebook's environment is: the defaults
  std::string state;
};

Result<EndpointConfig> endpoint_of(const SourceOptions& source) {
  if (!configuration_file(source)) return EndpointConfig();
  Result<Config> config = load_config(source);
  if (!config) return config.error();
  return std::move(config->endpoint);
}

// Where nothing was named the running daemon's tokens are meant, wherever it keeps them: root
// beside a system unit has another state folder, whose tokens nobody uses.
Result<Place> place_of(const Command& command) {
  SourceOptions source = command.source;
  std::string token_file;
  if (!source.config && !source.env_file && !source.state_dir) {
    const auto daemon = find_daemon(command);
    const std::string config = daemon ? daemon->status().config : "";
    if (config.starts_with('/')) source.config = config;
    if (daemon) token_file = daemon->token_file();
  }
  Result<EndpointConfig> endpoint = endpoint_of(source);
  if (!endpoint) return endpoint.error();
  if (!token_file.empty() && endpoint->token_file.empty()) {
    return Place{*endpoint, std::filesystem::path(token_file).parent_path().string()};
  }
  if (!token_file.empty()) {
    return Error{ErrorClass::storage, Stage::endpoint,
                 "the running daemon's token is " + token_file +
                     ", and it does not tell where its state folder is",
                 "name the folder by --state-dir (of the system unit: /var/lib/mdh-credentials)"};
  }
  const Result<std::string> state = open_state_folder(source);
  if (!state) return state.error();
  return Place{*endpoint, *state};
}

}  // namespace

int rotate_endpoint_token(const Command& command) {
  const Result<Place> place = place_of(command);
  if (!place) {
    print_error(place.error());
    return exit_status(place.error());
  }
  const std::string path = token_path(place->endpoint, place->state);
  if (::access(path.c_str(), F_OK) != 0) {
    return failed({ErrorClass::storage, Stage::endpoint,
                   "there is no token to rotate: " + path + " does not exist",
                   "name the daemon's state folder by --state-dir"});
  }
  NamesWanted wanted;
  if (!place->endpoint.token_group.empty()) wanted.groups.insert(place->endpoint.token_group);
  const Done rotated = rotate_token(place->endpoint, place->state,
                                    {read_clocks().wall, command.grace}, ask_names(wanted, {}));
  if (!rotated) return failed(rotated.error());
  const std::string end = command.grace == seconds(0)
                              ? "every older one has ended"
                              : "the old one stays valid for " + spoken_duration(command.grace);
  return print("new token in " + path + "; " + end + "\n") ? kExitGood : kExitFailed;
}

}  // namespace mdh
