#!/usr/bin/env bash
# Every address of the UI in every language, width and theme, with a picture of each in
# distribution/tests/target/screenshots.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec mvn --batch-mode --no-transfer-progress -q -Dfast -pl distribution/tests -am \
    -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false \
    -Dit.test=AccessibilityIT -Dfailsafe.failIfNoSpecifiedTests=false \
    -Dminga.accessibility.whole=true verify
