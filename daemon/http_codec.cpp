#include "daemon/http_codec.h"

#include <httplib.h>

#include <algorithm>

namespace mdh {
namespace {

// What httplib reads and writes instead of a socket.
class MemoryStream : public httplib::Stream {
 public:
  MemoryStream(std::string_view in, std::string& out) : in_(in), out_(out) {}

  bool is_readable() const override { return !in_.empty(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* bytes, size_t size) override {
    const std::size_t count = std::min(size, in_.size());
    std::copy_n(in_.data(), count, bytes);
    in_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, size_t size) override {
    out_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }
#if defined(CPPHTTPLIB_VERSION_NUM) || defined(MDH_NEW_HTTPLIB)
  bool wait_readable() const override {
    return !in_.empty();
  }
  bool wait_writable() const override {
    return true;
  }
  time_t duration() const override {
    return 0;
  }
#endif

 private:
  std::string_view in_;
  std::string& out_;
};

}  // namespace

class HttpCodec::Library : private httplib::Server {
 public:
  Library() {
    set_pre_routing_handler([this](const httplib::Request&, httplib::Response& response) {
      fill(response);
      return HandlerResponse::Handled;
    });
    // The fields that httplib adds of its own accord are not in the contract.
    set_post_routing_handler([](const httplib::Request&, httplib::Response& response) {
      response.headers.erase("Keep-Alive");
      response.headers.erase("Accept-Ranges");
    });
    set_exception_handler([](const httplib::Request&, httplib::Response& response,
                             std::exception_ptr) { response.status = 500; });
  }

  void append(const RequestHead& head, const Reply& reply, bool close, std::string& out) {
    reply_ = &reply;
    std::string request(head.method);
    request.append(" / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    MemoryStream stream(request, out);
    bool closed = false;
#if defined(CPPHTTPLIB_VERSION_NUM) || defined(MDH_NEW_HTTPLIB)
    process_request(stream, "", 0, "", 0, close, closed, nullptr);
#else
    process_request(stream, close, closed, nullptr);
#endif
  }

 private:
  void fill(httplib::Response& response) const {
    response.status = reply_->status;
    for (const HttpHeader& field : reply_->headers) {
      response.headers.emplace(field.name, field.value);
    }
    response.headers.emplace("Cache-Control", "no-store");
    response.headers.emplace("X-Content-Type-Options", "nosniff");
    response.body = reply_->content();
    response.headers.emplace("Content-Type", std::string(reply_->content_type));
  }

  const Reply* reply_ = nullptr;
};

HttpCodec::HttpCodec() : library_(std::make_unique<Library>()) {}
HttpCodec::~HttpCodec() = default;

void HttpCodec::append(const RequestHead& head, const Reply& reply, bool close, std::string& out) {
  library_->append(head, reply, close, out);
}

}  // namespace mdh
