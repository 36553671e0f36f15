// Why a transfer failed, from libcurl's code to an Error that names cause and cure. Pure: given
// plain facts, so that every case can be tried without a network.
#pragma once

#include <string>
#include <string_view>

#include "common/error.h"
#include "common/timestamp.h"
#include "daemon/upstream/proxy_in_use.h"

namespace mdh {

// TransferEnd is what libcurl knows at the end of a transfer that did not succeed.
struct TransferEnd {
  int code = 0;            // CURLcode
  std::string detail{};    // its error buffer
  std::string host{};      // whom we wanted
  int verify_result = 0;   // X509_V_*
  ProxyInUse proxy{};      // the environment's
  int proxy_status = 0;    // the proxy's answer to CONNECT; 0: none
  int proxy_error = 0;     // CURLproxycode of a SOCKS proxy
  bool line_open = false;  // TCP to the host, or to the proxy
  int os_error = 0;        // errno of the connect
  bool connected = false;  // TLS included
  bool too_large = false;  // we stopped reading
  std::string ca_file{};   // as configured
  milliseconds connect_timeout{};
  milliseconds total_timeout{};
};

// transfer_failure() is the Error: unreachable, malformed, or config where ca_file is at fault. The
// stage is the caller's to set.
Error transfer_failure(const TransferEnd& end);
// host_not_found() tells whether DNS does not know the host.
bool host_not_found(const TransferEnd& end);

}  // namespace mdh
