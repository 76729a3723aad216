#!/usr/bin/env bash
# Orders machines one after another on the unpacked tree and prints how long each part took, beside a bare commit of the
# same run; needs a finished 'mvn verify' of this tree and an otherwise idle machine.
exec "$(dirname "$0")/../tests/java.sh" coop.minga.tests.OrderBench
