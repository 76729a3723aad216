package coop.minga.platform.instances;

import coop.minga.plugin.api.Text;

import java.util.Optional;

/**
 * What a backend carries.
 *
 * @param machines instances that are there, or are being taken away
 * @param orders instances that are being made
 */
public record Holding(int machines, int orders) {

    /** Why the backend cannot be done without; empty when nothing depends on it. */
    public Optional<Text> reason(String provider) {
        if (machines == 0 && orders == 0) {
            return Optional.empty();
        }
        return Optional.of(
                Text.of(
                        "The backend "
                                + provider
                                + " still holds "
                                + machines
                                + " machines and "
                                + orders
                                + " orders under way. Terminate the machines and let the orders"
                                + " end first; to keep new ones away meanwhile, disable the plans"
                                + " that run there.",
                        "El motor "
                                + provider
                                + " aún tiene "
                                + machines
                                + " máquinas y "
                                + orders
                                + " pedidos en curso. Termina las máquinas y deja que acaben los"
                                + " pedidos; para que no lleguen más, desactiva los planes que"
                                + " corren ahí."));
    }
}
