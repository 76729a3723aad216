#!/usr/bin/env bash
# Ends the host, as by kill -9, at every named point of its sagas, restarts it and asks the oracle. One pass per seed
# (default 1 2 3); needs a finished 'mvn verify' of this tree.
set -euo pipefail
cd "$(dirname "$0")/../.."
seeds=("$@")
[ ${#seeds[@]} -gt 0 ] || seeds=(1 2 3)
path_java=$(readlink -f "$(command -v java || echo /)")
for home in "${JAVA_HOME:-}" "${path_java%/bin/java}" /usr/lib/jvm/*; do
    if grep -qsE '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$home/release"; then
        java=$home/bin/java
        break
    fi
done
exec "${java:?needs a JDK 25}" -XX:TieredStopAtLevel=1 -Xshare:auto -Djdk.httpclient.allowRestrictedHeaders=host \
    -Dminga.tree="$PWD/distribution/target/minga" \
    -cp "distribution/tests/target/test-classes:$(cat distribution/tests/target/classpath)" \
    coop.minga.tests.Crashes "${seeds[@]}"
