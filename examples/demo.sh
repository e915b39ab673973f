#!/usr/bin/env bash
# Both examples on real input, each on a fresh directory and a free port; exit 0 only when everything held.
# --serve keeps them up until Ctrl-C. LEAT names another program than build/release/leat.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

heading() { printf '\n== %s\n\n' "$*"; }
flights="flights: 20,000 real departures, out of order"
payments="payments: money under SIGKILL"

run_both() {
  local code=0
  heading "$flights"
  python3 examples/flights/demo.py || code=1
  heading "$payments"
  python3 examples/payments/demo.py || code=1
  if [ $code = 0 ]; then printf '\nEverything held.\n'; else printf '\nNot everything held.\n'; fi
  return $code
}

# serve EXAMPLE PORT: starts its demo in the background and waits until that says that it is ready, or ends.
serve() {
  python3 -u "examples/$1/demo.py" --port "$2" --serve --ready "$ready/$1" &
  demos+=($!)
  while kill -0 $! 2>/dev/null && [ ! -e "$ready/$1" ]; do sleep 0.1; done
  [ -e "$ready/$1" ]
}

serve_both() {
  local code=0 demo
  demos=()
  ready=$(mktemp -d)
  # SIGTERM, since what a script runs in the background does not hear Ctrl-C.
  trap 'kill -TERM "${demos[@]}" 2>/dev/null' INT TERM
  heading "$flights"
  serve flights 8089 && heading "$payments" && serve payments 8088 && printf '\nCtrl-C ends both.\n' && wait -n
  kill -TERM "${demos[@]}" 2>/dev/null
  for demo in "${demos[@]}"; do wait "$demo" || code=1; done
  rm -rf "$ready"
  return $code
}

if [ "${1:-}" = --serve ]; then serve_both; else run_both; fi
