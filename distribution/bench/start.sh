#!/usr/bin/env bash
# Starts the unpacked tree again and again, with and without the cache of 'minga warm-up', and prints how long it took and
# how much memory it holds; needs a finished 'mvn verify' of this tree and an otherwise idle machine.
set -euo pipefail
tree=$(dirname "$0")/../target/minga
[ -r "$tree/lib/minga.aot" ] || "$tree/bin/minga" warm-up
exec "$(dirname "$0")/../tests/java.sh" coop.minga.tests.StartBench
