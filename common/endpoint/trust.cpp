#include "common/endpoint/trust.h"

#include <algorithm>

namespace mdh {
namespace {

constexpr unsigned kSticky = 01000, kGroupWrites = 0020, kOthersWrite = 0002;

bool is_root(std::uint32_t uid, const Asker& asker) {
  return uid == 0 || uid == asker.overflow;
}

bool is_ours(std::uint32_t uid, const Asker& asker) {
  return uid == asker.uid || is_root(uid, asker);
}

// Only root makes folders there, and gives them to whom it pleases.
bool is_directly_in_run(const std::string& path) {
  return path.starts_with("/run/") && path.find('/', 5) == path.npos;
}

bool others_write(const FolderFact& folder, const Asker& asker) {
  if ((folder.mode & kSticky) != 0 && is_root(folder.owner, asker)) return false;
  if ((folder.mode & kOthersWrite) != 0) return true;
  return (folder.mode & kGroupWrites) != 0 && !folder.private_group;
}

std::string user(std::uint32_t uid) {
  return "uid " + std::to_string(uid);
}

}  // namespace

std::string distrust(const SocketFact& socket, const Asker& asker) {
  std::vector<std::uint32_t> also;
  if (socket.named) also.push_back(socket.owner);
  for (const FolderFact& folder : socket.folders) {
    if (socket.named) break;
    if (is_directly_in_run(folder.path)) {
      also.push_back(folder.owner);
    } else if (!is_ours(folder.owner, asker)) {
      return folder.path + " belongs to " + user(folder.owner);
    }
    if (others_write(folder, asker)) return "others may write to " + folder.path;
  }
  const bool known =
      is_ours(socket.peer, asker) || std::find(also.begin(), also.end(), socket.peer) != also.end();
  return known ? "" : user(socket.peer) + " listens there";
}

}  // namespace mdh
