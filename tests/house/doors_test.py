"""Goal: each foreign library is known to few sources and to no header."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
# library header -> the only sources that may include it
DOORS = {
    r"curl/": {"daemon/curl_transport.cpp", "daemon/transfer.cpp", "daemon/transfer_failure.cpp",
                 "daemon/request_check.cpp", "daemon/endpoint_client.cpp"},
    r"httplib\.h": {"daemon/http_codec.cpp", "daemon/options.cpp"},
    r"spdlog/": {"daemon/log.cpp", "daemon/options.cpp"},
    r"CLI/": {"daemon/options.cpp"},
    r"prometheus/": {"common/metrics.cpp"},
    r"systemd/sd-event": {"daemon/event_loop.cpp"},
    r"systemd/sd-daemon": {"daemon/notifier.cpp", "daemon/fd_store.cpp", "daemon/options.cpp"},
    r"systemd/sd-journal": {"daemon/log.cpp"},
    r"nlohmann/": None,  # any source
    r"openssl/": None,
}
faults = []
for path in sorted([*root.glob("common/*.[hc]*"), *root.glob("daemon/*.[hc]*")]):
    where = str(path.relative_to(root))
    for door, sources in DOORS.items():
        if re.search(r"#include <" + door, path.read_text()):
            if path.suffix == ".h":
                faults.append(f"{where}: a header may not include <{door}>")
            elif sources is not None and where not in sources:
                faults.append(f"{where}: <{door}> has its doors in {', '.join(sorted(sources))}")
print("\n".join(faults) or "every library stays behind its door")
sys.exit(1 if faults else 0)
