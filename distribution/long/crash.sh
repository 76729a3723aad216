#!/usr/bin/env bash
# Ends the host, as by kill -9, at every named point of its sagas, restarts it and asks the oracle. One pass per seed
# (default 1 2 3); needs a finished 'mvn verify' of this tree.
set -euo pipefail
seeds=("$@")
[ ${#seeds[@]} -gt 0 ] || seeds=(1 2 3)
exec "$(dirname "$0")/../tests/java.sh" coop.minga.tests.Crashes "${seeds[@]}"
