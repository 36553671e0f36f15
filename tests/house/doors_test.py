"""Goal: each foreign library is known to few sources and to no header."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
# library header -> the only sources that may include it
DOORS = {
    r"curl/": {"daemon/upstream/transport.cpp", "daemon/upstream/transfer.cpp", "daemon/upstream/transfer_failure.cpp",
                 "daemon/upstream/proxy_in_use.cpp", "daemon/upstream/url_check.cpp", "daemon/verbs/exchange.cpp", "daemon/verbs/endpoint_client.cpp"},
    r"httplib\.h": set(),  # the tests' independent client alone
    r"spdlog/": {"daemon/system/log.cpp", "daemon/verbs/options.cpp"},
    r"CLI/": {"daemon/verbs/options.cpp", "daemon/verbs/option_groups.cpp", "daemon/verbs/mistakes.cpp",
               "daemon/verbs/suggestions.cpp", "daemon/verbs/help_screen.cpp"},
    r"prometheus/": {"common/report/metrics.cpp"},
    r"systemd/sd-event": {"daemon/system/event_loop.cpp"},
    r"systemd/sd-daemon": {"daemon/service/notifier.cpp", "daemon/service/fd_store.cpp", "daemon/verbs/options.cpp"},
    r"systemd/sd-id128": {"daemon/system/entropy.cpp", "daemon/service/fd_store.cpp"},
    r"systemd/sd-journal": {"daemon/system/log.cpp"},
    r"nlohmann/": None,  # any source
    r"openssl/": None,
}
faults = []
used = set()
for path in sorted([*root.glob("common/**/*.[hc]*"), *root.glob("daemon/**/*.[hc]*")]):
    where = str(path.relative_to(root))
    for door, sources in DOORS.items():
        if re.search(r"#include <" + door, path.read_text()):
            used.add(door)
            if path.suffix == ".h":
                faults.append(f"{where}: a header may not include <{door}>")
            elif sources is not None and where not in sources:
                faults.append(f"{where}: <{door}> has its doors in {', '.join(sorted(sources))}")
faults += [f"nothing includes <{door}>: this test looks in the wrong place" for door, sources in DOORS.items() if sources != set() and door not in used]
print("\n".join(faults) or "every library stays behind its door")
sys.exit(1 if faults else 0)
