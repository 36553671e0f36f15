#include "common/upstream/assertion.h"

#include <gmock/gmock.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "common/encoding.h"
#include "common/upstream/signing_key.h"
#include "tests/support/golden.h"
#include "tests/support/keys.h"

namespace mdh {
namespace {

using nlohmann::json;
using test::golden_text;
using test::shared_rsa;

const std::string kData = std::string(MDH_TEST_DATA) + "/assertion/";
constexpr std::string_view kJti = "0b0f6c26-97d8-4f07-9d2c-7a4fca1c2b11";
const WallTime kNow = *parse_rfc3339("2026-03-01T12:00:00.999Z");

Assertion signed_by_shared_key(const AccountConfig& account) {
  const auto key = SigningKey::from_pem(test::pkcs1(shared_rsa()), "shared");
  std::string input = assertion_input(account, kNow, kJti);
  const std::string signature = key.value().sign(input);
  return signed_assertion(std::move(input), signature);
}

AccountConfig account() {
  AccountConfig account;
  account.service_account = "MyDataHelps.1234.lab";
  account.audience = account.token_url;
  return account;
}

struct Parts {
  std::string header;
  std::string claims;
  std::string signing_input;
  std::string signature;
};

Parts parts(const Assertion& assertion) {
  const std::string text(assertion.compact.reveal());
  const std::size_t first = text.find('.');
  const std::size_t last = text.rfind('.');
  return {base64_decode(text.substr(0, first)).value(),
          base64_decode(text.substr(first + 1, last - first - 1)).value(), text.substr(0, last),
          base64_decode(text.substr(last + 1)).value()};
}

// The numbers of a JWK (RFC 7518 section 6.3.2) as PEM; dp, dq and qi follow from the others.
std::string pem_of(const json& jwk) {
  BN_CTX* scratch = BN_CTX_new();
  OSSL_PARAM_BLD* building = OSSL_PARAM_BLD_new();
  std::vector<BIGNUM*> numbers;
  const auto number = [&](const char* name) {
    const std::string bytes = base64_decode(jwk.at(name).get<std::string>()).value();
    numbers.push_back(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                static_cast<int>(bytes.size()), nullptr));
    return numbers.back();
  };
  const auto reduced = [&](const BIGNUM* d, const BIGNUM* prime) {
    BIGNUM* less = BN_dup(prime);
    BN_sub_word(less, 1);
    BIGNUM* rest = BN_new();
    BN_mod(rest, d, less, scratch);
    numbers.insert(numbers.end(), {less, rest});
    return rest;
  };
  const BIGNUM* d = number("d");
  const BIGNUM* p = number("p");
  const BIGNUM* q = number("q");
  BIGNUM* qi = BN_mod_inverse(nullptr, q, p, scratch);
  numbers.push_back(qi);
  OSSL_PARAM_BLD_push_BN(building, OSSL_PKEY_PARAM_RSA_N, number("n"));
  OSSL_PARAM_BLD_push_BN(building, OSSL_PKEY_PARAM_RSA_E, number("e"));
  OSSL_PARAM_BLD_push_BN(building, OSSL_PKEY_PARAM_RSA_D, d);
  OSSL_PARAM_BLD_push_BN(building, OSSL_PKEY_PARAM_RSA_FACTOR1, p);
  OSSL_PARAM_BLD_push_BN(building, OSSL_PKEY_PARAM_RSA_FACTOR2, q);
  OSSL_PARAM_BLD_push_BN(building, OSSL_PKEY_PARAM_RSA_EXPONENT1, reduced(d, p));
  OSSL_PARAM_BLD_push_BN(building, OSSL_PKEY_PARAM_RSA_EXPONENT2, reduced(d, q));
  OSSL_PARAM_BLD_push_BN(building, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qi);
  OSSL_PARAM* params = OSSL_PARAM_BLD_to_param(building);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(context);
  EXPECT_EQ(EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params), 1);
  const std::string pem = test::pkcs1(key);
  EVP_PKEY_free(key);
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(params);
  OSSL_PARAM_BLD_free(building);
  for (BIGNUM* one : numbers) BN_free(one);
  BN_CTX_free(scratch);
  return pem;
}

TEST(Assertion, SignsTheExampleOfRfc7515AppendixA2) {
  const json example = json::parse(golden_text(kData + "rfc7515-a2.json"));
  const auto key = SigningKey::from_pem(pem_of(example), "RFC 7515 A.2");
  ASSERT_TRUE(key.ok()) << key.error().message;
  EXPECT_EQ(base64url_encode(key->sign(example.at("signing_input").get<std::string>())),
            example.at("signature").get<std::string>());
}

TEST(Assertion, HoldsExactlyTheHeaderAndClaimsOfTheGoldenFiles) {
  const auto made = signed_by_shared_key(account());
  const Parts found = parts(made);
  EXPECT_EQ(found.header, golden_text(kData + "header.json"));
  EXPECT_EQ(found.claims, golden_text(kData + "claims.json"));
  EXPECT_TRUE(test::verifies(shared_rsa(), found.signing_input, found.signature));
}

TEST(Assertion, HasAnIntegerExpNotANotebooksFloat) {
  const auto made = signed_by_shared_key(account());
  const json claims = json::parse(parts(made).claims);
  EXPECT_TRUE(claims.at("exp").is_number_integer());
  EXPECT_EQ(claims.size(), 5U);
}

TEST(Assertion, ObeysTheAccountsTypeAudienceAndLifetime) {
  AccountConfig other = account();
  other.assertion_type = "client-authentication+jwt";
  other.audience = "https://issuer.example";
  other.assertion_lifetime = seconds(30);
  const auto made = signed_by_shared_key(other);
  const Parts found = parts(made);
  EXPECT_EQ(json::parse(found.header).at("typ"), "client-authentication+jwt");
  EXPECT_EQ(json::parse(found.claims).at("aud"), "https://issuer.example");
  EXPECT_EQ(json::parse(found.claims).at("exp"), 1772366400 + 30);
}

TEST(Assertion, EscapesNamesAndSurvivesBytesThatAreNoUtf8) {
  AccountConfig odd = account();
  odd.service_account = "quo\"te\\";
  const auto quoted = signed_by_shared_key(odd);
  EXPECT_EQ(json::parse(parts(quoted).claims).at("iss"), "quo\"te\\");
  odd.service_account = "bad\xff";
  EXPECT_EQ(json::parse(parts(signed_by_shared_key(odd)).claims).at("iss"), "bad\ufffd");
}

}  // namespace
}  // namespace mdh
