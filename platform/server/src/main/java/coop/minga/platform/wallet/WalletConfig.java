package coop.minga.platform.wallet;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

/**
 * How wallets begin.
 *
 * @param welcomeGrant coins for every new account, in the promo bucket; zero for none
 */
public record WalletConfig(Money welcomeGrant) {

    public WalletConfig {
        if (!welcomeGrant.asset().equals(Asset.COIN) || welcomeGrant.isNegative()) {
            throw new IllegalArgumentException("The welcome grant is an amount of COIN");
        }
    }

    /** 100 COIN, what a trial gives. */
    public static WalletConfig trial() {
        return new WalletConfig(new Money(10_000, Asset.COIN));
    }

    /** Nothing. */
    public static WalletConfig production() {
        return new WalletConfig(Money.zero(Asset.COIN));
    }
}
