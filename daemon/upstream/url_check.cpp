#include "daemon/upstream/url_check.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "common/config/rules.h"
#include "common/upstream/reply_error.h"

namespace mdh {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

std::string part_of(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
  std::string copy = text;
  curl_free(text);
  return copy;
}

// A name and password in a URL are no matter for a message.
std::string shown(const std::string& address) {
  return address.find('@') == std::string::npos ? address : "of host " + host_of(address);
}

bool one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < ' ' && byte != '\t') || byte == 0x7f;
  });
}

Error broken_field(const std::string& name) {
  return {ErrorClass::config, Stage::token,
          "cannot send the header " + name + ": its value holds control characters",
          "check the configuration for line breaks in what is sent there"};
}

}  // namespace

Result<Way> way_of(const UpstreamRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (!one_line(value)) return broken_field(name);
  }
  if (!one_line(request.authorization.reveal())) return broken_field("Authorization");
  const Url url(curl_url());
  if (url && curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), 0) == CURLUE_OK) {
    const std::string scheme = part_of(url, CURLUPART_SCHEME);
    if (scheme == "https") return Way::https;
    if (scheme == "http" && is_loopback_host(part_of(url, CURLUPART_HOST)))
      return Way::loopback_http;
  }
  return Error{ErrorClass::config, Stage::token, "cannot call the URL " + shown(request.url),
               "use https://; plain http:// is for a loopback address only"};
}

}  // namespace mdh
