package coop.minga.platform.wallet;

import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Locale;

/** Where in a wallet an amount sits. Coins are spent earned first, then promo, then paid. */
public enum Bucket {
    /** Coins earned, for example by watching ads: may expire, never withdrawn or given away. */
    EARNED,
    /** Coins given, for example as a welcome: may expire. */
    PROMO,
    /** Coins bought. */
    PAID,
    /** The only bucket of assets other than coins. */
    BALANCE;

    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
