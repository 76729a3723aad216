package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Call;

import java.util.List;

/**
 * Optional ability of a provider: finds in a bank's statement which payments arrived. Capability
 * {@link Ability#STATEMENT_IMPORT}. Only what fits one waiting payment exactly is taken; whatever
 * else names one of ours is left to a person.
 */
public interface StatementImport {

    /**
     * Reads a statement, whole or overlapping an earlier one: the same line counts once.
     *
     * @param statement the file as it came from the bank, at most 2 MiB
     * @return every line with money in it, in the file's order
     * @throws coop.minga.plugin.api.ProviderException {@code INVALID_REQUEST} when it cannot be
     *     read as a statement; nothing was taken then
     */
    List<StatementLine> take(Call call, byte[] statement);
}
