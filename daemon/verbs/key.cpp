#include "daemon/verbs/key.h"

#include "common/config/rules.h"
#include "common/exit_status.h"
#include "daemon/config/load_config.h"
#include "daemon/keys/new_key.h"
#include "daemon/keys/signer.h"
#include "daemon/system/environment.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

int failed(const Error& error, int status) {
  print_error(error);
  return status;
}

std::string names_of(const Config& config) {
  std::string names;
  for (const AccountConfig& account : config.accounts) {
    names += (names.empty() ? "" : ", ") + account.name;
  }
  return names;
}

// The account of that name, or the only one; null when it is not plain which.
const AccountConfig* chosen(const Config& config, const std::string& name) {
  if (name.empty() && config.accounts.size() == 1) return &config.accounts.front();
  for (const AccountConfig& account : config.accounts) {
    if (account.name == name) return &account;
  }
  return nullptr;
}

int unknown(const Config& config, const std::string& name) {
  const std::string what =
      name.empty() ? "which account's key is meant is not said" : "no account is called " + name;
  return failed({.message = what + " in " + config.origin,
                 .hint = "mdh-credentials key ACCOUNT; the accounts are " + names_of(config)},
                kExitUsage);
}

int make_new(const std::string& path) {
  const auto key = make_key_file(path);
  if (!key) return failed(key.error(), exit_status(key.error()));
  say("made " + path + ": an RSA key of " + std::to_string(key->bits()) + " bits, " +
      key->fingerprint() + "; register its public half, below, in MyDataHelps Designer");
  return print(key->pem()) ? kExitGood : kExitFailed;
}

}  // namespace

int print_key(const Command& command) {
  if (!command.new_key.empty()) return make_new(expanded(command.new_key));
  const Result<Config> config = load_config(command.source);
  if (!config) return failed(config.error(), exit_status(config.error()));
  const AccountConfig* account = chosen(*config, command.account);
  if (account == nullptr) return unknown(*config, command.account);
  const auto signer = Signer::open(*account, signing_deadline());
  if (!signer) return failed(signer.error(), exit_status(signer.error()));
  return print(signer->public_key().pem()) ? kExitGood : kExitFailed;
}

}  // namespace mdh
