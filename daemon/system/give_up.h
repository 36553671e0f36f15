// What is left where the kernel refuses that without which no work is possible: a descriptor for
// the loop itself, a thread, random bytes, memory. Not for what can be told and tried again. Safe
// from any thread.
#pragma once

#include <functional>
#include <thread>

namespace mdh {

// give_up() says on standard error what was refused and why (error is an errno), and ends the
// process with 1, after which systemd starts it again. It needs no memory.
[[noreturn]] void give_up(const char* what, int error);

// give_up_without_memory() makes give_up() the end of an operator new that finds none.
void give_up_without_memory();

// start_thread() is a running thread; where the kernel gives none, give_up().
std::thread start_thread(std::function<void()> work);

}  // namespace mdh
