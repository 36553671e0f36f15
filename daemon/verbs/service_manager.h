// The machine's systemd, or the user's own, as `setup` needs it: asked and told by systemctl and
// loginctl, the very commands that a person would type. Blocks until they end.
#pragma once

#include <string>
#include <vector>

namespace mdh {

using Words = std::vector<std::string>;

// shell_line() is the command as a person types it.
std::string shell_line(const Words& words);

// run() runs a command, found as a shell finds it, with its output on ours; ask() without any. The
// answer is its exit status, 127 when there is no such program.
int run(const Words& words);
int ask(const Words& words);

class ServiceManager {
 public:
  // `system`: the machine's, else this user's own.
  explicit ServiceManager(bool system) : system_(system) {}

  // missing() is why it cannot be used, for people; empty: it can.
  std::string missing() const;
  // running() and enabled() ask for the service; lingering() whether it outlives this user's login.
  bool running() const;
  bool enabled() const;
  bool lingering() const;

  // These are the commands that do it.
  Words start() const;
  Words restart() const;
  Words stop() const;
  Words clean() const;  // takes the state away that systemd keeps for the service
  static Words linger(bool wanted);

 private:
  Words systemctl(const Words& words) const;

  bool system_;
};

}  // namespace mdh
