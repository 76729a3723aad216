/**
 * What the operator decided: strict reading of {@code minga.yaml} and the environment into records,
 * secrets, the data directory and its mode.
 *
 * <p>Entrance: {@link coop.minga.platform.config.DatabaseConfig}. Uses nothing else of the host.
 */
@NullMarked
package coop.minga.platform.config;

import org.jspecify.annotations.NullMarked;
