#include "daemon/upstream/transfer_failure.h"

#include <curl/curl.h>
#include <openssl/x509_vfy.h>

#include <system_error>
#include <utility>

namespace mdh {
namespace {

constexpr const char* kSeeNetwork =
    "check the network, the firewall, and whether a proxy is needed (HTTPS_PROXY)";

struct Cause {
  ErrorClass error_class = ErrorClass::unreachable;
  std::string why;
  std::string hint;
};

bool mentions(const TransferEnd& end, std::string_view part) {
  return end.detail.find(part) != std::string::npos;
}

std::string host_alone(const std::string& host) {
  const std::size_t colon = host.rfind(':');
  return host.find(']') == std::string::npos || host.back() != ']' ? host.substr(0, colon) : host;
}

std::string in_seconds(milliseconds time) {
  const auto count = time.count();
  if (count % 1000 == 0) return std::to_string(count / 1000) + " s";
  return std::to_string(count) + " ms";
}

std::string see_proxy(const TransferEnd& end) {
  const std::string variable = end.proxy.variable.empty() ? "HTTPS_PROXY" : end.proxy.variable;
  return "see " + variable +
         " and NO_PROXY in this program's environment, and the proxy's own rules";
}

// Whether the proxy was still to answer: it, not the service, is where it failed.
bool at_proxy(const TransferEnd& end) {
  return !end.proxy.variable.empty() && end.proxy_status == 0 && !end.connected;
}

Cause of_proxy(const TransferEnd& end, std::string why) {
  return {ErrorClass::unreachable, std::move(why), see_proxy(end)};
}

// The value is not shown: it may hold a password.
Cause bad_proxy_url(const TransferEnd& end) {
  const std::string variable = end.proxy.variable.empty() ? "HTTPS_PROXY" : end.proxy.variable;
  return {ErrorClass::unreachable, variable + " is not the URL of a proxy",
          "write http://HOST:PORT or http://NAME:PASSWORD@HOST:PORT there, without quotes or "
          "blanks; @ # / ? in a password are %40 %23 %2F %3F"};
}

Cause unknown_name(const TransferEnd& end) {
  if (end.proxy.scheme == "socks5" || end.proxy.scheme == "socks4") {
    return {ErrorClass::unreachable, "its name is not known (DNS)",
            end.proxy.scheme + ":// in " + end.proxy.variable +
                " asks DNS here: socks5h:// (or socks4a://) lets the proxy look names up"};
  }
  return {
      ErrorClass::unreachable, "its name is not known (DNS)",
      "check the network, DNS (getent hosts " + host_alone(end.host) + ") and the URL's spelling"};
}

Cause silent_dns(const TransferEnd& end) {
  const bool proxys = !end.proxy.variable.empty();
  return {ErrorClass::unreachable,
          std::string(proxys ? "the proxy's" : "its") + " name was not found within " +
              in_seconds(end.connect_timeout) + ": DNS does not answer (timeout)",
          proxys ? see_proxy(end)
                 : "check the network, a VPN, and DNS: getent hosts " + host_alone(end.host)};
}

Cause timed_out(const TransferEnd& end) {
  if (mentions(end, "Resolving timed out")) return silent_dns(end);
  if (at_proxy(end)) {
    return of_proxy(end, (end.line_open ? "the proxy does not answer within "
                                        : "no connection to the proxy within ") +
                             in_seconds(end.connect_timeout) + " (timeout)");
  }
  if (!end.connected) {
    return {ErrorClass::unreachable,
            "no connection within " + in_seconds(end.connect_timeout) + " (timeout)", kSeeNetwork};
  }
  return {ErrorClass::unreachable,
          "no whole answer within " + in_seconds(end.total_timeout) + " (timeout)",
          "nothing can be done here if the service is slow; attempts go on"};
}

Cause no_connection(const TransferEnd& end) {
  const std::string why = end.os_error == 0 ? std::string("no connection")
                                            : std::generic_category().message(end.os_error);
  if (at_proxy(end)) return of_proxy(end, "the proxy cannot be reached: " + why);
  return {ErrorClass::unreachable, why, kSeeNetwork};
}

Cause other_host() {
  return {ErrorClass::unreachable, "its TLS certificate is for another host name",
          "check the URL's spelling, and whether another machine answers in its place"};
}

Cause bad_certificate(const TransferEnd& end) {
  if (at_proxy(end) && end.proxy.scheme == "https") {
    return of_proxy(end, "the proxy's own TLS certificate is not trusted");
  }
  // libcurl compares the name itself, and leaves OpenSSL's result as it was.
  if (mentions(end, "subject name")) return other_host();
  switch (end.verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {ErrorClass::unreachable, "its TLS certificate has expired",
              "either the server's certificate or the clock of this machine is out of date"};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {ErrorClass::unreachable, "its TLS certificate is not yet valid",
              "set the clock of this machine right"};
    default:
      return {ErrorClass::unreachable,
              std::string("its TLS certificate is not trusted (") +
                  X509_verify_cert_error_string(end.verify_result) + ")",
              "if a proxy inspects TLS, or the server has a private authority, give its "
              "certificate with ca_file or --ca-file; else install ca-certificates"};
  }
}

Cause no_handshake(const TransferEnd& end) {
  if (mentions(end, "unsupported protocol") || mentions(end, "protocol version")) {
    return {ErrorClass::unreachable, "it offers no TLS 1.2 or newer",
            "the server, or a proxy on the way, must be brought up to date"};
  }
  const bool plain = mentions(end, "wrong version number") || mentions(end, "packet length");
  if (at_proxy(end) && end.proxy.scheme == "https") {
    if (!plain) return of_proxy(end, "the TLS handshake with the proxy failed");
    return {ErrorClass::unreachable, "the proxy does not speak TLS",
            "write http:// in the place of https:// in " + end.proxy.variable};
  }
  if (plain && !end.proxy.variable.empty()) {
    return of_proxy(end, "what answers behind the proxy does not speak TLS");
  }
  if (plain) {
    return {ErrorClass::unreachable, "it does not speak TLS on that port",
            "check the URL's port, and whether a proxy or a sign-in page answers in its place"};
  }
  return {ErrorClass::unreachable, "the TLS handshake failed",
          "a proxy or firewall on the way may break TLS; openssl s_client -connect shows more"};
}

Cause broken_off(const TransferEnd& end) {
  if (mentions(end, "Too large response header")) {
    return {ErrorClass::malformed, "its answer's headers are too large",
            "check whether a proxy answers in its place"};
  }
  if (at_proxy(end)) return of_proxy(end, "the proxy closed the connection without an HTTP answer");
  return {ErrorClass::unreachable, "the connection broke before the answer was whole", kSeeNetwork};
}

Cause refused_by_proxy(const TransferEnd& end) {
  const std::string status = std::to_string(end.proxy_status);
  if (end.proxy_status == 407) {
    return {ErrorClass::unreachable, "the proxy wants a name and password (HTTP 407)",
            "give them in " + end.proxy.variable + ": http://NAME:PASSWORD@HOST:PORT"};
  }
  return of_proxy(end, "the proxy refused the connection (HTTP " + status + ")");
}

Cause refused_by_socks(const TransferEnd& end) {
  if (end.proxy_error == CURLPX_RESOLVE_HOST) return unknown_name(end);
  return of_proxy(end, "the proxy " + std::string(socks_refusal(end.proxy_error)));
}

Cause not_http(const TransferEnd& end) {
  if (at_proxy(end)) return of_proxy(end, "the proxy's answer is not HTTP");
  return {ErrorClass::malformed, "its answer is not HTTP",
          "check the URL's port, and whether something else answers in its place"};
}

Cause bad_ca_file(const TransferEnd& end) {
  return {ErrorClass::config,
          "the certificates in " + (end.ca_file.empty() ? "the trust store" : end.ca_file) +
              " cannot be read",
          end.ca_file.empty() ? "install ca-certificates"
                              : "ca_file must be a PEM file that this user may read"};
}

Cause cause_of(const TransferEnd& end) {
  switch (end.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return unknown_name(end);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return of_proxy(end, "the proxy's name is not known (DNS)");
    case CURLE_COULDNT_CONNECT:
      return no_connection(end);
    case CURLE_PROXY:
      return refused_by_socks(end);
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out(end);
    case CURLE_PEER_FAILED_VERIFICATION:
      return bad_certificate(end);
    case CURLE_SSL_CONNECT_ERROR:
      return no_handshake(end);
    case CURLE_SSL_CACERT_BADFILE:
      return bad_ca_file(end);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return not_http(end);
    case CURLE_BAD_CONTENT_ENCODING:
      return {ErrorClass::malformed, "its answer is coded (Content-Encoding), and not as it says",
              "it was not asked for: check whether a proxy packs answers on the way"};
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return broken_off(end);
    default:
      return {ErrorClass::unreachable, curl_easy_strerror(static_cast<CURLcode>(end.code)),
              kSeeNetwork};
  }
}

Cause first_cause(const TransferEnd& end) {
  if (end.too_large || end.code == CURLE_FILESIZE_EXCEEDED) {
    return {ErrorClass::malformed, "its answer is too large",
            "check whether a proxy or another service answers in its place"};
  }
  if (end.proxy_status >= 300) return refused_by_proxy(end);
  const bool at_its_url = mentions(end, "Unsupported proxy") || (at_proxy(end) && end.proxy.odd);
  return at_its_url ? bad_proxy_url(end) : cause_of(end);
}

}  // namespace

Error transfer_failure(const TransferEnd& end) {
  const Cause cause = first_cause(end);
  return {cause.error_class, Stage::token, "cannot reach " + end.host + ": " + cause.why,
          cause.hint};
}

bool host_not_found(const TransferEnd& end) {
  return end.code == CURLE_COULDNT_RESOLVE_HOST;
}

}  // namespace mdh
