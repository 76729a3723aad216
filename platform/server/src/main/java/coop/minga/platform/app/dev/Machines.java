package coop.minga.platform.app.dev;

import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Guarded;
import coop.minga.platform.providers.Outcome;
import coop.minga.platform.providers.ProviderService;
import coop.minga.platform.providers.ProviderView;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.Observation;

import java.time.Duration;
import java.util.Optional;

/** The machines of a trial that is thrown away: they would outlive it. */
public final class Machines {

    private static final IdempotencyKey ENDING = new IdempotencyKey("bench-ends");
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final ProviderService providers;

    public Machines(ProviderService providers) {
        this.providers = providers;
    }

    /** Destroys what this host created, as far as its backends answer. */
    public void end() {
        for (ProviderView view : providers.working(Kind.COMPUTE)) {
            providers
                    .get(Kind.COMPUTE, view.ref().name(), ComputeBackend.class)
                    .ifPresent(Machines::end);
        }
    }

    private static void end(Guarded<ComputeBackend> backend) {
        Optional<Page.Token> next = Optional.of(Page.Token.FIRST);
        while (next.isPresent()) {
            Page.Token token = next.get();
            Outcome<Page<Observation>> page =
                    backend.call(
                            Ask.reading("list").within(WITHIN), (b, call) -> b.list(call, token));
            page.answer().ifPresent(found -> found.items().forEach(each -> destroy(backend, each)));
            next = page.answer().flatMap(Page::next);
        }
    }

    private static void destroy(Guarded<ComputeBackend> backend, Observation machine) {
        if (machine.state() != Observation.State.GONE) {
            backend.call(
                    Ask.effect("destroy", ENDING).within(WITHIN),
                    (b, call) -> {
                        b.destroy(call, machine.handle());
                        return true;
                    });
        }
    }
}
