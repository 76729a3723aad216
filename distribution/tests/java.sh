#!/usr/bin/env bash
# Runs a program of these tests against the unpacked tree: java.sh CLASS [ARGUMENTS]. Needs a finished 'mvn verify' of
# this tree.
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
    -Dminga.hello="$(echo "$PWD"/plugins/offering-hello/target/offering-hello-*.jar)" \
    -cp "distribution/tests/target/test-classes:$(cat distribution/tests/target/classpath)" "$@"
