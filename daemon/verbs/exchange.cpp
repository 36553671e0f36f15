#include "daemon/verbs/exchange.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <thread>

#include "daemon/system/clock.h"
#include "daemon/upstream/transport.h"

namespace mdh {
namespace {

constexpr long kConnectMilliseconds = 1000;
constexpr long kTotalMilliseconds = 3000;
constexpr milliseconds kQueuePatience{1000}, kQueuePause{20};
constexpr std::size_t kLargestReply = std::size_t{4} * 1024 * 1024;

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

// A request's way over a socket: libcurl connects, and what it connected to is looked at before it
// sends.
struct LocalWay {
  const DaemonSocket& to;
  int connection = -1;
  std::string doubt{};
};

curl_socket_t open_local(void* data, curlsocktype, curl_sockaddr*) {
  auto& way = *static_cast<LocalWay*>(data);
  way.connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return way.connection;
}

int look_at_peer(void* data, char*, char*, int, int) {
  auto& way = *static_cast<LocalWay*>(data);
  way.doubt = way.to.doubt(way.connection);
  return way.doubt.empty() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

Error unreachable(const std::string& why) {
  return {ErrorClass::unreachable, Stage::endpoint, why, ""};
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

void go_by(CURL* handle, LocalWay& way) {
  curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, way.to.address().path());
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &open_local);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &way);
  curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, &look_at_peer);
  curl_easy_setopt(handle, CURLOPT_PREREQDATA, &way);
}

Fields authorization(const Secret* token) {
  if (token == nullptr) return nullptr;
  std::string line = "Authorization: " + std::string(token->reveal());
  Fields fields(curl_slist_append(nullptr, line.c_str()));
  wipe(line);
  return fields;
}

struct Outcome {
  CURLcode code = CURLE_FAILED_INIT;
  long fault = 0;  // errno
  ClientReply reply{};
};

Outcome perform(const std::string& url, const Request& request, LocalWay* way) {
  Outcome outcome;
  const Handle handle(curl_easy_init());
  if (!handle) return outcome;
  set_up(handle.get(), url, outcome.reply.body);
  if (way != nullptr) go_by(handle.get(), *way);
  const Fields fields = authorization(request.token);
  if (fields) curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, fields.get());
  if (request.post) {
    curl_easy_setopt(handle.get(), CURLOPT_POST, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE, 0L);
  }
  outcome.code = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle.get(), CURLINFO_OS_ERRNO, &outcome.fault);
  const bool unnamed = outcome.code == CURLE_COULDNT_CONNECT && outcome.fault == 0;
  if (unnamed) outcome.fault = EAGAIN;  // libcurl waits for a full queue's connection in vain
  outcome.reply.status = static_cast<int>(status);
  return outcome;
}

// A socket whose queue is full takes no connection for a moment.
Outcome perform_patiently(const Request& request, LocalWay& way) {
  const BootTime end = read_clocks().boot + kQueuePatience;
  for (;;) {
    Outcome outcome = perform("http://localhost" + request.path, request, &way);
    const bool full = outcome.code == CURLE_COULDNT_CONNECT && outcome.fault == EAGAIN;
    if (!full || read_clocks().boot >= end) return outcome;
    std::this_thread::sleep_for(kQueuePause);
  }
}

}  // namespace

Result<ClientReply> exchange_over(const SocketPlace& place, const Request& request) {
  start_curl();
  const Result<DaemonSocket> socket = DaemonSocket::at(place);
  if (!socket) return socket.error();
  LocalWay way{*socket};
  Outcome outcome = perform_patiently(request, way);
  if (!way.doubt.empty()) return unreachable(way.doubt);
  if (outcome.code == CURLE_OK) return std::move(outcome.reply);
  const bool connected = outcome.code != CURLE_COULDNT_CONNECT;
  return unreachable(connected ? curl_easy_strerror(outcome.code)
                               : why_not_connected(static_cast<int>(outcome.fault)));
}

Result<ClientReply> exchange_by_tcp(const std::string& url, const Request& request) {
  start_curl();
  Outcome outcome = perform(url + request.path, request, nullptr);
  if (outcome.code == CURLE_OK) return std::move(outcome.reply);
  return unreachable(curl_easy_strerror(outcome.code));
}

}  // namespace mdh
