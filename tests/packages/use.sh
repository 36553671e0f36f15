#!/bin/bash
# Usage: use.sh PROGRAM EMULATOR [tcp]
# Goal: the installed PROGRAM works where it is, against the emulator whose folder is given: `once` over TLS writes
# the file, `check` and a faulty configuration take paths on which exceptions are thrown and caught, `serve` is ready,
# answers status, process, env, exec (over its socket, or over TCP where it can have none), and ends when told.
set -euo pipefail
program=$1 emulator=$2
work=$(mktemp -d)
daemon=
end() {
  [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
export AWS_SHARED_CREDENTIALS_FILE=$work/credentials AWS_CONFIG_FILE=$work/config
folders=(--state-dir "$work/state" --runtime-dir "$work/run")
fail() {
  echo "use.sh: $*"
  cat "$work"/*.log 2>/dev/null
  exit 1
}
expect() { # STATUS COMMAND...
  local wanted=$1 status=0
  shift
  "$@" >"$work/said.log" 2>&1 || status=$?
  [ "$status" = "$wanted" ] || fail "$* ended with $status, not $wanted"
}
cp -r "$emulator" "$work/emulator"
chmod -R go= "$work/emulator"
sed -i "s|$emulator|$work/emulator|g" "$work"/emulator/*.json

expect 0 "$program" --version
expect 0 "$program" check --config "$work/emulator/config.json" "${folders[@]}"
expect 0 "$program" once --config "$work/emulator/config-tls.json" --ca-file "$work/emulator/ca.pem" "${folders[@]}"
grep -q aws_session_token "$AWS_SHARED_CREDENTIALS_FILE" || fail "once wrote no credentials"
echo '{"projects": 7' >"$work/bad.json"
expect 78 "$program" serve --config "$work/bad.json" "${folders[@]}"
"$program" serve --config "$work/emulator/config-tls.json" --ca-file "$work/emulator/ca.pem" "${folders[@]}" \
  --listen 127.0.0.1:0 >"$work/serve.log" 2>&1 &
daemon=$!
verbs=(--socket "$work/run/socket")
if [ "${3:-}" = tcp ]; then
  for _ in $(seq 600); do ! grep -q ' on http' "$work/serve.log" || break; sleep 0.1; done
  grep -q 'cannot make the socket .*: Address family not supported' "$work/serve.log" || fail "no word of the socket"
  verbs=(--endpoint "$(sed -n 's/.* on \(http[^ ]*\)$/\1/p' "$work/serve.log" | head -1)" --state-dir "$work/state")
fi
expect 0 "$program" wait --timeout 120 "${verbs[@]}"
expect 0 "$program" status "${verbs[@]}"
expect 0 "$program" env "${verbs[@]}"
profile=$(sed -n 's/^\[\(.*\)\]$/\1/p' "$AWS_SHARED_CREDENTIALS_FILE" | head -1)
expect 0 "$program" process --profile "$profile" "${verbs[@]}"
grep -q SecretAccessKey "$work/said.log" || fail "process gave no credentials"
expect 7 "$program" exec "${verbs[@]}" -- sh -c 'exit 7'
kill -TERM "$daemon"
wait "$daemon" || fail "serve ended with $?"
daemon=
echo "use.sh: all well"
