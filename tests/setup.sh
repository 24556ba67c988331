#!/usr/bin/env bash
# Installs what the tests need beside the .NET SDK: PostgreSQL and the clients of tests/Presence.Plays. Does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Debian's slixmpp belongs to Debian's python, whatever other python comes first in PATH.
missing=()
/usr/bin/python3 -c 'import slixmpp' 2>/dev/null || missing+=(python3 python3-slixmpp)
command -v profanity >/dev/null || missing+=(profanity)
command -v tmux >/dev/null || missing+=(tmux)
command -v unshare >/dev/null || missing+=(util-linux)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
[ -x /usr/sbin/haproxy ] || missing+=(haproxy)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium)

if [ "${#missing[@]}" -gt 0 ]; then
  echo "installing: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get update -qq
  as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

js=tests/Presence.Plays/js
if ! cmp -s "$js/package-lock.json" "$js/node_modules/.installed"; then
  echo "installing: the npm clients"
  npm ci --prefix "$js" --ignore-scripts --no-fund --no-audit --loglevel=error
  cp "$js/package-lock.json" "$js/node_modules/.installed"
fi
