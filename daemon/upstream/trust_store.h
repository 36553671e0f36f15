// Where the system keeps the authorities that it trusts. Distributions keep them in different
// places; a build knows those of its own alone.
#pragma once

#include <string>

namespace mdh {

// TrustStore is a file of all authorities, and a folder of them by hash (c_rehash), which OpenSSL
// reads by need. Either may be empty: none.
struct TrustStore {
  std::string bundle;
  std::string folder;
};

// system_trust_store() is what is there of `built_in`, else another distribution's bundle;
// `built_in` itself where there is none at all, to be complained of.
TrustStore system_trust_store(const TrustStore& built_in);

}  // namespace mdh
