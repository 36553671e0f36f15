#include "daemon/endpoint/port_owner.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/system/file_descriptor.h"

namespace mdh {
namespace {

namespace fs = std::filesystem;

constexpr const char* kListening = "0A";

// One line of /proc/net/tcp or tcp6, as far as it matters.
struct Entry {
  std::string local;  // "0100007F:18C4"
  std::string inode;
  unsigned uid = 0;
};

std::string hexadecimal(const unsigned char* bytes, std::size_t words) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string text;
  // The kernel prints each 32-bit word in the machine's own order.
  for (std::size_t word = 0; word < words; ++word) {
    for (std::size_t i = 4; i-- > 0;) {
      const unsigned char byte = bytes[word * 4 + i];
      text += kHex[byte >> 4];
      text += kHex[byte & 15];
    }
  }
  return text;
}

struct Place {
  bool six = false;
  std::string address;   // as in /proc/net
  std::string wildcard;  // the same for 0.0.0.0 or ::
  std::string port;
};

std::string port_in_hex(const std::string& text) {
  unsigned port = 0;
  std::from_chars(text.data(), text.data() + text.size(), port);
  const std::array<unsigned char, 4> bytes{static_cast<unsigned char>(port & 255),
                                           static_cast<unsigned char>(port >> 8), 0, 0};
  return ":" + hexadecimal(bytes.data(), 1).substr(4);
}

Place place_of(const std::string& address) {
  Place place;
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return place;
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  std::array<unsigned char, 16> bytes{};
  place.six = inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
  if (!place.six && inet_pton(AF_INET, host.c_str(), bytes.data()) != 1) return place;
  const std::size_t words = place.six ? 4 : 1;
  place.address = hexadecimal(bytes.data(), words);
  place.wildcard = std::string(words * 8, '0');
  place.port = port_in_hex(address.substr(colon + 1));
  return place;
}

bool find_listener(const std::string& table, const Place& place, Entry& found) {
  std::ifstream lines(table);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, timeout;
    Entry entry;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> entry.uid >>
        timeout >> entry.inode;
    if (state != kListening) continue;
    entry.local = local;
    const bool there = local == place.address + place.port || local == place.wildcard + place.port;
    if (there || local == std::string(32, '0') + place.port) {
      found = entry;
      return true;
    }
  }
  return false;
}

bool holds(const fs::path& process, const std::string& socket) {
  std::error_code error;
  for (fs::directory_iterator fd(process / "fd", error), end; !error && fd != end;
       fd.increment(error)) {
    std::error_code unreadable;
    if (fs::read_symlink(fd->path(), unreadable) == socket) return true;
  }
  return false;
}

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

void find_process(const std::string& inode, PortOwner& owner) {
  const std::string socket = "socket:[" + inode + "]";
  std::error_code error;
  for (fs::directory_iterator one("/proc", error), end; !error && one != end;
       one.increment(error)) {
    const std::string name = one->path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (!holds(one->path(), socket)) continue;
    std::from_chars(name.data(), name.data() + name.size(), owner.pid);
    owner.program = first_line(one->path() / "comm");
    return;
  }
}

bool read_address(const std::string& text, sockaddr_storage& address, socklen_t& size) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return false;
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) {
    std::memcpy(&address, &four, size = sizeof four);
    return true;
  }
  if (inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) != 1) return false;
  std::memcpy(&address, &six, size = sizeof six);
  return true;
}

}  // namespace

std::string why_not_bound(const std::string& address) {
  sockaddr_storage at{};
  socklen_t size = 0;
  if (!read_address(address, at, size)) return "";
  const FileDescriptor probe(socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Bound but never listening, it is in nobody's way.
  const auto* where = static_cast<const sockaddr*>(static_cast<const void*>(&at));
  if (probe.get() < 0 || bind(probe.get(), where, size) == 0 || errno != EACCES) return "";
  return std::strerror(EACCES);
}

PortOwner port_owner(const std::string& address) {
  PortOwner owner;
  const Place place = place_of(address);
  if (place.port.empty()) return owner;
  Entry entry;
  const bool four = !place.six && find_listener("/proc/net/tcp", place, entry);
  if (!four && !find_listener("/proc/net/tcp6", place, entry)) return owner;
  owner.taken = true;
  owner.uid = entry.uid;
  find_process(entry.inode, owner);
  return owner;
}

std::string described(const PortOwner& owner) {
  if (owner.pid == 0) return "a program of user " + std::to_string(owner.uid);
  return owner.program + " (pid " + std::to_string(owner.pid) + ")";
}

}  // namespace mdh
