#include "daemon/upstream/proxy_in_use.h"

#include <curl/curl.h>

#include <algorithm>

#include "common/ascii.h"

namespace mdh {

// "Uses proxy env variable HTTPS_PROXY == 'http://…'", since libcurl 7.62.
void ProxyInUse::note(std::string_view trace) {
  constexpr std::string_view kOpening = "Uses proxy env variable ";
  if (!trace.starts_with(kOpening)) return;
  trace.remove_prefix(kOpening.size());
  const std::size_t equals = trace.find(" == '");
  if (equals == trace.npos || same_name(trace.substr(0, equals), "NO_PROXY")) return;
  variable = trace.substr(0, equals);
  std::string_view url = trimmed(trace.substr(equals + 5), "\n");
  if (url.ends_with('\'')) url.remove_suffix(1);
  const std::size_t colon = url.find("://");
  scheme = colon < 8 ? url.substr(0, colon) : std::string_view();
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), ascii_lower);
  odd = url.find_first_of(" \t\r\n\"'`#?;") != url.npos || url.find('@') != url.rfind('@');
}

// RFC 1928 section 6, and libcurl's own words for what is no SOCKS at all.
std::string_view socks_refusal(int code) {
  switch (code) {
    case CURLPX_USER_REJECTED:
    case CURLPX_NO_AUTH:
    case CURLPX_IDENTD:
    case CURLPX_REQUEST_FAILED:
      return "does not accept the name and password, or wants one";
    case CURLPX_REPLY_NOT_ALLOWED:
      return "does not allow it, by its rules";
    case CURLPX_REPLY_HOST_UNREACHABLE:
    case CURLPX_REPLY_NETWORK_UNREACHABLE:
    case CURLPX_REPLY_CONNECTION_REFUSED:
    case CURLPX_REPLY_TTL_EXPIRED:
      return "cannot reach it";
    case CURLPX_CLOSED:
    case CURLPX_BAD_VERSION:
    case CURLPX_RECV_CONNECT:
    case CURLPX_RECV_AUTH:
    case CURLPX_RECV_REQACK:
      return "does not speak SOCKS";
    default:
      return "refused the connection";
  }
}

}  // namespace mdh
