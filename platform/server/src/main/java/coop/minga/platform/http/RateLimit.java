package coop.minga.platform.http;

/**
 * How often one caller (account, else address) may use the routes of a class.
 *
 * <p>The figures are per minute and the bucket's size at once; {@code minga.yaml} can multiply
 * them.
 */
public enum RateLimit {
    /** Looking at things. */
    STANDARD(1_200),
    /** Changing things. */
    WRITE(600),
    /** Trying credentials: sign-in, codes, tokens. Beside identity's own throttle per account. */
    CREDENTIALS(60),
    /** Opening streams. */
    STREAM(120),
    /** Vendors' webhooks: few addresses, sometimes thousands at once. */
    HOOKS(12_000);

    private final int perMinute;

    RateLimit(int perMinute) {
        this.perMinute = perMinute;
    }

    public int perMinute() {
        return perMinute;
    }
}
