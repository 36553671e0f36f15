// An authority and server certificates, made at run time and never stored.
#pragma once

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "tests/support/keys.h"

namespace mdh::test {

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, FreeX509>;

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;

// From and until are seconds from now.
struct Wanted {
  std::string alternative_name = "IP:127.0.0.1";
  long from = -3600;
  long until = 3600;
};

inline void extend(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

inline Certificate blank(const char* name, const Wanted& wanted) {
  static long serial = 1;
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), wanted.from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wanted.until);
  X509_set_pubkey(certificate.get(), shared_rsa());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return certificate;
}

inline X509* authority() {
  static const Certificate made = [] {
    Certificate certificate = blank("Test Authority", {});
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    extend(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(certificate.get(), shared_rsa(), EVP_sha256());
    return certificate;
  }();
  return made.get();
}

inline std::string authority_pem() {
  BIO* sink = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(sink, authority());
  return drained(sink);
}

inline TlsContext tls_context(const Wanted& wanted = {}, int newest = TLS1_3_VERSION) {
  Certificate certificate = blank("127.0.0.1", wanted);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(authority()));
  extend(certificate.get(), NID_subject_alt_name, wanted.alternative_name);
  X509_sign(certificate.get(), shared_rsa(), EVP_sha256());
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), shared_rsa());
  if (newest < TLS1_2_VERSION) SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), newest);
  return context;
}

}  // namespace mdh::test
