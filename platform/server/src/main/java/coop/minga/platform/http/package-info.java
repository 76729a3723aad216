/**
 * The front door: Helidon set-up, the table of routes, strict input, sign-in of requests, limits,
 * problem+json, idempotency, event streams, the static UI.
 *
 * <p>Entrance: features describe their routes to a {@link coop.minga.platform.http.RouteTable} and
 * answer with a {@link coop.minga.platform.http.Reply}; {@link coop.minga.platform.http.HttpServer}
 * serves them. Defines {@link coop.minga.platform.http.Authenticator}, which identity implements.
 * Uses config and db.
 */
@NullMarked
package coop.minga.platform.http;

import org.jspecify.annotations.NullMarked;
