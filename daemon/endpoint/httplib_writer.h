// cpp-httplib as parser and formatter over memory, and the one file that knows it: its versions'
// differences end here. It is given a head made anew from what was checked, never the client's
// bytes, and requests that the guard let in alone; it opens no socket and starts no thread.
#pragma once

#include <memory>
#include <string>

#include "common/endpoint/reply.h"
#include "common/endpoint/request_head.h"

namespace mdh {

class HttplibWriter {
 public:
  HttplibWriter();
  ~HttplibWriter();
  HttplibWriter(const HttplibWriter&) = delete;
  HttplibWriter& operator=(const HttplibWriter&) = delete;
  // write() appends the answer, framed for the request. The fields are those of append_reply(), in
  // the order of their names where the library keeps one.
  void write(const RequestHead& head, const Reply& reply, Framing framing, std::string& out);

 private:
  class Library;
  std::unique_ptr<Library> library_;
};

}  // namespace mdh
