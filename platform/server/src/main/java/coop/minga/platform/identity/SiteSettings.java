package coop.minga.platform.identity;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.http.Json;
import coop.minga.platform.http.Principal;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Currency;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The site's settings: read often from a cache, changed by operators. Thread-safe. */
public final class SiteSettings {

    private static final String KEY = "site";
    private static final String CACHE = "settings";
    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());

    private final Db db;
    private final Events events;
    private final Trail trail;
    private final Clock clock;
    private final SettingsStore store = new SettingsStore();
    private final LoadingCache<String, Versioned> cache;

    /**
     * The settings with the version that a change must name.
     *
     * @param version 0 before the first set-up
     */
    public record Versioned(Site site, long version) {}

    /** A form as it arrives. */
    public record SiteForm(
            @Nullable String name,
            @Nullable String locale,
            @Nullable String currency,
            @Nullable String region) {}

    SiteSettings(Db db, Events events, Trail trail, Clock clock) {
        this.db = db;
        this.events = events;
        this.trail = trail;
        this.clock = clock;
        this.cache =
                Caffeine.newBuilder()
                        .maximumSize(1)
                        .expireAfterWrite(Duration.ofSeconds(30))
                        .recordStats()
                        .build(key -> db.read(this::load));
        events.onInvalidate(CACHE, key -> cache.invalidateAll());
    }

    public Site site() {
        return cache.get(KEY).site();
    }

    /** For visitors without a choice of their own; also while the database is away. */
    public String language() {
        try {
            return site().locale();
        } catch (RuntimeException e) {
            return Site.INITIAL.locale();
        }
    }

    Versioned current() {
        return db.read(this::load);
    }

    /**
     * Replaces the settings.
     *
     * @throws MingaException 412 when the version is another one by now
     */
    Versioned change(Principal principal, SiteForm form, long version, Caller caller) {
        Checks checks = new Checks();
        Site site = check(checks, "", form);
        checks.done();
        db.useTransaction(handle -> {
            Instant now = clock.instant();
            Versioned before = load(handle);
            boolean written =
                    version == 0
                            ? store.insert(handle, KEY, Json.write(site), now)
                            : store.update(handle, KEY, Json.write(site), version, now);
            if (!written) {
                throw MingaException.of(
                        ErrorCode.of(ErrorCode.Type.PRECONDITION, "settings.changed-meanwhile"),
                        "Somebody else changed the settings in the meantime. Load them again and"
                                + " repeat your change.",
                        "Alguien cambió la configuración entretanto. Cárgala de nuevo y repite tu"
                                + " cambio.");
            }
            trail.audit(
                    handle,
                    principal.account().toString(),
                    caller,
                    "settings.changed",
                    KEY,
                    values(before.site()),
                    values(site));
            invalidate(handle);
        });
        return current();
    }

    /** Writes the first settings inside the set-up's transaction. */
    void begin(Handle handle, Site site) {
        Instant now = clock.instant();
        if (!store.insert(handle, KEY, Json.write(site), now)) {
            store.update(handle, KEY, Json.write(site), load(handle).version(), now);
        }
        invalidate(handle);
    }

    static Site check(Checks checks, String at, SiteForm form) {
        String name = checks.name(at + "/name", form.name());
        String locale =
                checks.locale(
                        at + "/locale",
                        checks.present(at + "/locale", form.locale()),
                        Site.INITIAL.locale());
        String currency = checks.present(at + "/currency", form.currency());
        if (!currency.isEmpty() && !isCurrency(currency)) {
            checks.problem(
                    at + "/currency",
                    "unknown-currency",
                    "This is not a currency such as USD or EUR.",
                    "Esto no es una moneda como USD o EUR.");
        }
        String region = form.region() == null ? Site.INITIAL.region() : form.region();
        if (!COUNTRIES.contains(region)) {
            checks.problem(
                    at + "/region",
                    "unknown-region",
                    "This is not a country code such as EC.",
                    "Esto no es un código de país como EC.");
        }
        return new Site(name, locale, currency, region);
    }

    private static boolean isCurrency(String code) {
        return Currency.getAvailableCurrencies().stream()
                .anyMatch(currency ->
                        currency.getCurrencyCode().equals(code)
                                && currency.getDefaultFractionDigits() >= 0);
    }

    private Versioned load(Handle handle) {
        return store.find(handle, KEY)
                .map(stored ->
                        new Versioned(Json.read(stored.value(), Site.class), stored.version()))
                .orElseGet(() -> new Versioned(Site.INITIAL, 0));
    }

    private void invalidate(Handle handle) {
        events.invalidate(handle, CACHE, KEY);
    }

    private static Map<String, Object> values(Site site) {
        return Map.of(
                "name", site.name(),
                "locale", site.locale(),
                "currency", site.currency(),
                "region", site.region());
    }

    static String etag(long version) {
        return "\"" + version + "\"";
    }

    /** The version an {@code If-Match} names; others are refused. */
    static long version(String ifMatch) {
        String text = ifMatch.strip();
        boolean quoted = text.length() > 2 && text.startsWith("\"") && text.endsWith("\"");
        String digits = quoted ? text.substring(1, text.length() - 1) : "";
        if (digits.isEmpty()
                || digits.length() > 18
                || !Arrays.stream(digits.split("")).allMatch(d -> "0123456789".contains(d))) {
            throw MingaException.invalid(
                    "header:If-Match",
                    "malformed",
                    "If-Match must be the ETag that came with the settings.",
                    "If-Match debe ser el ETag que vino con la configuración.");
        }
        return Long.parseLong(digits);
    }
}
