package coop.minga.platform.plugins;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is as it should be, or not.
 *
 * @param type what was looked at
 * @param met whether it is as it should be
 * @param reason why not; null when met
 */
public record Condition(Type type, boolean met, @Nullable Reason reason) {

    /** What is looked at. */
    public enum Type {
        /** The file can be read and may run. */
        VERIFIED,
        /** Its code runs. */
        STARTED,
        /** What runs is what the file holds. */
        CURRENT,
        /** The host never died in its code. */
        STEADY,
        /** Nothing of what was removed stays in memory. */
        COLLECTED;

        public String id() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
