#include "common/secret.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace mdh {
namespace {

// Deeper than OpenSSL goes for a signature; well within a thread's stack.
constexpr std::size_t kDepth = 32768;

// memcpy() leaves its last bytes in them, and the dynamic linker's first call of a function would
// park them on the stack for good.
void clear_vector_registers() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx") != 0) {
    __asm__ volatile("vzeroall" ::
                         : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                           "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
  }
  // The upper sixteen, which newer memcpy()s prefer; no code of ours keeps anything there.
  if (__builtin_cpu_supports("avx512f") != 0) {
    __asm__ volatile(
        ".irp n,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
        "vpxord %%zmm\\n, %%zmm\\n, %%zmm\\n\n\t"
        ".endr" ::
            : "memory");
  }
#endif
}

}  // namespace

Secret::Secret(std::string_view bytes) {
  append(bytes);
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      room_(std::exchange(other.room_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  release();
  bytes_ = std::exchange(other.bytes_, nullptr);
  size_ = std::exchange(other.size_, 0);
  room_ = std::exchange(other.room_, 0);
  return *this;
}

Secret::~Secret() {
  release();
}

Secret Secret::take(std::string& bytes) {
  Secret taken(bytes);
  wipe(bytes);
  return taken;
}

void Secret::append(std::string_view bytes) {
  if (bytes.empty()) return;
  if (size_ + bytes.size() > room_) reserve(std::max(size_ + bytes.size(), 2 * room_));
  std::copy_n(bytes.data(), bytes.size(), bytes_ + size_);
  size_ += bytes.size();
}

void Secret::reserve(std::size_t room) {
  if (room <= room_) return;
  // malloc, not new: what goes through delete is wiped once more (daemon/wiped_heap).
  char* larger = static_cast<char*>(std::malloc(room));
  if (larger == nullptr) std::abort();
  const std::size_t size = size_;
  std::copy_n(bytes_, size, larger);
  release();
  bytes_ = larger;
  size_ = size;
  room_ = room;
}

void Secret::release() {
  if (bytes_ != nullptr) explicit_bzero(bytes_, room_);
  std::free(bytes_);
  bytes_ = nullptr;
  size_ = 0;
  room_ = 0;
}

bool operator==(const Secret& left, const Secret& right) {
  return same_bytes(left.reveal(), right.reveal());
}

bool same_bytes(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i])));
  }
  // The barrier keeps the compiler from leaving the loop at the first difference.
  __asm__ volatile("" : "+r"(difference));
  return difference == 0;
}

void wipe(std::string& bytes) {
  bytes.resize(bytes.capacity());
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
  bytes.clear();
}

[[gnu::noinline]] void wipe_stack() {
  std::array<char, kDepth> below;  // NOLINT(cppcoreguidelines-pro-type-member-init): never read
  explicit_bzero(below.data(), below.size());
  clear_vector_registers();
}

}  // namespace mdh
