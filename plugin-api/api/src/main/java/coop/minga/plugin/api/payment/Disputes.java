package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Page;

import java.time.Instant;

/**
 * Optional ability of a provider: payers who take their money back through their bank, and our
 * answer to it. Capability {@link Ability#DISPUTES}.
 */
public interface Disputes {

    /**
     * The dispute as the vendor sees it now.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}
     */
    Dispute observeDispute(Call call, DisputeHandle handle);

    /**
     * Disputes of payments this host started, oldest first.
     *
     * @param since only those opened at or after this time
     */
    Page<Dispute> listDisputes(Call call, Instant since, Page.Token token);

    /**
     * Gives evidence. A draft replaces the one before; what is submitted is final.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}; {@code CONFLICT} when it
     *     takes no evidence any more
     */
    Dispute answer(Call call, DisputeHandle handle, Evidence evidence, boolean submit);

    /** Gives in: the payer keeps the money. */
    Dispute accept(Call call, DisputeHandle handle);
}
