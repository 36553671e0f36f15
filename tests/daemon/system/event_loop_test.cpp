// Goal: the loop calls back for what it was told to watch, once for each cause, and for nothing
// that it was told to forget.
#include "daemon/system/event_loop.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <csignal>
#include <cstdint>

#include "daemon/system/clock.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {
namespace {

FileDescriptor raised_event() {
  return FileDescriptor(eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
}

TEST(EventLoop, CallsBackWhileADescriptorIsReadable) {
  EventLoop loop;
  const FileDescriptor event = raised_event();
  int calls = 0;
  loop.on_readable(event.get(), [&] {
    ++calls;
    std::uint64_t count = 0;
    if (calls == 2) (void)!read(event.get(), &count, sizeof count);
  });
  loop.wait();
  loop.dispatch();
  loop.wait();
  loop.dispatch();
  EXPECT_EQ(calls, 2);
}

TEST(EventLoop, FiresATimerOnceAndNotBeforeItsTime) {
  EventLoop loop;
  int calls = 0;
  const BootTime due = read_clocks().boot + milliseconds(20);
  EventLoop::set_timer(loop.add_timer([&] { ++calls; }), due);
  loop.wait();
  loop.dispatch();
  EXPECT_EQ(calls, 1);
  EXPECT_GE(read_clocks().boot, due);
}

TEST(EventLoop, KeepsQuietForAStoppedTimerAndAForgottenDescriptor) {
  EventLoop loop;
  const FileDescriptor event = raised_event();
  int unwanted = 0;
  int wanted = 0;
  EventLoop::Timer* stopped = loop.add_timer([&] { ++unwanted; });
  EventLoop::set_timer(stopped, read_clocks().boot);
  EventLoop::stop_timer(stopped);
  EventLoop::set_timer(loop.add_timer([&] { ++unwanted; }), BootTime::max());
  loop.on_readable(event.get(), [&] { ++unwanted; });
  loop.forget(event.get());
  EventLoop::set_timer(loop.add_timer([&] { ++wanted; }), read_clocks().boot + milliseconds(10));
  loop.wait();
  loop.dispatch();
  EXPECT_EQ(unwanted, 0);
  EXPECT_EQ(wanted, 1);
}

TEST(EventLoop, TakesASignalAsAnEvent) {
  EventLoop::block_signals();
  EventLoop loop;
  int hups = 0;
  loop.on_signal(SIGHUP, [&] { ++hups; });
  raise(SIGHUP);
  loop.wait();
  loop.dispatch();
  EXPECT_EQ(hups, 1);
}

}  // namespace
}  // namespace mdh
