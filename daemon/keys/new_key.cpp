#include "daemon/keys/new_key.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/secret.h"
#include "common/upstream/signing_key.h"
#include "daemon/system/file_descriptor.h"
#include "daemon/system/give_up.h"
#include "daemon/system/write_file.h"

namespace mdh {
namespace {

Error failed(const std::string& path, int error) {
  const bool there = error == EEXIST;
  return {ErrorClass::storage, Stage::key,
          "cannot make the key file " + path + ": " + std::strerror(error),
          there ? "name another file; a key that is there is never overwritten" : ""};
}

Secret new_pem() {
  EVP_PKEY* key = EVP_RSA_gen(kNewKeyBits);
  BIO* sink = BIO_new(BIO_s_secmem());
  const bool made =
      key != nullptr && sink != nullptr &&
      PEM_write_bio_PKCS8PrivateKey(sink, key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
  if (!made) give_up("OpenSSL a new key", ENOMEM);
  char* text = nullptr;
  const long size = BIO_get_mem_data(sink, &text);
  Secret pem(std::string_view(text, static_cast<std::size_t>(size)));
  BIO_free(sink);
  EVP_PKEY_free(key);
  wipe_stack();
  return pem;
}

}  // namespace

Result<PublicKey> make_key_file(const std::string& path) {
  const FileDescriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return failed(path, errno);
  const Secret pem = new_pem();
  if (!write_all(file.get(), pem.reveal()) || ::fchmod(file.get(), 0600) != 0 ||
      ::fsync(file.get()) != 0) {
    const int error = errno;
    ::unlink(path.c_str());
    return failed(path, error);
  }
  const Result<SigningKey> key = SigningKey::from_pem(pem.reveal(), path);
  if (!key) return key.error();
  return key->public_key(path);
}

}  // namespace mdh
