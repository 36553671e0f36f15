#include "daemon/upstream/trust_store.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace mdh {
namespace {

constexpr const char* kBundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Alpine
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Amazon Linux, older RHEL
    "/var/lib/ca-certificates/ca-bundle.pem",             // SUSE
    "/etc/ssl/ca-bundle.pem",                             // older SUSE
    "/etc/ssl/cert.pem",                                  // OpenSSL's own place
};

bool readable(const std::string& path) {
  return !path.empty() && ::access(path.c_str(), R_OK) == 0;
}

bool hashed(const std::string& folder) {
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (entry->path().extension() == ".0") return true;
  }
  return false;
}

}  // namespace

TrustStore system_trust_store(const TrustStore& built_in) {
  // The bundle beside such a folder holds the same, and parsing it costs more than all else in a
  // call.
  if (hashed(built_in.folder)) return {{}, built_in.folder};
  if (readable(built_in.bundle)) return {built_in.bundle, {}};
  for (const char* bundle : kBundles) {
    if (readable(bundle)) return {bundle, {}};
  }
  return built_in;
}

}  // namespace mdh
