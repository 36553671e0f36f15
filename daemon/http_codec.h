// The one file that knows cpp-httplib. Puts replies into bytes with its formatter, over memory. It
// sees a request head made anew from what common/request_head accepted, never the client's bytes:
// the parser's known holes (Range, REMOTE_ADDR, percent-decoded fields, bodies) have nothing to
// work on.
#pragma once

#include <memory>
#include <string>

#include "common/reply.h"
#include "common/request_head.h"

namespace mdh {

class HttpCodec {
 public:
  HttpCodec();
  ~HttpCodec();

  // append() appends the reply to a request that was read from `head`; the same bytes as
  // append_reply() (a test holds the two together).
  void append(const RequestHead& head, const Reply& reply, bool close, std::string& out);

 private:
  class Library;
  std::unique_ptr<Library> library_;
};

}  // namespace mdh
