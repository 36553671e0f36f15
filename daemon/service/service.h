// The daemon at work: engine, worker, profile file, endpoint, notifier and watcher joined on one
// loop. Every sink is handed the whole state after each turn that changed it, and makes its part of
// the world agree. Signals are blocked and the log is open before one is made.
#pragma once

#include <string>
#include <vector>

#include "daemon/endpoint/listeners.h"
#include "daemon/endpoint/server.h"
#include "daemon/service/own_socket.h"
#include "daemon/service/profile_file.h"
#include "daemon/service/program_watch.h"
#include "daemon/service/readiness.h"
#include "daemon/service/rereading.h"
#include "daemon/service/shutdown.h"
#include "daemon/service/situation_log.h"
#include "daemon/service/stored_sets.h"
#include "daemon/service/token_keeper.h"
#include "daemon/system/event_loop.h"
#include "daemon/upstream/refresher.h"

namespace mdh {
// What a service stands on, opened by `serve`.
struct Foundations {
  SourceOptions options;  // to read the configuration again
  Config config;
  Folders folders;
  TokenRing tokens;
  Listeners listeners;  // the local one among the sockets
  RuntimeFolder runtime;
  bool in_place = false;  // this process became this program, and serves on
};

class Service {
 public:
  explicit Service(Foundations foundations);

  // restore() takes over the credentials that the last process left in the fd store.
  void restore(const std::vector<FileDescriptor>& stored);
  // run() returns after SIGTERM or SIGINT, answers in flight sent and the profile file settled, or
  // after 2 s; false: something waits for a disk or a lock, and the process can only _exit(2).
  // Where the program's file was replaced it does not return: the process becomes the new one.
  bool run();

 private:
  using Prompt = Rereading::Prompt;

  void attach();
  void settle();
  void sync(Now now);
  void take_changes();
  void file_changed(const std::string& path, Now now);
  void reload(Prompt prompt);
  void take_reread();
  void take_config(Rereading::Reread fresh);
  void adopt(Config config, IdOwners owners, Now now);
  void take_names();
  void watch();
  void feed_watchdog();
  void become_the_new_program();
  EndpointHooks hooks();

  Config config_;
  Folders folders_;
  TokenKeeper tokens_;
  Refresher refresher_;
  NameService names_;
  EndpointServer endpoint_;
  OwnSocket socket_;
  Rereading rereading_;
  milliseconds longest_turn_{0};
  Notifier notifier_;
  Watcher watcher_;
  SituationLog situation_log_;
  StoredSets stored_;
  bool changed_ = true;
  // Last, so that its sources go before what they watch.
  EventLoop loop_;
  ProfileFile file_;
  Readiness readiness_;
  ProgramWatch program_;
  Shutdown shutdown_;
  EventLoop::Timer* turn_timer_;
  EventLoop::Timer* watchdog_timer_;
  EventLoop::Timer* reload_timer_;
};

}  // namespace mdh
