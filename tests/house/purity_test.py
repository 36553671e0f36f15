"""Goal: common/ knows, and touches nothing. Its objects ask the system for no file, socket, clock,
environment, entropy or thread (nm -u over the archive)."""
import re
import subprocess
import sys

FORBIDDEN = re.compile(
    r"^(open|openat|fopen|read|write|pread|recv|send|socket|connect|bind|listen|poll|epoll_\w+|"
    r"stat|fstat|lstat|rename|unlink|mkdir|clock_gettime|gettimeofday|time|getenv|secure_getenv|"
    r"getrandom|rand|random|RAND_\w+|pthread_create|fork|exec\w*|system|popen|syslog|curl_\w+|sd_\w+|"
    r"_ZNSt13random_device\w*|_ZNSt6chrono3_V212(system|steady)_clock3nowEv|"
    r"_ZNSt6thread\w*|_ZNSt14basic_[io]?fstream\w*|_ZNSt10filesystem\w*)(64)?(@.*)?$")

listing = subprocess.run(["nm", "-u", "-A", sys.argv[1]], capture_output=True, text=True, check=True)
lines = [line for line in listing.stdout.splitlines() if line.strip()]
faults = [line for line in lines if FORBIDDEN.match(line.split()[-1])]
print("\n".join(faults) or f"pure: none of {len(lines)} undefined symbols touches the world")
sys.exit(1 if faults or len(lines) < 100 else 0)
