#include "common/secret.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mdh {

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
  char* larger = new char[room];
  const std::size_t size = size_;
  std::copy_n(bytes_, size, larger);
  release();
  bytes_ = larger;
  size_ = size;
  room_ = room;
}

void Secret::release() {
  if (bytes_ != nullptr) explicit_bzero(bytes_, room_);
  delete[] bytes_;
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

}  // namespace mdh
