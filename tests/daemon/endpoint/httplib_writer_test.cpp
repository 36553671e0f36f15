// Goal: the short way and the library's way send the same bytes, for every reply and every head
// that is let in. (Newer versions of the library keep no order of fields: lines are compared
// sorted.)
#include "daemon/endpoint/httplib_writer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/endpoint/documents.h"

namespace mdh {
namespace {

std::vector<std::string> lines(const std::string& bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  std::vector<std::string> found;
  std::size_t start = 0;
  while (start < end) {
    const std::size_t stop = bytes.find("\r\n", start);
    found.push_back(bytes.substr(start, stop - start));
    start = stop + 2;
  }
  std::sort(found.begin() + 1, found.end());
  found.push_back(bytes.substr(end));
  return found;
}

TEST(HttplibWriter, SendsTheSameBytesAsTheShortWay) {
  HttplibWriter codec;
  std::vector<Reply> replies{{200, kJson, "{\"AccessKeyId\":\"A\"}"},
                             {200, kHtml, std::string(40000, 'x')},
                             error_reply(503, "NotReady", "not yet"),
                             error_reply(400, "UnknownProfile", "no such profile"),
                             error_reply(404, "NotFound", "nothing"),
                             error_reply(429, "TooManyRequests", "later"),
                             text_reply(200, "us-east-1"),
                             {202, kJson, "{}"}};
  replies[2].headers.push_back({"Retry-After", "1"});
  replies[6].headers.push_back({"x-aws-ec2-metadata-token-ttl-seconds", "300"});
  int compared = 0;
  for (const std::string method : {"GET", "HEAD", "PUT", "POST"}) {
    for (const std::string path : {"/", "/credentials", "/credentials/a%40b", "/a?b=%00&c", "/%zz",
                                   "/latest/meta-data/iam/security-credentials/x", "/..//../etc"}) {
      for (const std::string fields : {"", "Range: bytes=0-1\r\nAccept-Encoding: gzip, br\r\n",
                                       "Connection: close\r\nREMOTE_ADDR: 1\r\n",
                                       "Content-Type: multipart/form-data; boundary=a\r\n"}) {
        const std::string bytes =
            method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
        RequestHead head;
        ASSERT_FALSE(read_head(bytes, head)) << bytes;
        for (const Reply& reply : replies) {
          const Framing framing{head.close, method == "HEAD"};
          std::string short_way;
          std::string library;
          append_reply(reply, framing, short_way);
          codec.write(head, reply, framing, library);
          ASSERT_EQ(lines(library), lines(short_way)) << bytes;
          ++compared;
        }
      }
    }
  }
  EXPECT_EQ(compared, 4 * 7 * 4 * 8);
}

}  // namespace
}  // namespace mdh
