// Configurations as values: a reload compares them to know what changed.
#include "common/config/config.h"

#include <gtest/gtest.h>

#include "common/config/rules.h"

namespace mdh {
namespace {

KeyReference text_source(const char* pem) {
  return {KeyReference::Kind::text, "RKS_PRIVATE_KEY", std::make_shared<const Secret>(pem)};
}

TEST(KeySource, TakesAnAgentsKeyByTheFingerprintThatSshAddPrints) {
  const std::string digest = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
  const auto key = parse_key_source("agent:SHA256:" + digest);
  ASSERT_TRUE(key);
  EXPECT_EQ(described(*key), "agent:SHA256:" + digest);
  for (const std::string& text :
       {"agent:" + digest, "agent:MD5:" + digest, "agent:SHA256:" + digest + "=",
        "agent:SHA256:" + digest.substr(1), "agent:SHA256:" + digest.substr(1) + "-",
        std::string("agent:SHA256:"), std::string("agent:")}) {
    EXPECT_FALSE(parse_key_source(text)) << text;
  }
}

TEST(Config, ComparesAKeyGivenAsTextByItsBytes) {
  EXPECT_EQ(text_source("a"), text_source("a"));
  EXPECT_FALSE(text_source("a") == text_source("b"));
  EXPECT_FALSE(text_source("a") == (KeyReference{KeyReference::Kind::text, "RKS_PRIVATE_KEY", {}}));
}

TEST(Config, TellsSourcesApartByKindAndName) {
  const KeyReference file{KeyReference::Kind::file, "a", {}};
  EXPECT_EQ(file, (KeyReference{KeyReference::Kind::file, "a", {}}));
  EXPECT_FALSE(file == (KeyReference{KeyReference::Kind::file, "b", {}}));
  EXPECT_FALSE(file == (KeyReference{KeyReference::Kind::credential, "a", {}}));
}

TEST(Config, DiffersWhenAnyProjectDoes) {
  Config left;
  left.accounts.emplace_back().projects.emplace_back().profile = "lab";
  Config right = left;
  EXPECT_EQ(left, right);
  right.accounts[0].projects[0].region = "eu-west-1";
  EXPECT_FALSE(left == right);
}

}  // namespace
}  // namespace mdh
