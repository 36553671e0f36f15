// HTTP requests to upstream and its replies as plain values. What may hold a secret is a Secret.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/secret.h"
#include "common/timestamp.h"

namespace mdh {

struct HttpHeader {
  std::string name;
  std::string value;
};

// AwsSigning has a request signed by AWS' Signature Version 4, for one service of one region.
struct AwsSigning {
  std::string region;
  std::string service;
  std::string access_key_id;
  Secret secret_access_key;
};

// UpstreamRequest is a POST, whose body may be empty (then Content-Length: 0 is sent), or a GET
// without one.
struct UpstreamRequest {
  enum class Method { post, get };
  Method method = Method::post;
  std::string url;
  std::vector<HttpHeader> headers;
  Secret authorization;  // the Authorization field's value; empty: not sent
  Secret body;
  std::optional<AwsSigning> aws{};
};

struct UpstreamReply {
  int status = 0;
  std::vector<HttpHeader> headers;
  Secret body;  // 1 MiB at most

  // header() is the first field of that name in any case, or nothing.
  std::optional<std::string_view> header(std::string_view name) const;
  // date() is the Date field (RFC 9110 section 6.6.1), or nothing when there is none to believe.
  std::optional<WallTime> date() const;
};

// RoundTrip is our two clocks when a request left and when its reply was whole.
struct RoundTrip {
  Now sent{};
  Now received{};
};

}  // namespace mdh
