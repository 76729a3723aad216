/**
 * Sells containers on a Docker engine, near (Unix socket) or far (TCP with mutual TLS).
 *
 * <p>Entrance: {@link coop.minga.plugins.docker.DockerFactory}. Everything made here carries the
 * host's label and the call's key, which are also its name: that is how it is found again, adopted
 * after a lost answer, and told from what belongs to others. Uses the plugin API, docker-java's
 * transport for the wire and Jackson for its JSON; {@link coop.minga.plugins.docker.Engine} is the
 * only way to the engine.
 */
@NullMarked
package coop.minga.plugins.docker;

import org.jspecify.annotations.NullMarked;
