/**
 * What the host tells those who watch it: logs, metrics, health.
 *
 * <p>Entrance: {@link coop.minga.platform.telemetry.Logging}, {@link
 * coop.minga.platform.telemetry.Health}, {@link coop.minga.platform.telemetry.TelemetryRoutes}.
 * Uses config, db and http.
 */
@NullMarked
package coop.minga.platform.telemetry;

import org.jspecify.annotations.NullMarked;
