package coop.minga.platform.plugins;

import coop.minga.plugin.loader.trust.LintFinding;

import java.util.List;

/**
 * What an operator who lets a waiting plugin run consents to.
 *
 * @param kinds the extension points it serves
 * @param hosts where its HTTP client may connect, beside the addresses in its configuration
 * @param findings what its bytecode does beyond that
 * @param sha256 of exactly this file
 */
public record Consent(
        List<String> kinds, List<String> hosts, List<LintFinding> findings, String sha256) {

    public Consent {
        kinds = List.copyOf(kinds);
        hosts = List.copyOf(hosts);
        findings = List.copyOf(findings);
    }
}
