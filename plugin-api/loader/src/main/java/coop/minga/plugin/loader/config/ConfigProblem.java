package coop.minga.plugin.loader.config;

import coop.minga.plugin.api.Text;

/**
 * What is wrong with one value.
 *
 * @param pointer JSON Pointer to it, for example {@code /timeout} or {@code /hosts/2}
 * @param code stable, for example {@code required}, {@code unknown-key}, {@code range}
 * @param message one sentence for people; never holds the value of a secret
 */
public record ConfigProblem(String pointer, String code, Text message) {}
