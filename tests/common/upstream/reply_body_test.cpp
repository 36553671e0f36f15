// Bodies of upstream: what is read of them, what is shown of them.
#include "common/upstream/reply_body.h"

#include <gmock/gmock.h>

namespace mdh {
namespace {

using testing::HasSubstr;
using testing::Not;

ReplyBody body_of(const std::string& text) {
  return ReplyBody(UpstreamReply{200, {}, Secret(text)});
}

std::string words_of(const std::string& json) {
  return body_of(json).words();
}

TEST(ReplyBody, ReadsTheTopLevelAlone) {
  const ReplyBody body = body_of(
      R"({"x":{"access_token":"deep"},"y":["access_token"],"access_token":"top","expires_in":60})");
  EXPECT_TRUE(body.is_object());
  EXPECT_EQ(body.text("access_token"), "top");
  EXPECT_EQ(body.number("expires_in"), 60);
  EXPECT_EQ(body.number("access_token"), std::nullopt);
  EXPECT_EQ(body.text("expires_in"), "");
  EXPECT_EQ(body_of(R"({"x":{"access_token":"deep"}})").text("access_token"), "");
}

TEST(ReplyBody, TakesTheLastOfTwo) {
  EXPECT_EQ(body_of(R"({"error":"a","error":"b"})").text("error"), "b");
  EXPECT_EQ(body_of(R"({"error":"a","error":[]})").text("error"), "");
}

TEST(ReplyBody, GivesNothingOutOfWhatIsBroken) {
  for (const char* text : {"", "{", R"({"access_token":"a")", R"({"access_token":"a"} x)",
                           R"(["access_token"])", R"("access_token")", "\"\xff\""}) {
    const ReplyBody body = body_of(text);
    EXPECT_FALSE(body.is_object()) << text;
    EXPECT_EQ(body.text("access_token"), "") << text;
  }
}

TEST(ReplyBody, NamesWhatCame) {
  EXPECT_EQ(body_of(" ").kind(), "no body");
  EXPECT_EQ(body_of("<!DOCTYPE html><p>").kind(), "an HTML page");
  EXPECT_EQ(body_of("<p>").kind(), "an HTML page");
  EXPECT_EQ(body_of("<?xml version=\"1.0\"?><a/>").kind(), "an XML document");
  EXPECT_EQ(body_of("<?xml version=\"1.0\"?><!DOCTYPE html>").kind(), "an HTML page");
  EXPECT_EQ(body_of("[1]").kind(), "other JSON");
  EXPECT_EQ(body_of("a=b").kind(), "no JSON");
  EXPECT_EQ(body_of(std::string(65, '[')).kind(), "JSON nested too deeply");
  EXPECT_EQ(body_of(std::string(64, '[') + std::string(64, ']')).kind(), "other JSON");
  EXPECT_EQ(body_of("\xEF\xBB\xBF{}").kind(), "a JSON object");
}

TEST(ReplyBody, SaysWhatTheServiceSays) {
  EXPECT_EQ(words_of(R"({"error":"invalid_client","error_description":"gone"})"), "gone");
  EXPECT_EQ(words_of(R"({"title":"Forbidden","detail":"closed","status":403})"),
            "Forbidden: closed");
  EXPECT_EQ(words_of(R"({"detail":"closed"})"), "closed");
  EXPECT_EQ(words_of(R"({"message":"Unauthorized"})"), "Unauthorized");
  EXPECT_EQ(words_of(R"({"error":"Not Found"})"), "Not Found");
  EXPECT_EQ(words_of(R"({"error":"invalid_client"})"), "");
  EXPECT_EQ(words_of(R"({"title":7,"message":["a"]})"), "");
}

TEST(ReplyBody, SaysItOnOneShortLine) {
  EXPECT_EQ(words_of(R"({"message":"a\r\n\u001b[31mb \u0000 \"c\" \u20ac\u202e"})"),
            "a [31mb 'c' ??");
  const std::string long_one = words_of(R"({"message":")" + std::string(5000, 'x') + "\"}");
  EXPECT_LE(long_one.size(), 200U);
  EXPECT_EQ(words_of(R"({"message":")" + std::string(100, 'a') + R"( b"})"), "(...) b");
}

TEST(ReplyBody, ShowsNoSecret) {
  for (const char* secret :
       {"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln", "ASIAEXAMPLEEXAMPLE00",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "0f8b4e51d2c94e1fa0c3b1d2e4f5a6b7"}) {
    const std::string said = words_of(R"({"error_description":"the token ')" + std::string(secret) +
                                      R"(' is used up"})");
    EXPECT_THAT(said, Not(HasSubstr(std::string(secret).substr(0, 8)))) << said;
    EXPECT_THAT(said, HasSubstr("is used up"));
  }
}

TEST(ReplyBody, TakesOnlyACodeForACode) {
  EXPECT_EQ(body_of(R"({"error":"invalid_client"})").error_code(), "invalid_client");
  EXPECT_EQ(body_of(R"({"error":"two words"})").error_code(), "");
  EXPECT_EQ(body_of(R"({"error":"a\u001b"})").error_code(), "");
  EXPECT_EQ(body_of(R"({"error":")" + std::string(65, 'x') + "\"}").error_code(), "");
}

}  // namespace
}  // namespace mdh
