package coop.minga.platform.payments;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.plugin.api.RawRequest;

import java.time.Duration;

/** Where vendors' webhooks come in: any method, raw bytes, no session. */
public final class HookRoutes implements Routes {

    private static final long MOST_BYTES = 256 << 10;

    private final Inbox inbox;

    public HookRoutes(Inbox inbox) {
        this.inbox = inbox;
    }

    @Override
    public void register(RouteTable table) {
        table.any("/hooks/{provider}", Access.everyone())
                .summary("A vendor's webhook")
                .rawBody(MOST_BYTES)
                .ownCredentials()
                .limit(RateLimit.HOOKS)
                .answers(200, Void.class)
                .handle(exchange -> receive(exchange, ""));
        table.any("/hooks/{provider}/{suffix}", Access.everyone())
                .summary("A vendor's webhook whose address ends in a secret")
                .rawBody(MOST_BYTES)
                .ownCredentials()
                .limit(RateLimit.HOOKS)
                .answers(200, Void.class)
                .handle(exchange -> receive(exchange, exchange.path("suffix")));
    }

    private Reply receive(Exchange exchange, String suffix) {
        Inbox.Receipt receipt =
                inbox.receive(
                        exchange.path("provider"),
                        new RawRequest(
                                exchange.method(),
                                suffix,
                                exchange.rawQuery(),
                                exchange.headers(),
                                exchange.rawBody()));
        return switch (receipt) {
            case KEPT -> Reply.noContent().withStatus(200);
            case REFUSED ->
                    throw MingaException.of(
                            ErrorCode.user("hooks.refused"),
                            "This is not a message we can believe.",
                            "Este no es un mensaje que podamos creer.");
            case NOBODY -> throw Ids.noSuchThing();
            case LATER ->
                    throw MingaException.of(
                                    ErrorCode.of(ErrorCode.Type.UNAVAILABLE, "hooks.not-ready"),
                                    "Nobody can check this now. Please send it again later.",
                                    "Nadie puede comprobar esto ahora. Envíalo de nuevo más"
                                            + " tarde.")
                            .retryAfter(Duration.ofMinutes(1));
        };
    }
}
