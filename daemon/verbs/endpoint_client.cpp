#include "daemon/verbs/endpoint_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "daemon/system/environment.h"
#include "daemon/system/read_file.h"
#include "daemon/upstream/transport.h"

namespace mdh {
namespace {

constexpr long kConnectMilliseconds = 1000;
constexpr long kTotalMilliseconds = 3000;
constexpr std::size_t kLargestReply = std::size_t{4} * 1024 * 1024;
const char* const kStart =
    "start it with: systemctl --user start mdh-credentials (or: mdh-credentials serve)";

struct Close {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, Close>;
using Fields = std::unique_ptr<curl_slist, Close>;

std::size_t take_bytes(char* bytes, std::size_t, std::size_t count, void* body) {
  auto& taken = *static_cast<Secret*>(body);
  if (taken.size() + count > kLargestReply) return 0;
  taken.append({bytes, count});
  return count;
}

Error no_daemon(const std::string& why) {
  return {ErrorClass::unreachable, Stage::endpoint, "no daemon answers" + why, kStart};
}

void set_up(CURL* handle, const std::string& url, Secret& body) {
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, kConnectMilliseconds);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, kTotalMilliseconds);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "mdh-credentials/" MDH_VERSION);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &take_bytes);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &body);
}

Fields authorization(const Secret* token) {
  if (token == nullptr) return nullptr;
  std::string line = "Authorization: " + std::string(token->reveal());
  Fields fields(curl_slist_append(nullptr, line.c_str()));
  wipe(line);
  return fields;
}

Result<ClientReply> exchange(const std::string& url, bool post, const Secret* token) {
  start_curl();
  ClientReply reply;
  const Handle handle(curl_easy_init());
  if (!handle) return no_daemon(": libcurl has no memory");
  set_up(handle.get(), url, reply.body);
  const Fields fields = authorization(token);
  if (fields) curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, fields.get());
  if (post) {
    curl_easy_setopt(handle.get(), CURLOPT_POST, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE, 0L);
  }
  const CURLcode code = curl_easy_perform(handle.get());
  if (code != CURLE_OK) return no_daemon(" at " + url + ": " + curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

Result<ClientReply> first_answer(const EndpointRecord& record, const std::string& path, bool post,
                                 const Secret* token) {
  Result<ClientReply> last = no_daemon(": it names no address");
  for (const std::string& url : record.urls) {
    last = exchange(url + path, post, token);
    if (last) return last;
  }
  return last;
}

}  // namespace

Result<EndpointClient> EndpointClient::find(const SourceOptions& source,
                                            const std::optional<std::string>& url) {
  Result<EndpointRecord> found = find_endpoint_record(source);
  if (!url) {
    if (found) return EndpointClient(std::move(found).value());
    return no_daemon(": " + found.error().message);
  }
  EndpointRecord record;
  if (found) record.token_file = found->token_file;
  const auto told = environment_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (record.token_file.empty() && told) record.token_file = *told;
  record.urls = {url->substr(0, url->find_last_not_of('/') + 1)};
  return EndpointClient(std::move(record));
}

EndpointClient::EndpointClient(EndpointRecord record) : record_(std::move(record)) {}

Result<ClientReply> EndpointClient::get(const std::string& path) const {
  return first_answer(record_, path, false, nullptr);
}

Result<ClientReply> EndpointClient::get_with_token(const std::string& path) const {
  const Result<Secret> held = token();
  if (!held) return held.error();
  return first_answer(record_, path, false, &*held);
}

Result<ClientReply> EndpointClient::post(const std::string& path) const {
  const Result<Secret> held = token();
  if (!held) return held.error();
  return first_answer(record_, path, true, &*held);
}

const std::string& EndpointClient::base_url() const {
  static const std::string kNone;
  if (record_.urls.empty()) return kNone;
  const auto found =
      std::find_if(record_.urls.begin(), record_.urls.end(),
                   [](const std::string& url) { return url.rfind("http://127.", 0) == 0; });
  return found == record_.urls.end() ? record_.urls.front() : *found;
}

Result<Secret> EndpointClient::token() const {
  if (record_.token_file.empty()) {
    return Error{ErrorClass::config, Stage::endpoint, "no token file of the daemon is known",
                 "name it in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"};
  }
  Result<Secret> text = read_secret(record_.token_file, 4096);
  if (text) return text;
  Error error = text.error();
  error.stage = Stage::endpoint;
  if (error.hint.empty()) error.hint = "run as the daemon's user, or set endpoint.token_group";
  return error;
}

}  // namespace mdh
