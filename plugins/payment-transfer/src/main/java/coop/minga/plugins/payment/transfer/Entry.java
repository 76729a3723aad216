package coop.minga.plugins.payment.transfer;

import java.util.Optional;

/**
 * A line of a statement, as the bank wrote it.
 *
 * @param number in the file, from 1
 * @param text what it says
 * @param amount as written
 * @param currency where there is a column for it
 * @param fingerprint the same whenever the bank exports this line again
 */
record Entry(
        int number, String text, String amount, Optional<String> currency, String fingerprint) {}
