package coop.minga.platform.events;

import java.time.Instant;

/**
 * A fact as it stands in the outbox.
 *
 * @param id ascending, though not in order of commit
 * @param type as written
 * @param subject as written
 * @param at when it was written
 * @param data a JSON object
 */
public record StoredFact(long id, String type, String subject, Instant at, String data) {}
