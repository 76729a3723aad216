#!/usr/bin/env bash
# Installs, disables, enables and removes a plugin with a vendor's libraries fifty times: every class loader must be
# collected and no class more be loaded than after the first rounds.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec mvn --batch-mode --quiet -Dfast -pl platform/server -am verify -Dtest=None \
    -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=UnloadingIT -Dfailsafe.failIfNoSpecifiedTests=false \
    -Dminga.test.cycles=50
