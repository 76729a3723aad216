/**
 * Messages of a trial: kept where administrators can read them, sent nowhere.
 *
 * <p>Entrance: {@link coop.minga.plugins.outbox.OutboxFactory}. Each message is one document of the
 * provider's state store under {@code message/{time}-{key's hash}}, oldest first:
 *
 * <pre>{@code
 * { "id": "…", "at": "2026-11-02T10:15:30.123Z", "medium": "mail", "to": "…",
 *   "subject": "…", "text": "…", "html": "…" }
 * }</pre>
 *
 * <p>{@code id} is the call's key; {@code subject} and {@code html} may be empty. Texts that do not
 * fit a document are cut, marked with {@code …}. The newest 480 are kept, which is what the store
 * has room for. {@code key/{id}} holds {@code {"message": "message/…", "at": "…", "hash": "…"}} for
 * each of them.
 */
@NullMarked
package coop.minga.plugins.outbox;

import org.jspecify.annotations.NullMarked;
