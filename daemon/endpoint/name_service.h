// Asks the name service (NSS: files, LDAP, SSSD) whom names mean, on a thread of its own: a
// directory that hangs delays nobody. Asked again every 45 s, so that a removal acts within a
// minute; a directory that fails leaves what it said before. No thread until there is something to
// ask. Called from the loop's thread.
#pragma once

#include <cstdint>
#include <memory>

#include "common/endpoint/access.h"
#include "common/timestamp.h"
#include "daemon/system/wake_event.h"

namespace mdh {

using NamesPtr = std::shared_ptr<const Names>;

// ask_names() asks here and now: for the verbs, which may wait. `before` is what stands where a
// lookup fails.
Names ask_names(const NamesWanted& wanted, const std::set<std::uint32_t>& people,
                const Names& before = {});

class NameService {
 public:
  static constexpr seconds kAgain{45};

  explicit NameService(milliseconds again = kAgain);
  ~NameService();  // waits for nothing; a lookup that hangs is left to itself
  NameService(const NameService&) = delete;
  NameService& operator=(const NameService&) = delete;

  // ask() replaces what is wanted, and asks at once.
  void ask(NamesWanted wanted);
  // ask_about() adds a uid, asked about at once and from then on. Beyond 1024 the others are
  // forgotten until they are asked about again.
  void ask_about(std::uint32_t user);
  // event_fd() is readable when answer() has another one.
  int event_fd() const;
  // answer() is the last answer, to all that was wanted when it began; null before the first.
  NamesPtr answer();

 private:
  struct Shared;
  void start();

  std::shared_ptr<Shared> shared_;
  bool started_ = false;
};

}  // namespace mdh
