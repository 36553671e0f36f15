#include "daemon/upstream/transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/upstream/reply_error.h"
#include "daemon/system/give_up.h"
#include "daemon/upstream/transfer_failure.h"
#include "daemon/upstream/trust_store.h"
#include "daemon/upstream/url_check.h"

namespace mdh {
namespace {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeFields {
  void operator()(curl_slist* fields) const { curl_slist_free_all(fields); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using Fields = std::unique_ptr<curl_slist, FreeFields>;

}  // namespace

// They stay put while libcurl points at them.
struct Transfer::Buffers {
  UpstreamRequest request;
  TransportOptions options;
  UpstreamReply reply{};
  bool too_large = false;
  bool line_open = false;
  ProxyInUse proxy{};
  std::array<char, CURL_ERROR_SIZE> detail{};
  Fields fields{};
  Easy easy{};
};

namespace {

using Buffers = Transfer::Buffers;

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* target) {
  auto& buffers = *static_cast<Buffers*>(target);
  buffers.too_large = buffers.reply.body.size() + count > buffers.options.largest_reply;
  if (buffers.too_large) return CURL_WRITEFUNC_ERROR;
  buffers.reply.body.append({bytes, count});
  return count;
}

std::size_t take_field(char* bytes, std::size_t, std::size_t count, void* target) {
  auto& headers = static_cast<Buffers*>(target)->reply.headers;
  std::string_view line(bytes, count);
  // The status line of a final answer after 1xx ones.
  if (line.starts_with("HTTP/")) headers.clear();
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return count;
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  const std::size_t last = value.find_last_not_of(" \t\r\n");
  value = last == value.npos ? std::string_view{} : value.substr(0, last + 1);
  headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  return count;
}

void add_field(Buffers& buffers, std::string_view name, std::string_view value) {
  Secret line(name);
  line.append(": ");
  line.append(value);
  line.append(std::string_view("\0", 1));
  curl_slist* longer = curl_slist_append(buffers.fields.get(), line.reveal().data());
  if (longer == nullptr) give_up("memory", ENOMEM);
  (void)buffers.fields.release();
  buffers.fields.reset(longer);
}

// Every field that is added is signed, one without a value too, which is not sent.
void set_signing(CURL* easy, const AwsSigning& aws) {
  const std::string scope = "aws:amz:" + aws.region + ":" + aws.service;
  curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, scope.c_str());
  curl_easy_setopt(easy, CURLOPT_USERNAME, aws.access_key_id.c_str());
  Secret terminated(aws.secret_access_key.reveal());
  terminated.append(std::string_view("\0", 1));
  curl_easy_setopt(easy, CURLOPT_PASSWORD, terminated.reveal().data());
}

void set_request(Buffers& buffers) {
  CURL* easy = buffers.easy.get();
  for (const auto& [name, value] : buffers.request.headers) add_field(buffers, name, value);
  if (!buffers.request.authorization.empty()) {
    add_field(buffers, "Authorization", buffers.request.authorization.reveal());
  }
  if (buffers.request.aws) {
    set_signing(easy, *buffers.request.aws);
  } else {
    buffers.fields.reset(curl_slist_append(buffers.fields.release(), "Expect:"));
  }
  const std::string_view body = buffers.request.body.reveal();
  curl_easy_setopt(easy, CURLOPT_URL, buffers.request.url.c_str());
  if (buffers.request.method == UpstreamRequest::Method::post) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, buffers.fields.get());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "mdh-credentials/" MDH_VERSION);
  // Without it any coding may come (RFC 9110 section 12.5.3); what comes all the same is decoded.
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "identity");
}

const char* or_none(const std::string& path) {
  return path.empty() ? nullptr : path.c_str();
}

std::string built_in(CURL* easy, CURLINFO what) {
  char* path = nullptr;
  curl_easy_getinfo(easy, what, &path);
  return path == nullptr ? "" : path;
}

void set_trust_store(CURL* easy, const std::string& ca_file) {
  const TrustStore store =
      ca_file.empty()
          ? system_trust_store({built_in(easy, CURLINFO_CAINFO), built_in(easy, CURLINFO_CAPATH)})
          : TrustStore{ca_file, {}};
  curl_easy_setopt(easy, CURLOPT_CAINFO, or_none(store.bundle));
  curl_easy_setopt(easy, CURLOPT_CAPATH, or_none(store.folder));
}

void set_trust(Buffers& buffers, Way way) {
  const bool plain = way == Way::loopback_http;
  CURL* easy = buffers.easy.get();
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
  // A loopback address behind a proxy is the proxy's, and the request would leave the machine.
  if (plain) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!plain) set_trust_store(easy, buffers.options.ca_file);
}

void set_limits(Buffers& buffers) {
  CURL* easy = buffers.easy.get();
  const TransportOptions& options = buffers.options;
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options.largest_reply));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Without it, cancelling waits for a resolver that hangs.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  // Refreshes are far apart: a kept connection, session or trust store is memory for nothing.
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
}

// The one way to learn which variable named a proxy, whether NO_PROXY let it, and whether it took
// the connection. Of all that the trace holds nothing else is looked at.
int take_trace(CURL*, curl_infotype kind, char* bytes, std::size_t count, void* target) {
  Buffers& buffers = *static_cast<Buffers*>(target);
  const std::string_view line(bytes, kind == CURLINFO_TEXT ? count : 0);
  buffers.proxy.note(line);
  buffers.line_open = buffers.line_open || line.starts_with("Connected to ");
  return 0;
}

void set_receivers(Buffers& buffers) {
  CURL* easy = buffers.easy.get();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &buffers);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, buffers.detail.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &buffers);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_field);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &buffers);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, take_trace);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, &buffers);
}

long number(CURL* easy, CURLINFO what) {
  long value = 0;
  curl_easy_getinfo(easy, what, &value);
  return value;
}

TransferEnd end_of(const Buffers& buffers, int code) {
  CURL* easy = buffers.easy.get();
  curl_off_t prepared = 0;
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &prepared);
  TransferEnd end;
  end.code = code;
  end.detail = buffers.detail.data();
  end.host = host_of(buffers.request.url);
  end.verify_result = static_cast<int>(number(easy, CURLINFO_SSL_VERIFYRESULT));
  end.proxy = buffers.proxy;
  end.proxy_error = static_cast<int>(number(easy, CURLINFO_PROXY_ERROR));
  end.line_open = buffers.line_open;
  end.proxy_status = static_cast<int>(number(easy, CURLINFO_HTTP_CONNECTCODE));
  end.os_error = static_cast<int>(number(easy, CURLINFO_OS_ERRNO));
  end.connected = prepared > 0;
  end.too_large = buffers.too_large;
  end.ca_file = buffers.options.ca_file;
  end.connect_timeout = buffers.options.connect_timeout;
  end.total_timeout = buffers.options.total_timeout;
  return end;
}

}  // namespace

Transfer::Transfer(std::unique_ptr<Buffers> buffers) : buffers_(std::move(buffers)) {}
Transfer::~Transfer() = default;

Result<std::unique_ptr<Transfer>> Transfer::prepare(UpstreamRequest request,
                                                    TransportOptions options) {
  const Result<Way> way = way_of(request);
  if (!way) return way.error();
  auto buffers = std::make_unique<Buffers>(Buffers{std::move(request), std::move(options)});
  buffers->easy.reset(curl_easy_init());
  if (!buffers->easy) give_up("memory", ENOMEM);
  set_request(*buffers);
  set_trust(*buffers, *way);
  set_limits(*buffers);
  set_receivers(*buffers);
  return std::unique_ptr<Transfer>(new Transfer(std::move(buffers)));
}

void* Transfer::handle() const {
  return buffers_->easy.get();
}

Transfer::Outcome Transfer::end(int code) {
  if (code != CURLE_OK) {
    const TransferEnd end = end_of(*buffers_, code);
    return {transfer_failure(end), host_not_found(end)};
  }
  buffers_->reply.status = static_cast<int>(number(handle(), CURLINFO_RESPONSE_CODE));
  return {std::move(buffers_->reply)};
}

}  // namespace mdh
