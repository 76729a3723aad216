#!/usr/bin/env bash
# Sets up everything on a fresh Debian-family machine with JDK 25, Maven and Node, builds if needed, and starts a trial
# in the foreground. "run.sh demo" runs the main job end to end without a person instead.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
tree=$here/target/minga

need() {
    echo "$1" >&2
    exit 1
}

case ${1:-start} in
    start | demo) ;;
    *) need "Usage: distribution/run.sh [demo]" ;;
esac

if ! command -v bwrap >/dev/null; then
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        echo "Installing bubblewrap, which isolates the machines of customers ..."
        DEBIAN_FRONTEND=noninteractive apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends bubblewrap >/dev/null
    else
        need "Minga isolates machines with bubblewrap, which is missing. Run this once, then start again:
    sudo apt-get install -y bubblewrap"
    fi
fi

stale() {
    [ ! -x "$tree/bin/minga" ] && return 0
    [ -n "$(find "$root/pom.xml" "$root/platform" "$root/plugin-api" "$root/plugins" "$root/config" "$here/src" \
        "$here/pom.xml" \( -name target -o -name node_modules -o -name dist \) -prune -o -type f \
        -newer "$tree/.built" -print -quit 2>/dev/null)" ]
}

if [ ! -f "$tree/.built" ] || stale; then
    for tool in mvn node npm; do
        command -v "$tool" >/dev/null ||
            need "Building Minga needs Maven 3.8.7 and Node 20 or newer with npm; '$tool' is missing. Run this once:
    sudo apt-get install -y maven nodejs npm"
    done
    echo "Building Minga (a few minutes the first time) ..."
    mkdir -p "$here/target"
    if ! (cd "$root" && mvn -q --batch-mode -Dfast -DskipTests package >"$here/target/build.log" 2>&1); then
        tail -n 40 "$here/target/build.log" >&2
        need "The build failed; the whole log is in $here/target/build.log"
    fi
    "$tree/bin/minga" warm-up || true
    touch "$tree/.built"
fi

if [ "${1:-start}" = demo ]; then
    exec "$tree/bin/minga" demo
fi
exec "$tree/bin/minga" start --trial
