package coop.minga.platform.instances;

import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What an instance is doing. */
public enum InstanceState {
    /** Ordered; nothing was asked of a backend yet. */
    REQUESTED,
    /** Being made. */
    PROVISIONING,
    RUNNING,
    STOPPED,
    /** Stopped by the host: the time is over or the funds ran out. */
    SUSPENDED,
    /** Being brought back. */
    RECOVERING,
    /** Being destroyed. */
    TERMINATING,
    /** Destroyed. */
    TERMINATED,
    /** It will not work; its reason says why. */
    FAILED,
    /** Nobody knows until the backend answers. */
    UNKNOWN;

    /** Where it may go from here. */
    public Set<InstanceState> next() {
        return switch (this) {
            case REQUESTED -> EnumSet.of(PROVISIONING, TERMINATING, FAILED, UNKNOWN);
            case PROVISIONING -> EnumSet.of(RUNNING, FAILED, UNKNOWN, TERMINATING);
            case RUNNING ->
                    EnumSet.of(STOPPED, SUSPENDED, RECOVERING, TERMINATING, FAILED, UNKNOWN);
            case STOPPED ->
                    EnumSet.of(RUNNING, SUSPENDED, RECOVERING, TERMINATING, FAILED, UNKNOWN);
            case SUSPENDED -> EnumSet.of(RUNNING, STOPPED, TERMINATING, FAILED, UNKNOWN);
            case RECOVERING ->
                    EnumSet.of(RUNNING, STOPPED, SUSPENDED, TERMINATING, FAILED, UNKNOWN);
            case UNKNOWN ->
                    EnumSet.of(
                            PROVISIONING,
                            RUNNING,
                            STOPPED,
                            SUSPENDED,
                            RECOVERING,
                            TERMINATING,
                            FAILED);
            case TERMINATING -> EnumSet.of(TERMINATED);
            case FAILED -> EnumSet.of(TERMINATING, TERMINATED);
            case TERMINATED -> EnumSet.noneOf(InstanceState.class);
        };
    }

    public boolean mayBecome(InstanceState other) {
        return next().contains(other);
    }

    /** Whether nothing will happen to it any more by itself. */
    public boolean isOver() {
        return this == TERMINATED || this == FAILED;
    }

    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The ids of all states, by which lists are filtered. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(InstanceState::id).toList();
    }
}
