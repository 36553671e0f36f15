// Goal: a head has one meaning or is refused (R3, R4, R5; request smuggling).
#include "common/endpoint/request_head.h"

#include <gtest/gtest.h>

#include <random>

namespace mdh {
namespace {

int status_of(const std::string& bytes) {
  RequestHead head;
  const auto refusal = read_head(bytes, head);
  return refusal ? refusal->status : 200;
}

std::string with_field(const std::string& field) {
  return "GET / HTTP/1.1\r\nHost: localhost\r\n" + field + "\r\n\r\n";
}

TEST(RequestHead, ReadsMethodPathQueryAndFieldsInAnyCase) {
  RequestHead head;
  const std::string bytes =
      "GET /credentials/a?x=a%20b&y=1 HTTP/1.1\r\nHOST: localhost\r\nauthorization:  abc \r\n\r\n";
  ASSERT_FALSE(read_head(bytes, head));
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.path, "/credentials/a");
  EXPECT_EQ(head.query, "x=a%20b&y=1");
  EXPECT_EQ(head.header("Authorization"), "abc");
  EXPECT_FALSE(head.close);
}

TEST(RequestHead, DropsDoubledSlashesThatJavaSends) {  // R5
  RequestHead head;
  ASSERT_FALSE(read_head("GET //latest/api/token HTTP/1.1\r\nHost: x\r\n\r\n", head));
  EXPECT_EQ(head.path, "/latest/api/token");
}

TEST(RequestHead, TakesAPutWithoutLengthWithZeroAndWithAFormType) {  // R4
  EXPECT_EQ(status_of("PUT /t HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
  EXPECT_EQ(status_of("PUT /t HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), 200);
  EXPECT_EQ(status_of("PUT /t HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Type: "
                      "application/x-www-form-urlencoded\r\n\r\n"),
            200);
}

TEST(RequestHead, TakesAnUpgradeThatItWillNotFollow) {  // R3: Java's client offers h2c to everybody
  EXPECT_EQ(status_of(with_field("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c")), 200);
}

TEST(RequestHead, FindsCloseInAList) {
  RequestHead head;
  ASSERT_FALSE(read_head(with_field("Connection: keep-alive, CLOSE"), head));
  EXPECT_TRUE(head.close);
  ASSERT_FALSE(read_head(with_field("Connection: disclose"), head));
  EXPECT_FALSE(head.close);
}

TEST(RequestHead, ClosesAfterHttp10WithoutHost) {  // R2
  RequestHead head;
  ASSERT_FALSE(read_head("GET / HTTP/1.0\r\n\r\n", head));
  EXPECT_TRUE(head.http10);
  EXPECT_TRUE(head.close);
}

TEST(RequestHead, RefusesWhatTwoReadersCouldReadTwoWays) {
  const std::vector<std::pair<std::string, int>> cases{
      {with_field("Host: localhost"), 400},
      {with_field("Content-Length: 5"), 413},
      {with_field("Content-Length: 0\r\nContent-Length: 0"), 400},
      {with_field("Content-Length: +0"), 400},
      {with_field("Content-Length: 0x0"), 400},
      {with_field("Content-Length: "), 400},
      {with_field("Transfer-Encoding: chunked"), 501},
      {with_field("Transfer-Encoding : chunked"), 400},
      {with_field("Expect: 100-continue"), 417},
      {with_field("A: b\r\n folded"), 400},
      {with_field("A: b\rc"), 400},
      {with_field(std::string("A: b\0c", 6)), 400},
      {with_field("no colon"), 400},
      {with_field(": no name"), 400},
      {with_field("Authorization: a\r\nAuthorization: b"), 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: x\n\n", 400},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505},
      {"GET / http/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET http://127.0.0.1/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /#x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"", 400}};
  for (const auto& [bytes, status] : cases) EXPECT_EQ(status_of(bytes), status) << bytes;
}

TEST(RequestHead, KeepsItsLimits) {
  EXPECT_EQ(status_of("GET /" + std::string(2048, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
  EXPECT_EQ(status_of(with_field("A: " + std::string(8192, 'a'))), 431);
  std::string many;
  for (int i = 0; i < 64; ++i) many += "A: b\r\n";
  EXPECT_EQ(status_of(with_field(many + "A: b")), 431);
}

TEST(RequestHead, FindsTheEndOfAHeadOnlyWhenItIsThere) {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  for (std::size_t i = 0; i < bytes.size(); ++i)
    EXPECT_EQ(find_head_end(std::string_view(bytes).substr(0, i)), 0u) << i;
  EXPECT_EQ(find_head_end(bytes + "GET"), bytes.size());
}

// Whatever bytes come: no crash (under the sanitizers), and what passes has a path and a host.
TEST(RequestHead, SurvivesMutatedBytes) {
  std::mt19937 random(20260101);
  const std::string good = with_field("Authorization: abc\r\nContent-Length: 0");
  RequestHead head;
  int passed = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = good;
    for (auto n = random() % 4 + 1; n > 0; --n) {
      const std::size_t at = random() % bytes.size();
      if (random() % 3 == 0)
        bytes.erase(at, random() % 3);
      else if (random() % 2 == 0)
        bytes.insert(at, 1, static_cast<char>(random()));
      else
        bytes[at] = static_cast<char>(random());
    }
    const std::size_t end = find_head_end(bytes);
    ASSERT_LE(end, bytes.size());
    if (read_head(std::string_view(bytes).substr(0, end), head)) continue;
    ++passed;
    ASSERT_EQ(head.path.front(), '/');
    ASSERT_TRUE(head.header("host").has_value() || head.http10);
  }
  EXPECT_GT(passed, 1000);
}

}  // namespace
}  // namespace mdh
