package coop.minga.plugin.api.offering;

import coop.minga.plugin.api.compute.Size;

/**
 * What the host knows when it asks for a plan. Made by the host; may grow.
 *
 * @param name the instance's name, {@code [a-z0-9-]{1,40}}
 * @param size what the customer's plan grants
 * @param language the customer's language, ISO 639-1
 */
public record DeploymentFacts(String name, Size size, String language) {}
