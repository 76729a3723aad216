package coop.minga.platform.orders;

import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Where an order stands. */
public enum OrderState {
    PLACED,
    /** Funds and room are set aside. */
    HELD,
    PROVISIONING,
    /** The machine ran and was paid for. */
    FULFILLED,
    /** It could not be delivered; nothing was charged. */
    FAILED,
    /** Its owner changed their mind before it ran; nothing was charged. */
    CANCELLED,
    /** A backend's answer is missing; we keep asking. */
    UNRESOLVED;

    public boolean isOver() {
        return this == FULFILLED || this == FAILED || this == CANCELLED;
    }

    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The ids of all states, by which lists are filtered. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(OrderState::id).toList();
    }
}
