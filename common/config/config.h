// The configuration as values (mdh-credentials.json(5)). Made by config/from_json or
// from the notebook's environment; checked there, so whoever holds a Config may rely on it.
// Copyable, comparable.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/config/athena.h"
#include "common/config/key_reference.h"
#include "common/error.h"
#include "common/timestamp.h"

namespace mdh {

struct ProjectConfig {
  std::string profile;  // [A-Za-z0-9._@-]{1,64}, not DEFAULT, unique in the whole configuration
  std::string project_code;          // explorer shape; sent as ProjectCode whenever set
  std::string project_id;            // designer shape
  std::string exchange_url;          // empty: the shape's default
  std::string authorization_scheme;  // "" or "Bearer"
  std::string region = "us-east-1";
  std::vector<std::string> allowed_users;  // who may have it; empty: the endpoint's list
  AthenaConfig athena;
  bool operator==(const ProjectConfig&) const = default;
};

struct AccountConfig {
  std::string name = "default";
  std::string service_account;
  KeyReference private_key;
  std::string agent_socket;  // of private_key agent:; empty: $SSH_AUTH_SOCK, then the usual places
  std::string token_url = "https://designer.mydatahelps.org/identityserver/connect/token";
  std::string audience;  // never empty after parsing: token_url unless configured
  seconds assertion_lifetime{900};
  std::string assertion_type = "JWT";  // the JOSE header's `typ`
  std::vector<ProjectConfig> projects;

  bool operator==(const AccountConfig&) const = default;
};

struct ProfileFileConfig {
  enum class Form { keys, process };
  enum class OnStop { keep, remove };
  bool enabled = true;
  Form form = Form::keys;
  // The credentials file. Empty in a configuration: AWS_SHARED_CREDENTIALS_FILE, else
  // ~/.aws/credentials; may begin with ~/. load_config() resolves it: absolute, never empty.
  std::string path;
  std::string config_path;  // of the process form, as AWS names it; set by load_config() alone
  bool write_region = true;
  OnStop on_stop = OnStop::keep;
  bool replace_keys = false;  // long-term keys in our sections; by option alone

  bool operator==(const ProfileFileConfig&) const = default;
};

struct EndpointConfig {
  std::vector<std::string> listen{
      "127.0.0.1:6340", "[::1]:6340"};  // checked: loopback or 169.254.170.2 / [fd00:ec2::23]
  bool listen_configured = false;
  std::string token_file;   // empty: authorization-token in the state folder
  std::string token_group;  // empty: 0600 and no group
  // Names, uids and @groups (whom a name means, the daemon asks); {"any"} alone asks nobody.
  std::vector<std::string> allowed_users{"self", "root"};
  std::vector<std::string> watchers;  // who sees every profile besides self and root
  bool imds = true;                   // false where anybody may ask: it knows no token
  bool imds_v1 = false;
  std::string imds_profile;  // never empty after parsing: the first profile unless configured
  int max_connections = 1024;

  bool operator==(const EndpointConfig&) const = default;
};

enum class LogLevel { trace, debug, info, warn, error };

struct Config {
  std::string origin;  // the file, or "the environment": what messages name
  std::vector<AccountConfig> accounts;
  ProfileFileConfig profile_file;
  EndpointConfig endpoint;
  LogLevel log_level = LogLevel::info;
  std::string ca_file;          // empty: the system's trust store
  std::vector<Error> warnings;  // what was left out or put right, none of it fatal

  bool operator==(const Config&) const = default;
};

}  // namespace mdh
