#include "daemon/verbs/endpoint_client.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/config/places.h"
#include "daemon/config/folders.h"
#include "daemon/system/environment.h"
#include "daemon/system/read_file.h"

namespace mdh {
namespace {

using Json = nlohmann::json;

Error unreachable(const std::string& why) {
  return {ErrorClass::unreachable, Stage::endpoint, why,
          "start it with: systemctl --user start mdh-credentials (or: mdh-credentials serve)"};
}

// Who has no daemon to ask is told how to start one.
Result<ClientReply> ask(const DaemonAddress& address, const Request& request) {
  Result<ClientReply> reply = address.url.empty() ? exchange_over(address.socket, request)
                                                  : exchange_by_tcp(address.url, request);
  if (reply) return reply;
  return unreachable(reply.error().message);
}

// The file in the state folder that was named, else the file that was, else the one in this user's
// own state folder.
DaemonAddress named_address(const Command& command) {
  DaemonAddress address;
  address.url = command.endpoint->substr(0, command.endpoint->find_last_not_of('/') + 1);
  const auto told = environment_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  const std::vector<std::string> folders = state_folders(surroundings());
  if (command.source.state_dir) {
    address.token_file = expanded(*command.source.state_dir) + "/authorization-token";
  } else if (told) {
    address.token_file = *told;
  } else if (!folders.empty()) {
    address.token_file = folders.front() + "/authorization-token";
  }
  return address;
}

std::vector<DaemonAddress> addresses(const Command& command) {
  if (command.endpoint) return {named_address(command)};
  std::vector<DaemonAddress> all;
  for (SocketPlace& place : places_to_look(command.socket)) all.push_back({std::move(place)});
  return all;
}

}  // namespace

Result<ClientReply> EndpointClient::get(const std::string& path) const {
  Result<ClientReply> reply = ask(address_, {path});
  if (reply) return reply;
  return unreachable("no daemon answers at " + where() + ": " + reply.error().message);
}

Result<ClientReply> EndpointClient::get_credentials(const std::string& profile) const {
  const std::string path = "/credentials/" + profile;
  if (address_.url.empty()) return get(path);
  const Result<Secret> held = token();
  if (!held) return held.error();
  return ask(address_, {path, false, &*held});
}

Result<ClientReply> EndpointClient::post(const std::string& path) const {
  if (address_.url.empty()) return ask(address_, {path, true});
  const Result<Secret> held = token();
  if (!held) return held.error();
  return ask(address_, {path, true, &*held});
}

Done EndpointClient::ask_status() {
  Result<ClientReply> reply = ask(address_, {"/status"});
  if (!reply) return reply.error();
  Result<StatusView> view = read_status(reply->body.reveal());
  if (!view) return view.error();
  status_ = std::move(view).value();
  status_text_ = reply->body.reveal();
  return done();
}

const std::string& EndpointClient::where() const {
  return address_.url.empty() ? address_.socket.path : address_.url;
}

std::string EndpointClient::base_url() const {
  if (!address_.url.empty()) return address_.url;
  const std::vector<std::string>& urls = status_.urls;
  const auto found = std::find_if(urls.begin(), urls.end(), [](const std::string& url) {
    return url.rfind("http://127.", 0) == 0;
  });
  if (found != urls.end()) return *found;
  return urls.empty() ? std::string() : urls.front();
}

const std::string& EndpointClient::token_file() const {
  return address_.url.empty() ? status_.token_file : address_.token_file;
}

Result<Secret> EndpointClient::token() const {
  if (token_file().empty()) {
    return Error{ErrorClass::config, Stage::endpoint, "no token file of the daemon is known",
                 "name it in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, or its folder by --state-dir"};
  }
  Result<Secret> text = read_secret(token_file(), 4096);
  if (text) return text;
  Error error = text.error();
  error.stage = Stage::endpoint;
  if (error.hint.empty()) error.hint = "run as the daemon's user, or set endpoint.token_group";
  return error;
}

Result<std::string> EndpointClient::ask_token_file() const {
  if (!address_.url.empty()) {
    const Result<Secret> held = token();
    if (!held) return held.error();
    return token_file();
  }
  const Result<ClientReply> reply = get("/token");
  if (!reply) return reply.error();
  const Json body = Json::parse(reply->body.reveal(), nullptr, false);
  if (reply->status == 200 && body.is_object()) return body.value("file", std::string());
  return refusal("", *reply);
}

Error refusal(const std::string& profile, const ClientReply& reply) {
  const Json body = Json::parse(reply.body.reveal(), nullptr, false);
  const std::string why = body.is_object() ? body.value("message", std::string()) : "";
  return {ErrorClass::refused, Stage::endpoint,
          "no credentials" + (profile.empty() ? "" : " for profile " + profile) + " (HTTP " +
              std::to_string(reply.status) + ")" + (why.empty() ? "" : ": " + why)};
}

DaemonSearch search_daemon(const Command& command) {
  DaemonSearch search;
  for (DaemonAddress& address : addresses(command)) {
    EndpointClient client(std::move(address));
    const Done asked = client.ask_status();
    search.tried.push_back({client.where(), asked ? "" : asked.error().message});
    if (!asked) continue;
    search.client = std::move(client);
    break;
  }
  return search;
}

Error no_daemon(const DaemonSearch& search) {
  std::string looked, found;
  for (const TriedPlace& place : search.tried) {
    looked.append(looked.empty() ? "" : ", ").append(place.path);
    if (place.why_not != kNothingThere)
      found.append(found.empty() ? "" : "; ").append(place.path + ": " + place.why_not);
  }
  if (!found.empty()) return unreachable("no daemon answers: " + found);
  return unreachable("no daemon runs for this user: nothing is at " + looked);
}

Result<EndpointClient> find_daemon(const Command& command) {
  DaemonSearch search = search_daemon(command);
  if (search.client) return *std::move(search.client);
  return no_daemon(search);
}

}  // namespace mdh
