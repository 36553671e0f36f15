#include "daemon/endpoint/httplib_writer.h"

#include <httplib.h>

#include <algorithm>

namespace mdh {
namespace {

// The request is read from memory, the answer written to memory. Newer versions of the library ask
// more of a stream; an older one's compiler sees plain functions in the later ones.
class MemoryStream : public httplib::Stream {
 public:
  MemoryStream(std::string_view request, std::string& answer)
      : request_(request), answer_(answer) {}

  // NOLINTBEGIN(modernize-use-override): what overrides what depends on the library's version.
  bool is_readable() const { return true; }
  bool is_writable() const { return true; }
  bool wait_readable() const { return true; }
  bool wait_writable() const { return true; }
  bool is_peer_alive() const { return true; }
  time_t duration() const { return 0; }
  ssize_t read(char* into, size_t size) {
    const std::size_t count = std::min(size, request_.size());
    std::copy_n(request_.data(), count, into);
    request_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, size_t size) {
    answer_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const {}
  void get_local_ip_and_port(std::string&, int&) const {}
  socket_t socket() const { return -1; }
  // NOLINTEND(modernize-use-override)

 private:
  std::string_view request_;
  std::string& answer_;
};

using Setup = std::function<void(httplib::Request&)>;

// process_request() by its shape in 0.11 and in 0.18: the compiler takes the one that fits.
template <typename Server>
void run(Server& server, bool (Server::*step)(httplib::Stream&, bool, bool&, const Setup&),
         httplib::Stream& stream, bool close) {
  bool closed = false;
  (server.*step)(stream, close, closed, nullptr);
}

template <typename Server>
void run(Server& server,
         bool (Server::*step)(httplib::Stream&, const std::string&, int, const std::string&, int,
                              bool, bool&, const Setup&),
         httplib::Stream& stream, bool close) {
  bool closed = false;
  (server.*step)(stream, std::string(), 0, std::string(), 0, close, closed, nullptr);
}

}  // namespace

class HttplibWriter::Library : private httplib::Server {
 public:
  Library() {
    set_pre_routing_handler([this](const httplib::Request&, httplib::Response& response) {
      response.status = reply_->status;
      response.body = reply_->content();
      return HandlerResponse::Handled;
    });
    // Last before the bytes are written: the library's own additions (Keep-Alive, Accept-Ranges)
    // promise what is not so.
    set_post_routing_handler([this](const httplib::Request&, httplib::Response& response) {
      response.headers.clear();
      for (HttpHeader& field : reply_headers(*reply_, framing_.close))
        response.headers.emplace(std::move(field.name), std::move(field.value));
    });
  }

  void write(const std::string& request, const Reply& reply, Framing framing, std::string& out) {
    reply_ = &reply;
    framing_ = framing;
    MemoryStream stream(request, out);
    run<httplib::Server>(*this, &Library::process_request, stream, framing.close);
    reply_ = nullptr;
  }

 private:
  const Reply* reply_ = nullptr;
  Framing framing_;
};

HttplibWriter::HttplibWriter() = default;

HttplibWriter::~HttplibWriter() = default;

void HttplibWriter::write(const RequestHead& head, const Reply& reply, Framing framing,
                          std::string& out) {
  std::string request(head.method);
  request.append(" ").append(head.path).append(" HTTP/1.1\r\nHost: localhost\r\n");
  request.append("Content-Length: 0\r\n\r\n");
  // Made when first needed: a daemon asked for credentials alone never touches the library's pages.
  if (!library_) library_ = std::make_unique<Library>();
  library_->write(request, reply, framing, out);
}

}  // namespace mdh
