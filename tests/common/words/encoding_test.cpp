#include "common/encoding.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

TEST(Base64Url, WritesTheExamplesOfTheRfcWithoutPadding) {
  EXPECT_EQ(base64url_encode(""), "");
  EXPECT_EQ(base64url_encode("f"), "Zg");
  EXPECT_EQ(base64url_encode("fo"), "Zm8");
  EXPECT_EQ(base64url_encode("foo"), "Zm9v");
  EXPECT_EQ(base64url_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64url_encode("\xfb\xff\xbe"), "-_--");
}

TEST(Base64, ReadsBothAlphabetsPaddedOrNot) {
  EXPECT_EQ(base64_decode("Zm9vYg=="), "foob");
  EXPECT_EQ(base64_decode("Zm9vYg"), "foob");
  EXPECT_EQ(base64_decode("-_--"), "\xfb\xff\xbe");
  EXPECT_EQ(base64_decode("+/++"), "\xfb\xff\xbe");
  EXPECT_EQ(base64_decode(" Zm9v\r\nYmFy\n"), "foobar");
  EXPECT_EQ(base64_decode(""), "");
}

TEST(Base64, RefusesWhatIsNot) {
  for (const char* text : {"Z", "Zm9vY", "Zm9v!", "Zm=9v", "Zg===", "====", "Zm9v\x80"}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(Base64, ComesBackFromItsOwnText) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(base64_decode(base64url_encode(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(PercentEncoding, KeepsOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("Az09-._~"), "Az09-._~");
  EXPECT_EQ(percent_encode("urn:a b/c?d&e=f+%"), "urn%3Aa%20b%2Fc%3Fd%26e%3Df%2B%25");
  EXPECT_EQ(percent_encode("\xc3\xa9"), "%C3%A9");
}

}  // namespace
}  // namespace mdh
