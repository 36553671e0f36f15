// Whom the verbs believe: whether what listens at a socket is their own user's daemon, the
// machine's, or a stranger's. Where a socket lies says it, and who is at its other end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mdh {

struct FolderFact {
  std::string path;  // without links
  std::uint32_t owner = 0;
  unsigned mode = 0;           // permission bits, sticky too
  bool private_group = false;  // nobody but its owner, the asker or root is in its group
};

// SocketFact is a socket that took a connection.
struct SocketFact {
  std::vector<FolderFact> folders;  // from / down to the one that the socket is in
  std::uint32_t owner = 0;          // of its file
  std::uint32_t peer = 0;           // who listens, as the kernel tells
  bool named = false;               // by option or variable, not found by looking
};

struct Asker {
  std::uint32_t uid = 0;
  std::optional<std::uint32_t>
      overflow;  // in a user namespace: as whom it shows the machine's root
};

// distrust() is why what listens there is not believed; empty: it is. A found place must lie in
// folders of root or the asker that no other can write to (root's sticky ones apart), with root or
// the asker as its peer; a folder directly in /run may be another's, to whom root gave it. A named
// place is believed when its peer is one of these or the file's owner.
std::string distrust(const SocketFact& socket, const Asker& asker);

}  // namespace mdh
