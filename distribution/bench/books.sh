#!/usr/bin/env bash
# Proves and exports books of a million postings (or as many as the first argument says) in a heap of 96 MB, changes one
# byte and proves them again; needs a finished 'mvn verify' of this tree and an otherwise idle machine.
set -euo pipefail
exec "$(dirname "$0")/../tests/java.sh" -Xmx96m -XX:TieredStopAtLevel=4 --enable-native-access=ALL-UNNAMED \
    -cp "platform/server/target/test-classes:platform/server/target/classes:distribution/target/minga/lib/*" \
    coop.minga.platform.ledger.BooksBench "$@"
