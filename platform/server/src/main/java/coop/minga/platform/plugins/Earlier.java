package coop.minga.platform.plugins;

/**
 * A version of a plugin that ran here before and can take its place again.
 *
 * @param sha256 of its jar
 */
public record Earlier(String version, String sha256) {}
