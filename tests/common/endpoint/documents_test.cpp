// Goal: what SDKs read is exact (R8, R9, R12, R13, R21, R22; bug 1: empty keys as Success).
#include "common/endpoint/documents.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

Credentials credentials(std::string_view token = "token") {
  Credentials made;
  made.access_key_id = "ASIAEXAMPLE";
  made.secret_access_key = Secret("se\"cr\\et");
  made.session_token = Secret(token);
  made.expiration = WallTime(milliseconds(1'800'000'000'999));
  made.received = WallTime(milliseconds(1'799'996'400'000));
  return made;
}

TEST(Documents, ContainerFormHasFourStringsAndNothingElse) {  // R12, R13
  EXPECT_EQ(container_document(credentials()).reveal(),
            R"({"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"se\"cr\\et","Token":"token",)"
            R"("Expiration":"2027-01-15T08:00:00Z"})");
}

TEST(Documents, ImdsFormHasCodeLastUpdatedAndType) {  // R21: Go, PHP, Swift, s3cmd
  EXPECT_EQ(imds_document(credentials()).reveal(),
            R"({"Code":"Success","LastUpdated":"2027-01-15T07:00:00Z","Type":"AWS-HMAC",)"
            R"("AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"se\"cr\\et","Token":"token",)"
            R"("Expiration":"2027-01-15T08:00:00Z"})");
}

TEST(Documents, EscapeControlCharacters) {
  EXPECT_NE(container_document(credentials("a\nb")).reveal().find(R"("a\u000ab")"),
            std::string_view::npos);
}

TEST(Documents, RefuseAnEmptyValue) {  // Field bug 1
  EXPECT_TRUE(is_presentable(credentials()));
  EXPECT_FALSE(is_presentable(credentials("")));
  EXPECT_DEATH(container_document(credentials("")), "");
  EXPECT_DEATH(imds_document(credentials("")), "");
}

TEST(Documents, StayBelowWhatTheStrictestClientReads) {  // R3: aws-c-auth stops at 10,000 bytes
  EXPECT_FALSE(is_presentable(credentials(std::string(9500, 'a'))));
  EXPECT_LE(imds_document(credentials(std::string(8900, 'a'))).size(), 9500u);
}

TEST(Documents, ErrorsCarryBothCasingsOnOneLine) {  // R9
  EXPECT_EQ(error_body("C", "a \"b\"\n"),
            R"({"code":"C","message":"a \"b\"\n","Code":"C","Message":"a \"b\"\n"})");
}

TEST(Documents, ErrorsStayUnderAKilobyteAndAreValidWhateverComes) {  // R9
  std::string message(5000, '\xc3');
  EXPECT_LT(error_body("Code", std::string(5000, 'a')).size(), 1000u);
  EXPECT_NE(error_body("Code", message).find("\xef\xbf\xbd"), std::string::npos);
}

TEST(Documents, IdentityNamesTheRegion) {  // R22
  EXPECT_EQ(identity_document("eu-west-1"),
            R"({"region":"eu-west-1","availabilityZone":"eu-west-1a"})");
}

}  // namespace
}  // namespace mdh
