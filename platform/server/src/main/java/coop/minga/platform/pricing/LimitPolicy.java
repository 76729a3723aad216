package coop.minga.platform.pricing;

import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Locale;
import java.util.Optional;

/** What happens when what is included in a period is used up. */
public enum LimitPolicy {
    /** It goes on, slower, at no cost. */
    THROTTLE,
    /** It is stopped until the next period. */
    STOP,
    /** What is beyond is paid for. */
    CHARGE;

    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<LimitPolicy> parse(String id) {
        for (LimitPolicy policy : values()) {
            if (policy.id().equals(id)) {
                return Optional.of(policy);
            }
        }
        return Optional.empty();
    }
}
