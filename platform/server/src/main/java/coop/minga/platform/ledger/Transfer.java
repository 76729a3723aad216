package coop.minga.platform.ledger;

import java.util.List;
import java.util.UUID;

/**
 * Movements that happen together or not at all.
 *
 * @param id made by the caller (time-ordered) and kept before the transfer is asked for: the same
 *     transfer under the same id happens once
 * @param kind for people and statements, for example {@code welcome}, {@code purchase}
 * @param movements at least one
 * @param explains what it is for
 */
public record Transfer(UUID id, String kind, List<Movement> movements, Explains explains) {

    public Transfer {
        movements = List.copyOf(movements);
        if (movements.isEmpty()) {
            throw new IllegalArgumentException("A transfer moves something");
        }
    }
}
