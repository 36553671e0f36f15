// The proxy that the environment names for a transfer, as far as messages may tell of it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mdh {

// ProxyInUse is the variable that named a proxy for this transfer; nothing of its value but the
// scheme is kept, for it may hold a password.
struct ProxyInUse {
  std::string variable{};  // "HTTPS_PROXY"; empty: no proxy
  std::string scheme{};    // "http", "socks5"; empty: none is written there
  bool odd = false;        // it holds what no proxy's URL holds: quotes, blanks, # ? or two @

  // note() takes a line of libcurl's trace, which names the variable.
  void note(std::string_view trace);
};

// socks_refusal() completes "the proxy …": what a SOCKS proxy answered, by its CURLproxycode.
std::string_view socks_refusal(int code);

}  // namespace mdh
