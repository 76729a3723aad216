#!/usr/bin/env bash
# Orders machines one after another on the unpacked tree and prints how long each part took, beside a bare commit of the
# same run; needs a finished 'mvn verify' of this tree and an otherwise idle machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
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
    coop.minga.tests.OrderBench
