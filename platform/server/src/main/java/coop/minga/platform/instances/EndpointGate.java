package coop.minga.platform.instances;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import coop.minga.platform.InstanceId;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.http.HostGate;
import coop.minga.platform.http.Reply;
import coop.minga.plugin.api.compute.Endpoint;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The origins of instances: finds the port behind a host name and lets in whoever may come in.
 *
 * <p>Private origins take a pass, given for a ticket that the owner's session buys. What a name
 * leads to is remembered for seconds and forgotten at once when the instance changes.
 */
public final class EndpointGate implements HostGate {

    private static final String TICKET_PATH = "/.minga/ticket";
    private static final Pattern NAME = Pattern.compile("ins-([0-9a-z]{26})-([0-9]{1,5})");

    private final Db db;
    private final InstancesConfig config;
    private final Passes passes;
    private final InstanceStore store = new InstanceStore();
    private final String suffix;
    private final boolean secure;
    private final Cache<String, Optional<Passes.Route>> routes =
            Caffeine.newBuilder()
                    .maximumSize(20_000)
                    .expireAfterWrite(Duration.ofSeconds(5))
                    .build();

    EndpointGate(Db db, Events events, InstancesConfig config, Passes passes) {
        this.db = db;
        this.config = config;
        this.passes = passes;
        this.suffix = "." + config.appsDomain().toLowerCase(Locale.ROOT);
        this.secure = "https".equals(config.publicUrl().getScheme());
        events.onInvalidate(Instances.CACHE, this::forget);
    }

    private void forget(String instance) {
        routes.asMap()
                .values()
                .removeIf(route ->
                        route.isEmpty()
                                || route.get().port().instanceId().toString().equals(instance));
        passes.forget(instance);
    }

    @Override
    public boolean handles(String host) {
        return host.startsWith("ins-") && host.endsWith(suffix);
    }

    @Override
    public Decision decide(Asked asked) {
        String name = asked.host().substring(0, asked.host().length() - suffix.length());
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return new Decision.Answer(page(404, Words.NOTHING));
        }
        String label = matcher.group(1);
        Optional<Passes.Route> route = routes.get(label, l -> db.read(handle -> find(handle, l)));
        if (route == null
                || route.isEmpty()
                || !route.get().isLive()
                || route.get().port().port() != Integer.parseInt(matcher.group(2))
                || !route.get().port().kind().equals("http")) {
            return new Decision.Answer(page(404, Words.NOTHING));
        }
        if (asked.path().equals(TICKET_PATH)) {
            return new Decision.Answer(admit(asked, label));
        }
        String cookie = asked.cookie(cookieName());
        if (!mayEnter(route.get(), cookie)) {
            return new Decision.Answer(
                    cookie.isEmpty() ? page(401, Words.PRIVATE) : page(403, Words.NO_LONGER));
        }
        Optional<Endpoint.Address> target = route.get().port().target();
        if (target.isEmpty() || !serves(route.get().state())) {
            return new Decision.Answer(
                    page(
                            503,
                            route.get().state() == InstanceState.STOPPED
                                            || route.get().state() == InstanceState.SUSPENDED
                                    ? Words.STOPPED
                                    : Words.NOT_YET));
        }
        return new Decision.Forward(
                target.get(),
                route.get().port().instanceId().toString(),
                () -> stillOpen(label, cookie));
    }

    private boolean stillOpen(String label, String cookie) {
        Optional<Passes.Route> route = routes.get(label, l -> db.read(handle -> find(handle, l)));
        return route != null
                && route.isPresent()
                && route.get().isLive()
                && serves(route.get().state())
                && mayEnter(route.get(), cookie);
    }

    private boolean mayEnter(Passes.Route route, String cookie) {
        return route.isPublic() || passes.opens(cookie, route);
    }

    private static boolean serves(InstanceState state) {
        return state == InstanceState.RUNNING || state == InstanceState.UNKNOWN;
    }

    private Optional<Passes.Route> find(org.jdbi.v3.core.Handle handle, String label) {
        return store.endpoint(handle, label)
                .flatMap(port -> {
                    InstanceId id = port.instanceId();
                    return store.find(handle, id)
                            .map(i -> new Passes.Route(port, i.teamId(), i.state(), i.isPublic()));
                });
    }

    private Reply admit(Asked asked, String label) {
        String ticket = "";
        for (String pair : asked.query().split("&")) {
            if (pair.startsWith("t=")) {
                ticket = pair.substring(2);
            }
        }
        Optional<String> pass =
                asked.method().equals("GET") ? passes.exchange(ticket, label) : Optional.empty();
        if (pass.isEmpty()) {
            return page(403, Words.USED_TICKET);
        }
        return new Reply(
                303,
                Map.of(
                        "Location",
                        "/",
                        "Referrer-Policy",
                        "no-referrer",
                        "Set-Cookie",
                        cookieName()
                                + "="
                                + pass.get()
                                + "; Path=/; HttpOnly; SameSite=Lax; Max-Age="
                                + config.passFor().toSeconds()
                                + (secure ? "; Secure" : "")),
                new Reply.None());
    }

    private String cookieName() {
        return secure ? "__Host-minga_ins" : "minga_ins";
    }

    @Override
    public Reply failed(Asked asked, Failure failure) {
        return switch (failure) {
            case UNREACHABLE -> page(502, Words.NOT_ANSWERING);
            case TIMEOUT -> page(504, Words.TOO_SLOW);
            case BUSY -> page(503, Words.BUSY);
        };
    }

    /** What the pages say, in both languages: a stranger's preference is not known. */
    private enum Words {
        NOTHING(
                "Nothing here",
                "There is no machine at this address. It may have been removed.",
                "Aquí no hay nada",
                "No hay ninguna máquina en esta dirección. Puede que se haya eliminado."),
        PRIVATE(
                "This is private",
                "Only its owner can open it. If it is yours, sign in and press Open on the"
                        + " machine's page.",
                "Esto es privado",
                "Solo su dueño puede abrirlo. Si es tuyo, inicia sesión y pulsa Abrir en la página"
                        + " de la máquina."),
        NO_LONGER(
                "You are not let in any more",
                "Your way in has ended or is for another machine. Sign in and press Open on the"
                        + " machine's page.",
                "Ya no tienes acceso",
                "Tu acceso terminó o es de otra máquina. Inicia sesión y pulsa Abrir en la página"
                        + " de la máquina."),
        USED_TICKET(
                "This link works once",
                "It was used already or is older than half a minute. Press Open on the machine's"
                        + " page again.",
                "Este enlace funciona una sola vez",
                "Ya se usó o tiene más de medio minuto. Pulsa Abrir otra vez en la página de la"
                        + " máquina."),
        STOPPED(
                "The machine is stopped",
                "Start it on its page; this address will work again.",
                "La máquina está detenida",
                "Iníciala en su página; esta dirección volverá a funcionar."),
        NOT_YET(
                "The machine is not ready",
                "It is being made or brought back. Try again in a moment.",
                "La máquina no está lista",
                "Se está creando o recuperando. Inténtalo de nuevo en un momento."),
        NOT_ANSWERING(
                "The machine does not answer",
                "It runs, but nothing answers at this port. Look at its log.",
                "La máquina no responde",
                "Está en marcha, pero nada responde en este puerto. Mira su registro."),
        TOO_SLOW(
                "The machine takes too long",
                "It did not answer in time. Look at its log.",
                "La máquina tarda demasiado",
                "No respondió a tiempo. Mira su registro."),
        BUSY(
                "Too many requests at once",
                "Try again in a moment.",
                "Demasiadas peticiones a la vez",
                "Inténtalo de nuevo en un momento.");

        private final String englishTitle;
        private final String english;
        private final String spanishTitle;
        private final String spanish;

        Words(String englishTitle, String english, String spanishTitle, String spanish) {
            this.englishTitle = englishTitle;
            this.english = english;
            this.spanishTitle = spanishTitle;
            this.spanish = spanish;
        }
    }

    private Reply page(int status, Words words) {
        String link = config.publicUrl().resolve("/instances").toString();
        boolean helps =
                List.of(Words.PRIVATE, Words.NO_LONGER, Words.USED_TICKET, Words.STOPPED)
                        .contains(words);
        String html =
                """
                <!doctype html>
                <html lang="es">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="robots" content="noindex">
                <title>%s · %s</title>
                <style>
                  :root { color-scheme: light dark }
                  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem;
                         margin: 15vh auto; padding: 0 1.5rem }
                  h1 { font-size: 1.3rem; margin: 0 0 .3rem }
                  p { margin: 0 0 2rem; opacity: .85 }
                </style>
                <main>
                <h1>%s</h1>
                <p>%s</p>
                <section lang="en">
                <h1>%s</h1>
                <p>%s</p>
                </section>
                %s
                </main>
                </html>
                """
                        .formatted(
                                words.spanishTitle,
                                words.englishTitle,
                                words.spanishTitle,
                                words.spanish,
                                words.englishTitle,
                                words.english,
                                helps ? "<p><a href=\"" + link + "\">" + link + "</a></p>" : "");
        Reply reply = Reply.text("text/html; charset=utf-8", html).withStatus(status);
        reply =
                reply.with(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        return status == 503 ? reply.with("Retry-After", "3") : reply;
    }
}
