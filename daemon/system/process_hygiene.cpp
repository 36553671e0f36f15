#include "daemon/system/process_hygiene.h"

#include <link.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "daemon/system/give_up.h"
#include "daemon/system/wiped_heap.h"

namespace mdh {
namespace {

struct Inherited {
  std::optional<mode_t> mask;
  std::optional<rlimit> core;
  std::optional<rlimit> descriptors;
};
Inherited inherited;

void* allocate(std::size_t size, const char*, int) {
  return std::malloc(size);
}
void* reallocate(void* bytes, std::size_t size, const char*, int) {
  return wiping_realloc(bytes, size);
}
void release(void* bytes, const char*, int) {
  wiping_free(bytes);
}

// Libraries call OpenSSL while they are loaded, after which it takes no other
// allocator. What stands in the executable's .preinit_array runs before them.
void wipe_what_openssl_frees() {
  CRYPTO_set_mem_functions(&allocate, &reallocate, &release);
}
__attribute__((section(".preinit_array"),
               used)) void (*const kBeforeLibraries)() = &wipe_what_openssl_frees;

void forbid_dumps() {
  rlimit limit{};
  if (getrlimit(RLIMIT_CORE, &limit) == 0) inherited.core = limit;
  const rlimit none{0, limit.rlim_max};
  setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__  // LeakSanitizer looks through ptrace, which this forbids
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

// LeakSanitizer sees no pointer in the secure heap: what OpenSSL's random generators own from there
// would be said to be lost.
void set_up_secure_heap() {
#ifndef __SANITIZE_ADDRESS__
  constexpr std::size_t kSize = 65536;
  constexpr std::size_t kSmallest = 32;
  CRYPTO_secure_malloc_init(kSize, kSmallest);
#endif
}

// Only executable segments: nothing was ever written to them, relocations included.
[[maybe_unused]] int release_text(dl_phdr_info* object, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || segment.p_flags != (PF_R | PF_X)) continue;
    const std::uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const std::uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader tells addresses as integers.
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void release_start_up() {
  malloc_trim(0);
#ifndef __SANITIZE_ADDRESS__
  dl_iterate_phdr(&release_text, nullptr);
#endif
}

void harden_process() {
  give_up_without_memory();
  forbid_dumps();
  inherited.mask = umask(077);
  set_up_secure_heap();
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
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
  static_cast<void>(std::signal(SIGPIPE, SIG_DFL));
}

}  // namespace mdh
