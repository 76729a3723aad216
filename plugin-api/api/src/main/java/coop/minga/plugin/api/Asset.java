package coop.minga.plugin.api;

import java.util.regex.Pattern;

/**
 * Something amounts are counted in: a currency, coins, a token.
 *
 * @param code two to ten upper-case letters or digits, for example {@code USD}, {@code COIN}
 * @param scale decimal places of one unit, 0 to 9: USD 2, JPY 0, BHD 3, COIN 2, TFT 7
 */
public record Asset(String code, int scale) {

    private static final Pattern CODE = Pattern.compile("[A-Z][A-Z0-9]{1,9}");

    public static final Asset COIN = new Asset("COIN", 2);
    public static final Asset USD = new Asset("USD", 2);

    public Asset {
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException("Asset code '" + code + "' must match " + CODE);
        }
        if (scale < 0 || scale > 9) {
            throw new IllegalArgumentException("Asset scale must be 0 to 9, not " + scale);
        }
    }
}
