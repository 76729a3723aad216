package coop.minga.plugin.api.compute;

/**
 * An image that can be run.
 *
 * @param reference how a workload names it; pinned (digest or local id) where the backend can
 * @param title for people
 * @param local whether it is on the machine already, so that starting does not wait for a download
 */
public record Image(String reference, String title, boolean local) {}
