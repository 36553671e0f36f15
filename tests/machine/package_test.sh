#!/usr/bin/env bash
# Goal: lintian finds nothing in the .deb, and the .rpm holds the same files but for Debian's own.
set -euo pipefail
build=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cpack -G "DEB;RPM" --config "$build/CPackConfig.cmake" -B "$folder" >"$folder/cpack.log" || {
  cat "$folder/cpack.log"
  exit 1
}
found=$(lintian --allow-root --fail-on none --tag-display-limit 0 "$folder"/*.deb 2>/dev/null)
# Without folders: a line that begins the one after it.
files() {
  grep -v -e lintian -e 'changelog\.Debian' -e '/$' | sed 's|^\./|/|' | LC_ALL=C sort |
    awk 'NR > 1 && index($0, last "/") != 1 { print last } { last = $0 } END { print last }'
}
difference=$(diff <(dpkg-deb --fsys-tarfile "$folder"/*.deb | tar -t | files) \
  <(rpm -qpl --nosignature "$folder"/*.rpm 2>/dev/null | files | grep -vxF -e /etc/mdh-credentials/keys) || true)
debians=$(rpm -qpl --nosignature "$folder"/*.rpm | grep -e lintian -e Debian || true)
ls -l "$folder"/*.deb "$folder"/*.rpm
printf '%s\n' "$found" "$difference" "$debians"
[ -z "$found$difference$debians" ]
