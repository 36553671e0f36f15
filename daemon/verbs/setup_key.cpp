#include "daemon/verbs/setup_key.h"

#include "common/config/config_text.h"
#include "common/config/from_notebook.h"
#include "common/upstream/pem.h"
#include "daemon/keys/agent_list.h"
#include "daemon/keys/signer.h"
#include "daemon/system/entropy.h"
#include "daemon/system/environment.h"
#include "daemon/system/read_file.h"
#include "daemon/verbs/questions.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

using Kind = KeyReference::Kind;

constexpr const char* kAnyAgent = "agent:";

Error key_error(std::string message, std::string hint) {
  return {ErrorClass::config, Stage::key, std::move(message), std::move(hint)};
}

bool wants_any_agent(const std::string& given) {
  return given == kAnyAgent || given == "agent";
}

Result<std::vector<AgentListing>> agents_keys(const AccountConfig& account) {
  auto keys = agent_keys(account, signing_deadline());
  if (keys && keys->empty()) {
    return key_error("no ssh-agent holds an RSA key, which is what MyDataHelps takes",
                     "add one: ssh-add FILE (mdh-credentials key --new FILE makes one)");
  }
  return keys;
}

std::string listed(const std::vector<AgentListing>& keys) {
  std::string text;
  for (const AgentListing& key : keys) {
    text += "  agent:" + key.fingerprint + "  " + printable(key.comment) + "\n";
  }
  return text;
}

// One that the agents have: the only one, or the person's choice.
Result<std::string> choose(const Command& command, const std::vector<AgentListing>& keys) {
  if (keys.size() == 1) return kAnyAgent + keys.front().fingerprint;
  print_aside("The agent's RSA keys:\n" + listed(keys));
  if (!can_ask() || command.yes) {
    return key_error("several RSA keys are in the agent, and which is meant is not said",
                     "--key with one of those above");
  }
  return ask({"Which of them", kAnyAgent + keys.front().fingerprint, &key_is_usable});
}

// A service's environment does not have the variable that led to the agent.
Done settle_agent(const Command& command, AccountConfig& account, bool any) {
  const auto keys = agents_keys(account);
  if (!keys) return keys.error();
  const auto chosen =
      any ? choose(command, *keys) : Result<std::string>(key_source(account.private_key));
  if (!chosen) return chosen.error();
  account.private_key = key_reference_from_variable(*chosen);
  for (const AgentListing& key : *keys) {
    const bool ours = key.fingerprint == account.private_key.name;
    if (ours && key.socket == environment_variable("SSH_AUTH_SOCK")) {
      account.agent_socket = key.socket;
    }
  }
  return done();
}

Done can_sign(const AccountConfig& account) {
  const Deadline deadline = signing_deadline();
  auto signer = Signer::open(account, deadline);
  if (!signer) return signer.error();
  const auto proof = signer->sign(random_uuid(), deadline);
  if (!proof) return proof.error();
  return done();
}

Result<Secret> text_of(const KeyReference& key) {
  if (key.kind == Kind::file) return read_secret(expanded(key.name));
  std::string given = key.kind == Kind::environment
                          ? environment_variable(key.name.c_str()).value_or("")
                          : std::string(key.text->reveal());
  std::string pem = normalised_pem(given);
  wipe(given);
  if (!pem.ends_with('\n')) pem += '\n';
  return Secret::take(pem);
}

}  // namespace

Done key_is_usable(const std::string& given) {
  AccountConfig account;
  if (wants_any_agent(given)) {
    const auto keys = agents_keys(account);
    return keys ? done() : Done(keys.error());
  }
  account.private_key = key_reference_from_variable(given);
  if (account.private_key.kind == Kind::file) {
    account.private_key.name = expanded(account.private_key.name);
  }
  return can_sign(account);
}

Result<std::shared_ptr<const Secret>> settle_key(const Command& command, AccountConfig& account) {
  KeyReference& key = account.private_key;
  const bool any = key.kind == Kind::text && wants_any_agent(std::string(key.text->reveal()));
  if (any || key.kind == Kind::agent) {
    if (Done settled = settle_agent(command, account, any); !settled) return settled.error();
  }
  if (key.kind == Kind::file) key.name = expanded(key.name);
  if (Done signs = can_sign(account); !signs) return signs.error();
  const bool moves = key.kind == Kind::text || key.kind == Kind::environment ||
                     (key.kind == Kind::file && command.system);
  if (!moves) return std::shared_ptr<const Secret>();
  Result<Secret> text = text_of(key);
  if (!text) return text.error();
  return std::make_shared<const Secret>(std::move(*text));
}

}  // namespace mdh
