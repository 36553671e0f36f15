// Findings of `check` and their cures: facts in, findings out. Pure; gathering them is the verb's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/profile_file/outranks.h"
#include "common/timestamp.h"

namespace mdh {

struct Finding {
  enum class Level { ok, warning, error };
  Level level = Level::ok;
  std::string text;        // one line: what, where
  std::string hint{};      // one line: what to do
  bool of_config = false;  // configuration or key: exit status 78
};

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
  bool ours = false;       // by a daemon of ours, or by systemd for it
  std::string owner;       // "nginx (pid 812)", "a program of user 1000"
  bool configured = true;  // else the next free port will do
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
  seconds life{};  // of the credentials received
};

struct Facts {
  std::string config_origin;
  std::optional<Error> config_error;
  std::vector<Error> config_warnings;
  std::vector<std::string> profiles;
  std::vector<KeyFact> keys;
  EnvironmentFact environment;
  FileFact file;
  std::vector<Outranking> outranked;     // what in the AWS files wins over the daemon
  std::optional<Error> aws_files_error;  // or why that cannot be told
  std::vector<PortFact> ports;
  bool callers_unknown = false;  // by TCP
  std::vector<SkewFact> skews;
  std::vector<ExchangeFact> exchanges;
};

// diagnose() is a line for everything looked at, the errors among them with a cure each.
std::vector<Finding> diagnose(const Facts& facts);
// exit_status() is 78 when an error is of configuration or key, else 1 when there is any, else 0.
int exit_status(const std::vector<Finding>& findings);

}  // namespace mdh
