// What a command line asks for: one verb and its options.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/timestamp.h"
#include "daemon/config/load_config.h"

namespace mdh {

struct Command {
  enum class Verb {
    setup,
    serve,
    once,
    check,
    key,
    status,
    wait,
    refresh,
    process,
    env,
    exec,
    rotate_token,
    complete
  };
  Verb verb = Verb::serve;
  SourceOptions source;                 // what the verb takes of it; the rest is unset
  std::optional<std::string> socket;    // --socket PATH: the daemon's, instead of looking
  std::optional<std::string> endpoint;  // --endpoint URL: the daemon by TCP, instead of its socket
  std::string profile;                  // --profile; empty: all, or the first
  bool online = false;                  // check
  bool aws = true;                      // check: AWS proves the sets
  std::string account;                  // key: ACCOUNT; empty: the only one
  std::string new_key;                  // key: --new FILE
  bool dry_run = false;                 // once, setup
  bool yes = false;                     // setup
  bool remove = false;                  // setup
  bool system = false;                  // setup: the machine's service, not this user's
  std::string form = "process";         // setup: of the profile file
  std::string key;                      // setup: instead of the .env's; may be "agent:"
  std::vector<std::string> allowed_users;  // setup --user NAME
  bool json = false;                       // status
  bool verbose = false;                    // status
  bool users = false;                      // status
  std::string user;                        // check --user NAME
  bool imds = false;                       // env, exec: the metadata form alone
  bool no_imds = false;                    // env, exec: the container form alone
  std::string shell = "sh";                // env
  bool token_env = false;                  // env, exec
  bool isolate = false;                    // env, exec
  std::optional<seconds> timeout;          // wait
  seconds grace{86400};                    // rotate-token
  bool watch = false;                      // status
  std::vector<std::string> profiles;       // status, wait, refresh; empty: all
  std::vector<std::string> arguments;      // exec: CMD and its arguments; complete: the words
  std::vector<std::string> suggestions;    // complete: what may come next
};

}  // namespace mdh
