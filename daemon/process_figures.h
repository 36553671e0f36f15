// The process's own figures for /metrics, read from /proc/self.
#pragma once

#include "common/metrics.h"

namespace mdh {

// read_process_figures() leaves a figure at 0 that the system does not tell.
ProcessFigures read_process_figures();

}  // namespace mdh
