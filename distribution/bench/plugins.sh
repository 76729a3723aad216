#!/usr/bin/env bash
# What plugins cost: the guard beside a bare hand-off between threads, a jar dropped in until its offer is in the
# catalogue, start-up per plugin, and other routes beside plugins that misbehave; needs a finished 'mvn verify' of this
# tree and an otherwise idle machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
path_java=$(readlink -f "$(command -v java || echo /)")
for home in "${JAVA_HOME:-}" "${path_java%/bin/java}" /usr/lib/jvm/*; do
    if grep -qsE '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$home/release"; then
        java=$home/bin/java
        break
    fi
done
: "${java:?needs a JDK 25}"
"$java" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
    -cp "platform/server/target/test-classes:platform/server/target/classes:distribution/target/minga/lib/*" \
    coop.minga.platform.providers.GuardBench
exec "$java" -Xshare:auto -Djdk.httpclient.allowRestrictedHeaders=host -Dminga.tree="$PWD/distribution/target/minga" \
    -cp "distribution/tests/target/test-classes:$(cat distribution/tests/target/classpath)" \
    coop.minga.tests.PluginBench
