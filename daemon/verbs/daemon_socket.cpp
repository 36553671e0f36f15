#include "daemon/verbs/daemon_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "common/config/places.h"
#include "daemon/config/folders.h"
#include "daemon/system/environment.h"
#include "daemon/system/private_group.h"
#include "daemon/system/user_namespace.h"

namespace mdh {
namespace {

namespace fs = std::filesystem;

Error unreachable(std::string why) {
  return {ErrorClass::unreachable, Stage::endpoint, std::move(why), ""};
}

FolderFact folder_fact(const fs::path& folder) {
  struct stat found {};
  if (lstat(folder.c_str(), &found) != 0) return {folder.string(), ~0U, 0777, false};
  const bool for_group = (found.st_mode & S_IWGRP) != 0;
  return {folder.string(), found.st_uid, found.st_mode & 07777,
          for_group && (found.st_gid == 0 || is_private_group(found.st_gid))};
}

SocketFact examine(const std::string& path, bool named) {
  SocketFact fact;
  fact.named = named;
  struct stat file {};
  if (stat(path.c_str(), &file) == 0) fact.owner = file.st_uid;
  fs::path walked;
  for (const fs::path& part : fs::path(path).parent_path()) {
    walked /= part;
    fact.folders.push_back(folder_fact(walked));
  }
  return fact;
}

std::string resolved(const std::string& path, std::error_code& fault) {
  const fs::path folder = fs::canonical(fs::path(path).parent_path(), fault);
  return (folder / fs::path(path).filename()).string();
}

Asker asker() {
  return {geteuid(), overflow_user()};
}

}  // namespace

std::vector<SocketPlace> places_to_look(const std::optional<std::string>& option) {
  if (option) return {{expanded(*option), true}};
  if (const auto told = environment_variable("MDH_CREDENTIALS_SOCKET"))
    return {{expanded(*told), true}};
  std::vector<SocketPlace> all;
  for (const std::string& path : socket_places(surroundings())) all.push_back({path, false});
  return all;
}

std::string why_not_connected(int fault) {
  if (fault == ENOENT || fault == ENOTDIR) return kNothingThere;
  if (fault == ECONNREFUSED) return "nobody listens there";
  if (fault == EAGAIN) return "it takes no connection: too many wait";
  return std::strerror(fault);
}

DaemonSocket::DaemonSocket(SocketFact fact, const std::string& path)
    : fact_(std::move(fact)), address_(std::make_unique<LocalAddress>(path)) {}

Result<DaemonSocket> DaemonSocket::at(const SocketPlace& place) {
  std::error_code fault;
  const std::string path = resolved(place.path, fault);
  if (fault) return unreachable(why_not_connected(fault.value()));
  SocketFact fact = examine(path, place.named);
  const Asker self = asker();
  fact.peer = self.uid;
  if (std::string doubt = distrust(fact, self); !doubt.empty()) return unreachable(doubt);
  return DaemonSocket(std::move(fact), path);
}

std::string DaemonSocket::doubt(int connection) const {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return "the kernel does not say who listens there";
  SocketFact fact = fact_;
  fact.peer = peer.uid;
  return distrust(fact, asker());
}

}  // namespace mdh
