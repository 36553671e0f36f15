#include "daemon/keys/examine_key.h"

#include "daemon/keys/signer.h"
#include "daemon/system/entropy.h"

namespace mdh {

KeyFact examine_key(const AccountConfig& account) {
  KeyFact fact;
  fact.account = account.name;
  fact.origin = described(account.private_key);
  const Deadline deadline = signing_deadline();
  Result<Signer> signer = Signer::open(account, deadline);
  const auto proof = signer ? signer->sign(random_uuid(), deadline) : signer.error();
  if (!proof) {
    fact.error = proof.error();
    return fact;
  }
  fact.bits = signer->public_key().bits();
  fact.fingerprint = signer->public_key().fingerprint();
  return fact;
}

}  // namespace mdh
