#include "daemon/verbs/child_wish.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/report/status_view.h"
#include "daemon/config/folders.h"
#include "daemon/profile_file/rivals.h"
#include "daemon/system/environment.h"
#include "daemon/system/read_file.h"
#include "daemon/verbs/aws_files.h"
#include "daemon/verbs/chosen_profiles.h"
#include "daemon/verbs/endpoint_client.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

using Form = ChildWish::Form;

// A file of AWS's form that holds the region alone, for --isolate; made anew each time, by rename.
Result<std::string> isolated_file(const Command& command, const std::string& region) {
  const Result<std::string> state = open_state_folder(command.source);
  if (!state) return state.error();
  const std::string path = *state + "/isolated-" + region;
  const std::string fresh = path + "." + std::to_string(getpid());
  std::ofstream file(fresh, std::ios::trunc);
  file << "[default]\nregion = " << region << "\n";
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(fresh, path, error);
  if (file && !error) return path;
  return Error{ErrorClass::storage, Stage::file, "cannot write " + path,
               "leave --isolate away, or give a writable --state-dir"};
}

// What is not shown may be there and be another's: the daemon says which.
Error not_to_be_had(const EndpointClient& client, const std::string& profile) {
  const Result<ClientReply> reply = client.get_credentials(profile);
  const bool refused = reply && reply->status == 403;
  return refused ? refusal(profile, *reply) : unknown_profile(client.status(), profile);
}

Error no_address() {
  return {
      ErrorClass::refused, Stage::endpoint, "the daemon does not tell this user its address",
      "name it with --endpoint, and the token's file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"};
}

Error no_metadata() {
  return {ErrorClass::refused, Stage::endpoint,
          "the daemon serves no instance metadata: endpoint.imds is off, or anybody may ask",
          "leave --imds away"};
}

Form form_of(const Command& command, const StatusView& status) {
  if (command.imds) return Form::metadata;
  const bool off = command.no_imds || status.imds_profile == "";
  return off ? Form::container : Form::both;
}

void warn_of_dropped_path(const StatusView& status, const std::string& profile) {
  if (!status.imds_profile || *status.imds_profile == profile) return;
  warn(
      "the SDKs for Go and JavaScript v3, and what is built on aws-crt, leave the path of a "
      "metadata "
      "address away and would get " +
      *status.imds_profile + " instead of " + profile + "; without --imds they get the right one");
}

// What would win over the daemon although the environment is right, and who borrows from it.
void warn_of_files(const Command& command, Form form) {
  if (command.isolate) return;
  const AwsPaths paths{aws_credentials_path(), aws_config_path()};
  if (const auto rivals = rivals_of(paths, "default", Offer::endpoint)) {
    for (const Outranking& one : *rivals) warn(text_of(one) + ": " + cure_of(one));
  } else {
    warn(rivals.error().message);
  }
  if (form == Form::container) return;
  for (const std::string& one : metadata_borrowers_of(paths))
    warn(one + ": use --no-imds if it should not");
}

Done add_token(const Command& command, const EndpointClient& client, ChildWish& wish) {
  const Result<std::string> file = client.ask_token_file();
  if (!file) return file.error();
  wish.token_file = *file;
  if (!command.token_env) return done();
  const Result<Secret> token = read_secret(*file, 4096);
  if (!token) return token.error();
  wish.token = token->reveal();
  return done();
}

Done add_isolation(const Command& command, ChildWish& wish) {
  if (!command.isolate) return done();
  Result<std::string> file = isolated_file(command, wish.region);
  if (!file) return file.error();
  wish.isolated_file = std::move(file).value();
  return done();
}

}  // namespace

Result<ChildWish> child_wish(const Command& command) {
  const auto client = find_daemon(command);
  if (!client) return client.error();
  const StatusView& status = client->status();
  const ProfileView* profile = status.find(command.profile);
  if (profile == nullptr) return not_to_be_had(*client, command.profile);
  if (client->base_url().empty()) return no_address();
  if (command.imds && status.imds_profile == "") return no_metadata();
  for (const std::string& fault : status.endpoint_faults) warn(fault);
  ChildWish wish;
  wish.base_url = client->base_url();
  wish.profile = profile->profile;
  wish.region = profile->region;
  wish.athena = profile->athena;
  wish.form = form_of(command, status);
  wish.exceptions = {environment_variable("NO_PROXY").value_or(""),
                     environment_variable("no_proxy").value_or("")};
  if (command.imds) warn_of_dropped_path(status, wish.profile);
  if (const Done token = command.imds ? done() : add_token(command, *client, wish); !token)
    return token.error();
  if (const Done isolated = add_isolation(command, wish); !isolated) return isolated.error();
  warn_of_files(command, wish.form);
  return wish;
}

}  // namespace mdh
