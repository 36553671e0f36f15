// Bytes that nobody may see by accident: a private key, a token, a secret access key. Move-only;
// wiped when they go; not printable; compared in constant time. Whoever needs the bytes says
// reveal(), which is easy to grep for. Copies made by libraries (libcurl) are out of
// its reach.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

namespace mdh {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view bytes);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  // take() moves the bytes out of a string and wipes it.
  static Secret take(std::string& bytes);
  // copy() is a second Secret of the same bytes, spelled out because it should be rare.
  Secret copy() const { return Secret(reveal()); }
  // append() adds bytes; the old buffer is wiped when it has to grow.
  void append(std::string_view bytes);
  // reserve() makes room for so many bytes in all, so that append() need not move them.
  void reserve(std::size_t room);
  // reveal() lends the bytes; valid until the Secret changes or goes.
  std::string_view reveal() const { return {bytes_, size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Equal bytes; the time taken depends on the lengths alone.
  friend bool operator==(const Secret& left, const Secret& right);

 private:
  void release();

  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;

// same_bytes() compares in constant time for equal lengths.
bool same_bytes(std::string_view left, std::string_view right);
// wipe() overwrites and clears a string that held a secret.
void wipe(std::string& bytes);
// wipe_stack() overwrites what the calls that the caller has made left below it on the stack: a
// library's working copies, and vector registers that the dynamic linker parked there.
void wipe_stack();

}  // namespace mdh
