// Goal: an independent HTTP library (cpp-httplib's client) reads of our answers what we meant:
// every status, field and body, on one kept-alive connection, by GET and by HEAD.
#include "common/endpoint/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "common/endpoint/documents.h"
#include "tests/support/running_endpoint.h"

namespace mdh {
namespace {

// Answers each request of one connection with the next of the bytes given.
class Answering {
 public:
  explicit Answering(std::vector<std::string> answers)
      : listener_(listen_on_loopback(port)), thread_([this, answers] { run(answers); }) {}
  ~Answering() { thread_.join(); }
  std::uint16_t port = 0;

 private:
  void run(const std::vector<std::string>& answers) {
    pollfd waiting{listener_.get(), POLLIN, 0};
    poll(&waiting, 1, -1);
    const FileDescriptor connection(accept(listener_.get(), nullptr, nullptr));
    for (const std::string& answer : answers) {
      std::string head;
      for (char byte = 0;
           head.find("\r\n\r\n") == head.npos && read(connection.get(), &byte, 1) == 1;)
        head += byte;
      if (write(connection.get(), answer.data(), answer.size()) < 0) return;
    }
  }
  FileDescriptor listener_;
  std::thread thread_;
};

std::vector<Reply> replies() {
  std::vector<Reply> all{{200, kJson, "{\"AccessKeyId\":\"A\"}"},
                         {200, kHtml, std::string(40000, 'x')},
                         {200, kJson, {}, "lent"},
                         error_reply(503, "NotReady", "not yet"),
                         error_reply(400, "UnknownProfile", "no such profile"),
                         error_reply(404, "NotFound", "nothing"),
                         error_reply(429, "TooManyRequests", "later"),
                         text_reply(200, "us-east-1"),
                         {202, kJson, "{}"}};
  all[3].headers.push_back({"Retry-After", "1"});
  all[7].headers.push_back({"x-aws-ec2-metadata-token-ttl-seconds", "300"});
  return all;
}

void expect_same(const httplib::Result& got, const Reply& sent, bool head_only) {
  ASSERT_TRUE(got) << sent.status << " " << static_cast<int>(got.error());
  EXPECT_EQ(got->status, sent.status);
  EXPECT_EQ(got->reason, reason_phrase(sent.status));
  EXPECT_EQ(got->body, head_only ? "" : std::string(sent.content()));
  EXPECT_EQ(got->get_header_value("Content-Type"), sent.content_type);
  EXPECT_EQ(got->get_header_value("Content-Length"), std::to_string(sent.content().size()));
  EXPECT_EQ(got->get_header_value("Cache-Control"), "no-store");
  EXPECT_EQ(got->get_header_value("X-Content-Type-Options"), "nosniff");
  for (const ReplyHeader& field : sent.headers)
    EXPECT_EQ(got->get_header_value(field.name.c_str()), field.value);
  EXPECT_EQ(got->headers.size(), 4 + sent.headers.size());
}

TEST(Reply, IsReadByAnotherLibraryAsItWasMeant) {
  for (const bool head_only : {false, true}) {
    std::vector<std::string> bytes;
    for (const Reply& reply : replies())
      append_reply(reply, {false, head_only}, bytes.emplace_back());
    Answering answering(bytes);
    httplib::Client client("127.0.0.1", answering.port);
    client.set_keep_alive(true);
    for (const Reply& reply : replies())
      expect_same(head_only ? client.Head("/x") : client.Get("/x"), reply, head_only);
  }
}

TEST(Reply, SaysWhenTheConnectionCloses) {
  std::string bytes;
  append_reply(text_reply(200, "ok"), {true, false}, bytes);
  Answering answering({bytes});
  httplib::Client client("127.0.0.1", answering.port);
  const auto got = client.Get("/");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->get_header_value("Connection"), "close");
}

}  // namespace
}  // namespace mdh
