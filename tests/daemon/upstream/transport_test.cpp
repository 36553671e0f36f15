#include "daemon/upstream/transport.h"

#include <gmock/gmock.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <atomic>
#include <cstdio>
#include <cstring>

#include "daemon/system/wiped_heap.h"
#include "tests/support/certificates.h"
#include "tests/support/environment_guard.h"
#include "tests/support/leave.h"
#include "tests/support/loopback_stub.h"
#include "tests/support/memory_trace.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using std::chrono::steady_clock;
using test::answering;
using test::EnvironmentGuard;
using test::json_reply;
using test::Line;
using test::LoopbackStub;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto kHang = [](Line& line) { line.hang(); };

milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

// Trusting only the test's authority, with short timeouts.
class CurlTransportTest : public testing::Test {
 protected:
  CurlTransportTest() {
    options_.ca_file = folder_.write("authority.pem", test::authority_pem());
    options_.connect_timeout = milliseconds(1000);
    options_.total_timeout = milliseconds(2000);
  }

  Transport::Completion fetch(UpstreamRequest request) {
    Transport transport(options_);
    transport.start(7, std::move(request));
    auto completions = transport.wait(seconds(10));
    EXPECT_EQ(completions.size(), 1U);
    if (completions.size() != 1) std::abort();
    EXPECT_EQ(completions[0].id, 7U);
    EXPECT_FALSE(transport.busy());
    return std::move(completions[0]);
  }

  Transport::Completion fetch(const std::string& url) {
    UpstreamRequest request;
    request.url = url;
    return fetch(std::move(request));
  }

  Error failure(const std::string& url) {
    auto completion = fetch(url);
    EXPECT_FALSE(completion.reply.ok());
    if (completion.reply.ok()) return {};
    EXPECT_NE(completion.reply.error().hint, "");
    return completion.reply.error();
  }

  Error unreachable(const std::string& url) {
    const Error error = failure(url);
    EXPECT_EQ(error.error_class, ErrorClass::unreachable) << error.message;
    EXPECT_THAT(error.message, StartsWith("cannot reach "));
    return error;
  }

  // In a mount namespace of its own, where folder_ is what the system has at `place`.
  void trusts_with_folder_at(const char* place) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root may mount";
    const test::TlsContext tls = test::tls_context();
    const LoopbackStub stub(answering(json_reply("{}")), tls.get());
    options_.ca_file.clear();
    const pid_t child = ::fork();
    if (child == 0) {
      if (::unshare(CLONE_NEWNS) != 0) test::leave(2);
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
      if (::mount(folder_.path().c_str(), place, nullptr, MS_BIND, nullptr) != 0) test::leave(2);
      test::leave(fetch(stub.url()).reply.ok() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "no mount namespace to be had";
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }

  test::TemporaryFolder folder_;
  TransportOptions options_;
  EnvironmentGuard no_proxy_{"HTTPS_PROXY", ""};
  EnvironmentGuard no_lower_proxy_{"https_proxy", ""};
};

TEST_F(CurlTransportTest, PostsFieldsAndBodyAndNothingUnasked) {
  std::string seen;
  const LoopbackStub stub([&](Line& line) {
    seen = line.request();
    line.write("HTTP/1.1 100 Continue\r\n\r\n" + json_reply("{}", "Date: x \r\nX-A:  b\r\n"));
  });
  UpstreamRequest request;
  request.url = stub.url("/a?b");
  request.headers = {{"Content-Type", "text/x"}, {"ProjectCode", "RK.1"}};
  request.authorization = Secret("opaque");
  request.body = Secret("a=b");
  const auto completion = fetch(std::move(request));
  ASSERT_TRUE(completion.reply.ok());
  EXPECT_EQ(completion.reply->status, 200);
  EXPECT_EQ(completion.reply->body.reveal(), "{}");
  EXPECT_EQ(completion.reply->header("date"), "x");
  EXPECT_EQ(completion.reply->header("x-a"), "b");
  EXPECT_THAT(seen, StartsWith("POST /a?b HTTP/1.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nContent-Type: text/x\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nProjectCode: RK.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nAuthorization: opaque\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nContent-Length: 3\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\n\r\na=b"));
  EXPECT_THAT(seen, HasSubstr("\r\nAccept-Encoding: identity\r\n"));
  for (const char* field : {"Expect:", "Cookie:", "Referer:"}) {
    EXPECT_THAT(seen, Not(HasSubstr(field)));
  }
}

TEST_F(CurlTransportTest, SendsContentLengthZeroWithoutABody) {
  std::string seen;
  const LoopbackStub stub([&](Line& line) {
    seen = line.request();
    line.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  });
  const auto completion = fetch(stub.url());
  ASSERT_TRUE(completion.reply.ok());
  EXPECT_EQ(completion.reply->status, 403);
  EXPECT_THAT(seen, HasSubstr("\r\nContent-Length: 0\r\n"));
  EXPECT_THAT(seen, Not(HasSubstr("Authorization:")));
}

TEST_F(CurlTransportTest, NeverFollowsARedirect) {
  const LoopbackStub target(answering(json_reply("{}")));
  const LoopbackStub stub(answering("HTTP/1.1 302 Found\r\nLocation: " + target.url() +
                                    "\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(fetch(stub.url()).reply->status, 302);
  EXPECT_EQ(target.accepted(), 0);
}

TEST_F(CurlTransportTest, CallsNoUrlThatIsNotHttpsOrLoopback) {
  for (const char* url : {"http://192.0.2.1/", "http://127.0.0.1.example/", "http://example.com/",
                          "ftp://127.0.0.1/", "file:///etc/passwd", "", "127.0.0.1", "https://",
                          "http://[::2]/", "http://user@1.2.3.4/"}) {
    const Error error = failure(url);
    EXPECT_EQ(error.error_class, ErrorClass::config) << url;
    EXPECT_THAT(error.hint, HasSubstr("https://")) << url;
  }
}

TEST_F(CurlTransportTest, SendsNoFieldOfMoreThanOneLineAndShowsNoPassword) {
  const LoopbackStub stub(answering(json_reply("{}")));
  for (const bool in_authorization : {false, true}) {
    UpstreamRequest request;
    request.url = stub.url();
    const std::string evil = "RK.1\r\nX-Evil: 1";
    if (in_authorization) request.authorization = Secret(evil);
    if (!in_authorization) request.headers = {{"ProjectCode", evil}};
    const Error error = fetch(std::move(request)).reply.error();
    EXPECT_EQ(error.error_class, ErrorClass::config);
    EXPECT_THAT(error.message, HasSubstr("control characters"));
    EXPECT_THAT(error.message, Not(HasSubstr("Evil")));
  }
  EXPECT_EQ(stub.accepted(), 0);
  EXPECT_THAT(failure("http://name:hunter2@192.0.2.1/").message, Not(HasSubstr("hunter2")));
}

TEST_F(CurlTransportTest, SaysThatTheConnectionWasRefused) {
  int port = 0;
  { port = LoopbackStub(kHang).port(); }
  const Error error = unreachable("https://127.0.0.1:" + std::to_string(port) + "/");
  EXPECT_THAT(error.message, HasSubstr("Connection refused"));
  EXPECT_THAT(error.message, HasSubstr(std::to_string(port)));
}

TEST_F(CurlTransportTest, SaysThatDnsDoesNotKnowTheHost) {
  // A label of 64 letters is no name, so that no resolver is asked.
  const auto completion = fetch("https://" + std::string(64, 'a') + ".invalid/");
  EXPECT_TRUE(completion.host_not_found);
  EXPECT_THAT(completion.reply.error().message, HasSubstr("(DNS)"));
}

TEST_F(CurlTransportTest, SaysThatTheProxyRefused) {
  const LoopbackStub proxy(answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"));
  const EnvironmentGuard guard("HTTPS_PROXY", proxy.url());
  EXPECT_THAT(unreachable("https://service.example/").message, HasSubstr("proxy refused"));
}

TEST_F(CurlTransportTest, SaysThatTheProxyWantsAPassword) {
  const LoopbackStub proxy(answering(
      "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"));
  const EnvironmentGuard guard("HTTPS_PROXY", proxy.url());
  EXPECT_THAT(unreachable("https://service.example/").message, HasSubstr("HTTP 407"));
}

TEST_F(CurlTransportTest, SaysThatTheProxyIsNotThere) {
  int port = 0;
  { port = LoopbackStub(kHang).port(); }
  const EnvironmentGuard guard("HTTPS_PROXY", "http://127.0.0.1:" + std::to_string(port));
  const Error error = unreachable("https://service.example/");
  EXPECT_THAT(error.message, HasSubstr("proxy cannot be reached: Connection refused"));
}

TEST_F(CurlTransportTest, NamesTheVariableThatIsNoProxysUrlWithoutShowingIt) {
  for (const char* value : {"\"http://127.0.0.1:1\"", "http://127.0.0.1:1\r", "http://127.0.0.1:1 ",
                            "http://127.0.0.1:80a", "http://ann:hush@ss#word@127.0.0.1:1",
                            "http=127.0.0.1:1;https=127.0.0.1:1"}) {
    const EnvironmentGuard guard("HTTPS_PROXY", value);
    const Error error = unreachable("https://service.example/");
    EXPECT_THAT(error.message, HasSubstr("HTTPS_PROXY is not the URL of a proxy")) << value;
    EXPECT_THAT(error.hint, HasSubstr("%40"));
    EXPECT_THAT(error.message + error.hint, Not(HasSubstr("hush")));
    EXPECT_THAT(error.message, Not(HasSubstr("DNS")));
  }
  const EnvironmentGuard guard("https_proxy", "http://127.0.0.1:80a");
  EXPECT_THAT(unreachable("https://service.example/").message, HasSubstr(": https_proxy is not"));
}

TEST_F(CurlTransportTest, SaysThatTheProxyItselfDoesNotSpeakTls) {
  const LoopbackStub proxy([](Line& line) {
    line.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    line.hang();
  });
  const EnvironmentGuard guard("HTTPS_PROXY", "https://127.0.0.1:" + std::to_string(proxy.port()));
  const Error error = unreachable("https://service.example/");
  EXPECT_THAT(error.message, HasSubstr("the proxy does not speak TLS"));
  EXPECT_THAT(error.hint, HasSubstr("write http:// in the place of https:// in HTTPS_PROXY"));
}

TEST_F(CurlTransportTest, SaysThatSocks5AsksDnsHere) {
  const LoopbackStub proxy([](Line& line) {
    line.write({"\x05\x00", 2});  // RFC 1928 section 3: no authentication
    line.hang();
  });
  const EnvironmentGuard guard("ALL_PROXY", "socks5://127.0.0.1:" + std::to_string(proxy.port()));
  const Error error = unreachable("https://" + std::string(64, 'a') + ".invalid/");
  EXPECT_THAT(error.message, HasSubstr("(DNS)"));
  EXPECT_THAT(error.hint, HasSubstr("socks5:// in ALL_PROXY asks DNS here: socks5h://"));
}

TEST_F(CurlTransportTest, NamesTheProxyThatHangsOrHangsUpOrAnswersNonsense) {
  options_.connect_timeout = milliseconds(150);
  const LoopbackStub mute(kHang);
  const LoopbackStub closing([](Line& line) { (void)line.request(); });
  const LoopbackStub babbling(answering("SSH-2.0-x\r\n"));
  const LoopbackStub plain([](Line& line) {
    (void)line.request();
    line.write("HTTP/1.1 200 OK\r\n\r\nwelcome to the portal, please sign in\r\n");
  });
  for (const auto& [proxy, words] :
       {std::pair{&mute, "the proxy does not answer within 150 ms"},
        {&closing, "the proxy closed the connection"},
        {&babbling, "the proxy closed the connection without an HTTP answer"},
        {&plain, "what answers behind the proxy does not speak TLS"}}) {
    const EnvironmentGuard guard("HTTPS_PROXY", proxy->url());
    const Error error = unreachable("https://service.example/");
    EXPECT_THAT(error.message, HasSubstr(words));
    EXPECT_THAT(error.hint, HasSubstr("see HTTPS_PROXY and NO_PROXY"));
  }
}

TEST_F(CurlTransportTest, BlamesNoProxyThatNoProxyLeavesOut) {
  int port = 0;
  { port = LoopbackStub(kHang).port(); }
  const EnvironmentGuard guard("HTTPS_PROXY", "http://127.0.0.1:80a");
  const EnvironmentGuard left_out("NO_PROXY", "127.0.0.1");
  EXPECT_THAT(unreachable("https://127.0.0.1:" + std::to_string(port) + "/").message,
              Not(HasSubstr("proxy")));
}

TEST_F(CurlTransportTest, ReadsAnAnswerThatIsPackedUnasked) {
  // printf '{"a":1}' | gzip -nc
  const std::string packed(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\x4a\x54\xb2\x32\xac\x05\x00\xaf\xac\x1b\x56"
      "\x07\x00\x00\x00",
      27);
  const auto answer = [&](const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  const LoopbackStub stub(answering(answer(packed)));
  const auto completion = fetch(stub.url());
  ASSERT_TRUE(completion.reply.ok());
  EXPECT_EQ(completion.reply->body.reveal(), "{\"a\":1}");
  const LoopbackStub lying(answering(answer("{\"a\":1}")));
  const Error error = failure(lying.url());
  EXPECT_EQ(error.error_class, ErrorClass::malformed);
  EXPECT_THAT(error.message, HasSubstr("Content-Encoding"));
}

TEST_F(CurlTransportTest, TunnelsThroughAProxyThatAgrees) {
  const test::TlsContext tls = test::tls_context({"DNS:service.example"});
  const LoopbackStub stub(answering(json_reply("{\"a\":1}")), tls.get());
  std::string asked;
  const LoopbackStub proxy([&](Line& line) {
    asked = line.request();
    line.write("HTTP/1.1 200 Connected\r\nX-Proxy: 1\r\n\r\n");
    line.relay(stub.port());
  });
  const EnvironmentGuard guard("HTTPS_PROXY", proxy.url());
  const auto completion = fetch("https://service.example/");
  ASSERT_TRUE(completion.reply.ok()) << completion.reply.error().message;
  EXPECT_EQ(completion.reply->body.reveal(), "{\"a\":1}");
  EXPECT_FALSE(completion.reply->header("X-Proxy"));
  EXPECT_THAT(asked, StartsWith("CONNECT service.example:443 "));
}

TEST_F(CurlTransportTest, KeepsPlainLoopbackAwayFromProxies) {
  const LoopbackStub proxy(answering(json_reply("{}")));
  const LoopbackStub stub(answering(json_reply("{}")));
  const EnvironmentGuard guard("http_proxy", proxy.url());
  const EnvironmentGuard all("ALL_PROXY", proxy.url());
  EXPECT_TRUE(fetch(stub.url()).reply.ok());
  EXPECT_EQ(proxy.accepted(), 0);
}

TEST_F(CurlTransportTest, TrustsTheConfiguredAuthority) {
  const test::TlsContext tls = test::tls_context();
  const LoopbackStub stub(answering(json_reply("{}")), tls.get());
  const auto completion = fetch(stub.url());
  ASSERT_TRUE(completion.reply.ok()) << completion.reply.error().message;
  options_.ca_file.clear();
  EXPECT_THAT(unreachable(stub.url()).message, HasSubstr("not trusted"));
  EXPECT_THAT(unreachable(stub.url()).hint, HasSubstr("ca_file"));
}

TEST_F(CurlTransportTest, TrustsAnAuthorityInTheSystemsHashedFolder) {
  std::array<char, 16> name{};
  std::snprintf(name.data(), name.size(), "%08lx.0", X509_subject_name_hash(test::authority()));
  folder_.write(name.data(), test::authority_pem());
  trusts_with_folder_at("/etc/ssl/certs");
}

TEST_F(CurlTransportTest, FindsTheBundleWhereAnotherDistributionKeepsIt) {
  folder_.write("cert.pem", test::authority_pem());
  trusts_with_folder_at("/etc/ssl");
}

TEST_F(CurlTransportTest, RefusesCertificatesEachInItsOwnWords) {
  const auto refusal = [&](const test::Wanted& wanted) {
    const test::TlsContext tls = test::tls_context(wanted);
    const LoopbackStub stub(answering(json_reply("{}")), tls.get());
    return unreachable(stub.url()).message;
  };
  EXPECT_THAT(refusal({"IP:127.0.0.1", -7200, -3600}), HasSubstr("has expired"));
  EXPECT_THAT(refusal({"IP:127.0.0.1", 3600, 7200}), HasSubstr("not yet valid"));
  EXPECT_THAT(refusal({"DNS:other.example"}), HasSubstr("another host name"));
}

TEST_F(CurlTransportTest, RefusesOldTls) {
  const test::TlsContext tls = test::tls_context({}, TLS1_1_VERSION);
  const LoopbackStub stub(answering(json_reply("{}")), tls.get());
  EXPECT_THAT(unreachable(stub.url()).message, HasSubstr("no TLS 1.2"));
}

TEST_F(CurlTransportTest, SaysThatThePortDoesNotSpeakTls) {
  const LoopbackStub stub([](Line& line) { line.write("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  const std::string port = std::to_string(stub.port());
  EXPECT_THAT(unreachable("https://127.0.0.1:" + port).message, HasSubstr("does not speak TLS"));
}

TEST_F(CurlTransportTest, SaysThatTheTrustStoreCannotBeRead) {
  options_.ca_file = folder_.path("absent.pem");
  const test::TlsContext tls = test::tls_context();
  const LoopbackStub stub(answering(json_reply("{}")), tls.get());
  const Error error = failure(stub.url());
  EXPECT_EQ(error.error_class, ErrorClass::config);
  EXPECT_THAT(error.message, HasSubstr("absent.pem"));
}

TEST_F(CurlTransportTest, GivesUpOnAMutePortAfterTheConnectTimeout) {
  options_.connect_timeout = milliseconds(150);
  const LoopbackStub stub(kHang);
  const std::string url = "https://127.0.0.1:" + std::to_string(stub.port());
  EXPECT_THAT(unreachable(url).message, HasSubstr("no connection within 150 ms"));
}

TEST_F(CurlTransportTest, GivesUpOnASilentOrDribblingServerAfterTheTotalTimeout) {
  options_.total_timeout = milliseconds(200);
  const LoopbackStub silent(kHang);
  EXPECT_THAT(unreachable(silent.url()).message, HasSubstr("no whole answer within 200 ms"));
  const LoopbackStub dribbling([](Line& line) {
    line.write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{");
    line.hang();
  });
  EXPECT_THAT(unreachable(dribbling.url()).message, HasSubstr("no whole answer"));
}

TEST_F(CurlTransportTest, SaysThatTheAnswerWasCutShort) {
  const LoopbackStub stub(answering("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"a\""));
  EXPECT_THAT(unreachable(stub.url()).message, HasSubstr("broke before"));
  const LoopbackStub mute([](Line& line) { line.request(); });
  EXPECT_THAT(unreachable(mute.url()).message, HasSubstr("broke before"));
}

TEST_F(CurlTransportTest, SaysThatTheAnswerIsNotHttp) {
  const LoopbackStub stub(answering("SSH-2.0-OpenSSH_9.2\r\n"));
  const Error error = failure(stub.url());
  EXPECT_EQ(error.error_class, ErrorClass::malformed);
  EXPECT_THAT(error.message, HasSubstr("not HTTP"));
}

TEST_F(CurlTransportTest, StopsReadingAtTheLimit) {
  options_.largest_reply = 1000;
  const std::string body(1001, 'x');
  for (const std::string& reply :
       {json_reply(body), "HTTP/1.1 200 OK\r\n\r\n" + body,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + body + "\r\n0\r\n\r\n"}) {
    const LoopbackStub stub(answering(reply));
    const Error error = failure(stub.url());
    EXPECT_EQ(error.error_class, ErrorClass::malformed);
    EXPECT_THAT(error.message, HasSubstr("too large"));
  }
  const LoopbackStub fits(answering(json_reply(std::string(1000, 'x'))));
  EXPECT_EQ(fetch(fits.url()).reply->body.size(), 1000U);
}

TEST_F(CurlTransportTest, LetsNoHangingRequestDelayAnother) {
  options_.total_timeout = seconds(3600);
  const LoopbackStub slow(kHang);
  const LoopbackStub quick(answering(json_reply("{}")));
  Transport transport(options_);
  for (std::uint64_t id = 1; id <= 20; ++id) {
    UpstreamRequest request;
    request.url = slow.url();
    transport.start(id, std::move(request));
  }
  UpstreamRequest request;
  request.url = quick.url();
  transport.start(99, std::move(request));
  const auto completions = transport.wait(seconds(600));
  ASSERT_EQ(completions.size(), 1U);
  EXPECT_EQ(completions[0].id, 99U);
  EXPECT_TRUE(transport.busy());
}

TEST_F(CurlTransportTest, CancelsAtOnceWhileAServerHangs) {
  options_.total_timeout = seconds(3600);
  const LoopbackStub slow(kHang);
  auto transport = std::make_unique<Transport>(options_);
  UpstreamRequest request;
  request.url = slow.url();
  transport->start(1, std::move(request));
  EXPECT_TRUE(transport->wait(milliseconds(50)).empty());
  transport.reset();  // or this test hangs for an hour
}

// A name server that takes every question and answers none, in a network of its own.
bool enter_dns_black_hole(const std::string& resolv_conf) {
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) return false;
  ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  if (::mount(resolv_conf.c_str(), "/etc/resolv.conf", nullptr, MS_BIND, nullptr) != 0) {
    return false;
  }
  const int server = ::socket(AF_INET, SOCK_DGRAM, 0);
  ifreq loopback{};
  std::strcpy(loopback.ifr_name, "lo");
  loopback.ifr_flags = IFF_UP;
  if (::ioctl(server, SIOCSIFFLAGS, &loopback) != 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(53);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

TEST_F(CurlTransportTest, CancelsAndTimesOutAtOnceWhileDnsIsABlackHole) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root has namespaces";
  const std::string resolv_conf =
      folder_.write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n", 0644);
  const pid_t child = ::fork();
  if (child == 0) {
    if (!enter_dns_black_hole(resolv_conf)) test::leave(2);
    options_.connect_timeout = milliseconds(300);
    auto transport = std::make_unique<Transport>(options_);
    const auto start = [&](std::uint64_t id) {
      UpstreamRequest request;
      request.url = "https://black-hole.example/";
      transport->start(id, std::move(request));
    };
    ::alarm(100);  // the resolver itself gives up after 150 s: nobody may wait for it
    start(1);
    const auto ended = transport->wait(seconds(3600));
    const bool timed_out =
        ended.size() == 1 && !ended[0].reply.ok() &&
        ended[0].reply.error().message.find("DNS does not answer") != std::string::npos;
    start(2);
    const bool under_way = transport->wait(milliseconds(50)).empty();
    transport.reset();
    test::leave(timed_out && under_way ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "no namespaces to be had";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(CurlTransportTest, EndsAWaitByWakeOrTimeAndNotBefore) {
  Transport transport(options_);
  transport.wake();
  EXPECT_TRUE(transport.wait(seconds(3600)).empty());
  const auto start = steady_clock::now();
  EXPECT_TRUE(transport.wait(milliseconds(80)).empty());
  EXPECT_GE(since(start), milliseconds(80));
  std::thread other([&] { transport.wake(); });
  EXPECT_TRUE(transport.wait(seconds(3600)).empty());
  other.join();
}

// A stub in a process of its own, so that its threads' stacks are not taken for our memory.
class DistantStub {
 public:
  DistantStub() {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) std::abort();
    child_ = ::fork();
    if (child_ == 0) {
      const LoopbackStub stub(answering(json_reply("{}")));
      const int port = stub.port();
      if (::write(pipe[1], &port, sizeof port) != sizeof port) test::leave(1);
      for (;;) ::pause();
    }
    if (::read(pipe[0], &port_, sizeof port_) != sizeof port_) std::abort();
    ::close(pipe[0]);
    ::close(pipe[1]);
  }
  ~DistantStub() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  DistantStub(const DistantStub&) = delete;
  DistantStub& operator=(const DistantStub&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  pid_t child_ = -1;
  int port_ = 0;
};

TEST_F(CurlTransportTest, LeavesNoCopyOfATokenInFreedMemory) {
  if (!kHeapIsWiped) GTEST_SKIP() << "a sanitizer brings its own heap";
  const DistantStub stub;
  const test::Trace trace(3);
  Secret token = trace.secret();
  EXPECT_GE(trace.copies_in_memory(), 1);
  UpstreamRequest request;
  request.url = stub.url();
  request.body = token.copy();
  request.authorization = std::move(token);
  ASSERT_TRUE(fetch(std::move(request)).reply.ok());
  EXPECT_EQ(trace.copies_in_memory(), 0);
}

}  // namespace
}  // namespace mdh
