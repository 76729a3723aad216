package coop.minga.plugin.api.payment;

/** What all handles have in common. */
final class Handles {

    private Handles() {}

    static void check(String value) {
        if (value.isEmpty() || value.length() > 255) {
            throw new IllegalArgumentException("A handle has 1 to 255 characters");
        }
    }
}
