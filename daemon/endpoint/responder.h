// What the acceptor asks of whoever knows the answers. Called on its thread.
#pragma once

#include <functional>
#include <string>

#include "common/endpoint/guard.h"
#include "common/endpoint/request_head.h"
#include "daemon/endpoint/callers.h"

namespace mdh {

// One request that arrived, lent for the call.
struct ArrivedRequest {
  const RequestHead& head;
  const Peer& peer;
  bool close = false;     // the connection is closed after the answer, which should say so
  bool may_wait = false;  // the responder may park it
};

// What the responder did: appended an answer, or wants to be asked again when something has
// changed.
enum class AnswerStep { answered, park, park_briefly };

struct Responder {
  std::function<AnswerStep(const ArrivedRequest&, std::string& out)> serve;
  // Appends the answer to what is no request; the connection is closed after it.
  std::function<void(const HeadRefusal&, std::string& out)> refuse;
  // Says whose a connection is.
  std::function<CallerKey(const Peer&)> caller;
};

}  // namespace mdh
