// What the process does to itself before it touches a secret: not dumpable, no core, wiped
// allocations in OpenSSL. Once, first thing in main, before any thread.
#pragma once

namespace mdh {

// harden_process() sets PR_SET_DUMPABLE 0, RLIMIT_CORE 0, umask 077, OpenSSL's secure heap, SIGPIPE
// ignored. Never fails loudly: what the system refuses is left. (OpenSSL's zeroing allocator is set
// by itself, before the first library is initialised.)
void harden_process();
// release_start_up() gives the system back the pages that only the start needed: of program text,
// ours and the libraries', which comes back from the file where it is wanted again, and of the
// heap. Once, when the start is over.
void release_start_up();
// raise_descriptor_limit() raises RLIMIT_NOFILE to its hard limit and returns it.
unsigned long raise_descriptor_limit();
// restore_process() gives back what a child would inherit (umask, core and descriptor limits,
// SIGPIPE) as it was before the two above: for `exec`, right before it becomes the command.
void restore_process();

}  // namespace mdh
