#include "daemon/process_hygiene.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace mdh {
namespace {

constexpr std::size_t kSecureHeap = 65536;
constexpr std::size_t kSmallestSecure = 32;

struct Inherited {
  std::optional<mode_t> mask;
  std::optional<rlimit> core;
  std::optional<rlimit> descriptors;
};
Inherited inherited;

void* allocate(std::size_t size, const char*, int) {
  return std::malloc(size);
}

void release(void* bytes, const char*, int) {
  if (bytes != nullptr) explicit_bzero(bytes, malloc_usable_size(bytes));
  std::free(bytes);
}

// Not realloc(), which would leave the old bytes behind when it moves them.
void* reallocate(void* bytes, std::size_t size, const char* file, int line) {
  if (bytes == nullptr) return std::malloc(size);
  if (size == 0) {
    release(bytes, file, line);
    return nullptr;
  }
  const std::size_t room = malloc_usable_size(bytes);
  if (size <= room && size > room / 2) return bytes;
  void* moved = std::malloc(size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, bytes, std::min(room, size));
  release(bytes, file, line);
  return moved;
}

void forbid_dumps() {
  rlimit limit{};
  if (getrlimit(RLIMIT_CORE, &limit) == 0) inherited.core = limit;
  const rlimit none{0, limit.rlim_max};
  setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__  // LeakSanitizer looks through ptrace, which this forbids
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

}  // namespace

void harden_process() {
  CRYPTO_set_mem_functions(&allocate, &reallocate, &release);
  forbid_dumps();
  inherited.mask = umask(077);
  CRYPTO_secure_malloc_init(kSecureHeap, kSmallestSecure);
  std::signal(SIGPIPE, SIG_IGN);
}

unsigned long raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (!inherited.descriptors) inherited.descriptors = limit;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) != 0) return limit.rlim_cur;
  return limit.rlim_max;
}

void restore_process() {
  if (inherited.mask) umask(*inherited.mask);
  if (inherited.core) setrlimit(RLIMIT_CORE, &*inherited.core);
  if (inherited.descriptors) setrlimit(RLIMIT_NOFILE, &*inherited.descriptors);
  std::signal(SIGPIPE, SIG_DFL);
}

}  // namespace mdh
