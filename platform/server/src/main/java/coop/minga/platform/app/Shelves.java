package coop.minga.platform.app;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import coop.minga.platform.MingaException;
import coop.minga.platform.PlanId;
import coop.minga.platform.catalog.Availability;
import coop.minga.platform.catalog.Catalog;
import coop.minga.platform.catalog.PlanView;
import coop.minga.platform.db.Db;
import coop.minga.platform.orders.Offerings;
import coop.minga.platform.providers.ProviderService;
import coop.minga.platform.providers.ProviderView;
import coop.minga.platform.supply.Supply;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Need;
import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.OfferingBlueprint;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Joins the catalogue to what can be delivered: which plans are available, and what a trial puts on
 * the shelf.
 */
final class Shelves implements Availability {

    private final Db db;
    private final Catalog catalog;
    private final ProviderService providers;
    private final Offerings offerings;
    private final Supply supply;
    private final Cache<PlanId, Boolean> available =
            Caffeine.newBuilder()
                    .maximumSize(1_000)
                    .expireAfterWrite(Duration.ofSeconds(1))
                    .build();

    Shelves(Db db, Catalog catalog, ProviderService providers, Offerings offerings, Supply supply) {
        this.db = db;
        this.catalog = catalog;
        this.providers = providers;
        this.offerings = offerings;
        this.supply = supply;
    }

    @Override
    public boolean available(PlanView plan) {
        return available.get(plan.plan().id(), id -> fits(plan));
    }

    private boolean fits(PlanView plan) {
        // Without its plugin it fits nowhere: the long shelf of a host with few of its plugins
        // there costs nothing.
        if (providers
                .get(Kind.OFFERING, plan.product().blueprint(), OfferingBlueprint.class)
                .isEmpty()) {
            return false;
        }
        Set<String> needs = needs(plan);
        return db.read(handle -> supply.fits(handle, needs, plan.plan().size()));
    }

    /** What a plan's workload needs with the customer's choices left at their defaults. */
    private Set<String> needs(PlanView view) {
        try {
            return offerings
                    .plan(
                            view.product().blueprint(),
                            view.product().config(),
                            Map.of(),
                            new DeploymentFacts("availability", view.plan().size(), "en"))
                    .spec()
                    .needs();
        } catch (MingaException e) {
            // Choices without defaults: whatever runs this kind of thing will do. A plugin that
            // went
            // away meanwhile: nothing does.
            return providers.parameters(view.product().blueprint()).isPresent()
                    ? Set.of()
                    : Set.of("plugin " + view.product().blueprint());
        }
    }

    /**
     * On a trial, an offering that starts is put on the shelf once; what the operator changes stays
     * changed.
     */
    void stock(ProviderView provider) {
        if (!provider.state().takesWork()) {
            return;
        }
        if (provider.ref().kind() == Kind.COMPUTE
                && provider.capabilities().contains(Need.OCI_IMAGE)) {
            db.useTransaction(handle -> catalog.seedContainer(handle, Map.of()));
        }
        if (provider.ref().kind() == Kind.OFFERING) {
            stockOffering(provider.ref().name());
        }
        available.invalidateAll();
    }

    private void stockOffering(String blueprint) {
        if (blueprint.equals("sandbox")) {
            db.useTransaction(catalog::seedSandbox);
        } else if (!blueprint.equals("container")) {
            Optional<ProviderService.Titles> titles = providers.titles(Kind.OFFERING, blueprint);
            Text name = titles.map(ProviderService.Titles::title).orElse(Text.of(blueprint));
            Text summary = titles.map(ProviderService.Titles::summary).orElse(Text.of(""));
            db.useTransaction(handle -> catalog.seedOffering(handle, blueprint, name, summary));
        }
    }
}
