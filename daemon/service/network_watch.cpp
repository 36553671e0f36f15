#include "daemon/service/network_watch.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace mdh {
namespace {

const char* payload(const nlmsghdr* message) {
  return reinterpret_cast<const char*>(message) + NLMSG_ALIGN(sizeof(nlmsghdr));
}

// Calls `see` with every attribute of a message's payload.
template <typename Header, typename See>
void each_attribute(const nlmsghdr* message, See see) {
  auto left = static_cast<int>(NLMSG_PAYLOAD(message, sizeof(Header)));
  const auto* one = reinterpret_cast<const rtattr*>(payload(message) + NLMSG_ALIGN(sizeof(Header)));
  for (; RTA_OK(one, left); one = RTA_NEXT(one, left)) {
    see(one->rta_type, std::string_view(static_cast<const char*>(RTA_DATA(one)), RTA_PAYLOAD(one)));
  }
}

std::string link_key(int index) {
  return std::to_string(index);
}

bool runs(unsigned flags) {
  return (flags & IFF_RUNNING) != 0 && (flags & IFF_LOOPBACK) == 0;
}

bool link_came_up(const nlmsghdr* message, std::set<std::string>& links) {
  const auto* link = reinterpret_cast<const ifinfomsg*>(payload(message));
  const std::string key = link_key(link->ifi_index);
  if (message->nlmsg_type == RTM_NEWLINK && runs(link->ifi_flags)) return links.insert(key).second;
  links.erase(key);
  return false;
}

std::string address_key(int index, std::string_view address) {
  return link_key(index) + " " + std::string(address);
}

bool address_came_up(const nlmsghdr* message, std::set<std::string>& addresses) {
  const auto* header = reinterpret_cast<const ifaddrmsg*>(payload(message));
  std::string address;
  std::string local;
  each_attribute<ifaddrmsg>(message, [&](unsigned short type, std::string_view value) {
    if (type == IFA_ADDRESS) address = value;
    if (type == IFA_LOCAL) local = value;
  });
  const std::string key =
      address_key(static_cast<int>(header->ifa_index), local.empty() ? address : local);
  if (message->nlmsg_type == RTM_DELADDR) {
    addresses.erase(key);
    return false;
  }
  // Still under duplicate address detection: the kernel says so again when it can be used.
  if ((header->ifa_flags & IFA_F_TENTATIVE) != 0) return false;
  return header->ifa_scope != RT_SCOPE_HOST && addresses.insert(key).second;
}

bool is_new_default_route(const nlmsghdr* message) {
  const auto* route = reinterpret_cast<const rtmsg*>(payload(message));
  return message->nlmsg_type == RTM_NEWROUTE && route->rtm_dst_len == 0 &&
         route->rtm_table == RT_TABLE_MAIN && route->rtm_type == RTN_UNICAST;
}

std::string_view address_bytes(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* four = reinterpret_cast<const sockaddr_in*>(address);
    return {reinterpret_cast<const char*>(&four->sin_addr), sizeof four->sin_addr};
  }
  if (address->sa_family == AF_INET6) {
    const auto* six = reinterpret_cast<const sockaddr_in6*>(address);
    return {reinterpret_cast<const char*>(&six->sin6_addr), sizeof six->sin6_addr};
  }
  return {};
}

FileDescriptor route_socket() {
  FileDescriptor fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups =
      RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  if (!fd || bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return FileDescriptor();
  return fd;
}

}  // namespace

NetworkWatch::NetworkWatch() : socket_(route_socket()) {
  remember_present();
}

void NetworkWatch::remember_present() {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    const auto index = static_cast<int>(if_nametoindex(one->ifa_name));
    if (runs(one->ifa_flags)) links_.insert(link_key(index));
    if (one->ifa_addr == nullptr) continue;
    const std::string_view bytes = address_bytes(one->ifa_addr);
    if (!bytes.empty()) addresses_.insert(address_key(index, bytes));
  }
  freeifaddrs(all);
}

bool NetworkWatch::came_up() {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the kernel fills it.
  alignas(nlmsghdr) std::array<char, 32768> bytes;
  bool up = false;
  while (socket_) {
    const ssize_t size = recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (size > 0) {
      up |= read_messages(bytes.data(), static_cast<std::size_t>(size));
    } else if (size < 0 && errno == ENOBUFS) {
      up = true;  // so much happened that some of it was lost
    } else if (size == 0 || errno != EINTR) {
      break;
    }
  }
  return up;
}

bool NetworkWatch::read_messages(const char* bytes, std::size_t size) {
  bool up = false;
  auto left = static_cast<unsigned>(size);
  const auto* message = reinterpret_cast<const nlmsghdr*>(bytes);
  for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
    switch (message->nlmsg_type) {
      case RTM_NEWLINK:
      case RTM_DELLINK:
        up |= link_came_up(message, links_);
        break;
      case RTM_NEWADDR:
      case RTM_DELADDR:
        up |= address_came_up(message, addresses_);
        break;
      case RTM_NEWROUTE:
        up |= is_new_default_route(message);
        break;
      default:
        break;
    }
  }
  return up;
}

}  // namespace mdh
