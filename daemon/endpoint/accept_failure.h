// What a failed accept4(2) means for who accepts. Any thread.
#pragma once

namespace mdh {

enum class AcceptFailure {
  nobody_waits,
  of_one_client,  // who came is gone; the next may be there
  out_of_room,    // a client waits, and no descriptor or memory is left for it
  of_listener
};

// accept_failure() judges `failure`, an errno; it asks the listener, since Linux takes a descriptor
// before it looks at the queue: without one, EMFILE comes also where nobody waits.
AcceptFailure accept_failure(int listener, int failure);

}  // namespace mdh
