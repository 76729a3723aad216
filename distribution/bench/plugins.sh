#!/usr/bin/env bash
# What plugins cost: the guard beside a bare hand-off between threads, a jar dropped in until its offer is in the
# catalogue, start-up per plugin, and other routes beside plugins that misbehave; needs a finished 'mvn verify' of this
# tree and an otherwise idle machine.
set -euo pipefail
run=$(dirname "$0")/../tests/java.sh
"$run" -XX:TieredStopAtLevel=4 --enable-native-access=ALL-UNNAMED \
    -cp "platform/server/target/test-classes:platform/server/target/classes:distribution/target/minga/lib/*" \
    coop.minga.platform.providers.GuardBench
exec "$run" coop.minga.tests.PluginBench
