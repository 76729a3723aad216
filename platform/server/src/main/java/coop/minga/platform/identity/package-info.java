/**
 * Who is there: accounts with their personal teams, passwords, sessions, second factors, API
 * tokens, SSH keys, roles, the first set-up and the site's settings.
 *
 * <p>Entrance: {@link coop.minga.platform.identity.Identity}, which holds the room's services.
 * {@link coop.minga.platform.identity.IdentityService} is the front door's authenticator. Uses
 * http, events, audit, jobs, db and config.
 */
@NullMarked
package coop.minga.platform.identity;

import org.jspecify.annotations.NullMarked;
