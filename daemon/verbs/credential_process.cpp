#include "daemon/verbs/credential_process.h"

#include <nlohmann/json.hpp>

#include "common/exit_status.h"
#include "common/report/status.h"
#include "daemon/config/folders.h"
#include "daemon/config/load_config.h"
#include "daemon/endpoint/token_store.h"
#include "daemon/system/clock.h"
#include "daemon/verbs/chosen_profiles.h"
#include "daemon/verbs/endpoint_client.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Which of the four the container form calls otherwise: Token is SessionToken here.
Result<std::string> process_form(std::string_view container) {
  const Json set = Json::parse(container, nullptr, false);
  Json document{{"Version", 1}};
  for (const auto& [ours, theirs] : {std::pair{"AccessKeyId", "AccessKeyId"},
                                     {"SecretAccessKey", "SecretAccessKey"},
                                     {"SessionToken", "Token"},
                                     {"Expiration", "Expiration"}}) {
    document[ours] = set.is_object() ? text_of(set, theirs) : "";
    if (document[ours].get_ref<const std::string&>().empty()) {
      return Error{ErrorClass::malformed, Stage::endpoint,
                   std::string("what answers is not mdh-credentials: there is no ") + theirs};
    }
  }
  return document.dump() + "\n";
}

Result<std::string> fetch(const Command& command) {
  const auto client = find_daemon(command);
  if (!client) return client.error();
  const auto reply = client->get_credentials(command.profile);
  if (!reply) return reply.error();
  if (reply->status == 400 && client->status().find(command.profile) == nullptr) {
    Error unknown = unknown_profile(client->status(), command.profile);
    unknown.message += "; " + unknown.hint;
    return unknown;
  }
  if (reply->status != 200) return refusal(command.profile, *reply);
  return process_form(reply->body.reveal());
}

// One line, whatever the error has to say: SDKs show it in the middle of their own.
int fail_in_one_line(Error error) {
  error.hint.clear();
  print_error(error);
  return 1;
}

}  // namespace

int print_process_credentials(const Command& command) {
  Result<std::string> document = fetch(command);
  if (!document) return fail_in_one_line(document.error());
  const bool printed = print(*document);
  wipe(*document);
  return printed ? 0 : 1;
}

}  // namespace mdh
