// What the process does to itself before it touches a secret: not dumpable, no core, wiped
// allocations in OpenSSL, signals blocked before any thread, descriptors raised. Once, first thing
// in main.
#pragma once

namespace mdh {

// harden_process() sets PR_SET_DUMPABLE 0, RLIMIT_CORE 0, umask 077, OpenSSL's zeroing allocator
// and secure heap, SIGPIPE ignored. Never fails loudly: what the system refuses is left.
void harden_process();
// raise_descriptor_limit() raises RLIMIT_NOFILE to its hard limit and returns it.
unsigned long raise_descriptor_limit();

}  // namespace mdh
