package coop.minga.plugin.api.events;

import java.time.Instant;

/**
 * Something that happened. Made by the host; may grow.
 *
 * @param id the same at every delivery
 * @param type dotted, for example {@code order.fulfilled}
 * @param at when it was committed
 * @param subject the public id of what it is about
 * @param json the details as a JSON object, without secrets
 */
public record Event(String id, String type, Instant at, String subject, String json) {}
