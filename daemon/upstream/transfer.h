// One HTTPS request on libcurl's easy handle: made from values, ended into values; driving it is
// curl_transport's. Not thread-safe.
#pragma once

#include <memory>
#include <string>

#include "common/result.h"
#include "common/timestamp.h"
#include "common/upstream/http.h"

namespace mdh {

struct TransportOptions {
  std::string ca_file;  // empty: the system's trust store
  milliseconds connect_timeout{5000};
  milliseconds total_timeout{10000};
  std::size_t largest_reply = std::size_t{1024} * 1024;
};

class Transfer {
 public:
  struct Buffers;  // what libcurl points at

  // prepare() makes the handle; an Error (class config) when the URL may not be called.
  static Result<std::unique_ptr<Transfer>> prepare(UpstreamRequest request,
                                                   TransportOptions options);
  ~Transfer();  // aborts it; a multi handle must have let it go before
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // handle() is the CURL*.
  void* handle() const;
  // end() is what came of it, by the CURLcode it ended with; once.
  struct Outcome {
    Result<UpstreamReply> reply;
    bool host_not_found = false;  // DNS does not know the host
  };
  Outcome end(int code);

 private:
  explicit Transfer(std::unique_ptr<Buffers> buffers);
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace mdh
