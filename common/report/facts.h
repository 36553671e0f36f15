// What `check` looked at, as values: what the diagnosis is made from. Gathering them is the verb's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/profile_file/outranks.h"
#include "common/report/daemon_fact.h"
#include "common/timestamp.h"

namespace mdh {

struct KeyFact {
  std::string account;
  std::string origin;          // "/etc/mdh-credentials/lab.pem"
  std::optional<Error> error;  // it cannot sign, and why
  int bits = 0;
  std::string fingerprint;  // "SHA256:…", as ssh-add -l prints it
};

struct EnvironmentFact {                // of `check` itself, which is likely the user's own
  std::vector<std::string> outranking;  // set, not empty, and read before the daemon
  bool relative_uri_blank = false;      // set to nothing, which breaks botocore and Ruby
};

struct FileFact {
  std::string path;
  bool enabled = true;
  bool process_form = false;
  std::optional<Error> error{};  // why it could not be written: names the line or the folder
  bool open_to_others = false;   // its mode lets others read it
};

struct PortFact {
  std::string address;  // "127.0.0.1:6340"
  bool taken = false;
  bool ours = false;        // by a daemon of ours, or by systemd for it
  std::string owner;        // "nginx (pid 812)", "a program of user 1000"
  bool configured = true;   // else the next free port will do
  std::string forbidden{};  // why it may not be listened on
};

struct SkewFact {
  std::string account;
  milliseconds skew{};  // upstream minus local
};

struct ExchangeFact {  // a token request's failure stands for all of its account's projects
  std::string account;
  std::string service_account;
  std::string key_origin;
  std::string profile;  // empty: the account's token request
  std::optional<Error> error;
  seconds life{};        // of the credentials received
  bool assumed = false;  // no expiry was named that can be believed
};

struct IdentityFact {  // of a set, by AWS
  std::string profile;
  std::string account{};
  std::string arn{};
  std::optional<Error> error{};  // of class refused: AWS' own; else it could not be asked
};

struct Facts {
  std::string config_origin;
  std::optional<Error> config_error;
  std::vector<Error> config_warnings;
  std::vector<std::string> profiles;
  std::optional<DaemonFact> daemon;
  std::string other_daemon;               // the configuration of one that runs by another
  std::vector<std::string> daemons_keys;  // accounts whose key only the daemon can use
  std::optional<Error> state_error;       // the state's folder cannot be used
  std::vector<KeyFact> keys;
  EnvironmentFact environment;
  FileFact file;
  std::vector<Outranking> outranked;     // what in the AWS files wins over the daemon
  std::optional<Error> aws_files_error;  // or why that cannot be told
  std::vector<PortFact> ports;
  bool callers_unknown = false;  // by TCP
  std::vector<SkewFact> skews;
  std::vector<ExchangeFact> exchanges;
  std::vector<IdentityFact> identities;
};

}  // namespace mdh
