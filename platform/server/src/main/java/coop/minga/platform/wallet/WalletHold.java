package coop.minga.platform.wallet;

import coop.minga.plugin.api.Money;

import java.util.UUID;

/**
 * Funds set aside.
 *
 * @param id keep it: it is what captures or releases the funds
 * @param amount always above zero
 */
public record WalletHold(UUID id, Money amount) {}
