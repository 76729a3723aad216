package coop.minga.platform.wallet;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.http.Cursor;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.Principal;
import coop.minga.platform.ledger.Explains;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Codes that operators hand out and customers turn into coins. Thread-safe. */
public final class GiftCodes {

    private static final ErrorCode UNKNOWN = ErrorCode.notFound("wallet.gift-code-unknown");
    private static final ErrorCode REDEEMED = ErrorCode.conflict("wallet.gift-code-redeemed");
    private static final ErrorCode USED_UP = ErrorCode.conflict("wallet.gift-code-used-up");
    private static final ErrorCode TAKEN = ErrorCode.conflict("wallet.gift-code-taken");
    private static final Pattern CODE = Pattern.compile("[A-Z0-9-]{4,40}");

    /** Without letters and digits that are mistaken for each other. */
    private static final String ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789";

    private static final int GROUPS = 4;
    private static final int GROUP = 4;
    private static final int MAX_USES = 1_000_000;
    private static final int MAX_NOTE = 200;

    private final WalletService wallet;
    private final Db db;
    private final Audit audit;
    private final Events events;
    private final Ids ids;
    private final Clock clock;
    private final RandomGenerator random;
    private final WalletStore store = new WalletStore();

    /**
     * @param random must be unpredictable: a code is worth money
     */
    public GiftCodes(
            WalletService wallet,
            Db db,
            Audit audit,
            Events events,
            Ids ids,
            Clock clock,
            RandomGenerator random) {
        this.wallet = wallet;
        this.db = db;
        this.audit = audit;
        this.events = events;
        this.ids = ids;
        this.clock = clock;
        this.random = random;
    }

    /**
     * A code to be made.
     *
     * @param code the operator's own choice; null for one that cannot be guessed
     */
    record NewCode(
            @Nullable String code,
            @Nullable String asset,
            @Nullable String bucket,
            long amountMinor,
            int uses,
            @Nullable Instant expiresAt,
            @Nullable String note) {}

    GiftCode create(Exchange exchange, NewCode wanted) {
        return db.inTransaction(handle -> {
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            WalletForms form = new WalletForms();
            Asset asset =
                    wanted.asset() == null
                            ? Asset.COIN
                            : form.asset("/asset", store.asset(handle, wanted.asset()));
            Bucket bucket = form.bucket("/bucket", wanted.bucket(), asset);
            form.amount("/amount_minor", wanted.amountMinor(), 1);
            if (wanted.uses() < 1 || wanted.uses() > MAX_USES) {
                form.problem(
                        "/uses",
                        "out-of-range",
                        "A code can be used 1 to 1,000,000 times.",
                        "Un código se puede usar de 1 a 1.000.000 veces.");
            }
            Instant expiry = wanted.expiresAt();
            if (expiry != null && !expiry.isAfter(now)) {
                form.problem(
                        "/expires_at",
                        "in-the-past",
                        "The end must lie in the future.",
                        "El fin debe estar en el futuro.");
            }
            String code = code(form, wanted.code());
            String note =
                    wanted.note() == null ? "" : form.line("/note", wanted.note(), 0, MAX_NOTE);
            form.done();
            GiftCode made =
                    new GiftCode(
                            new GiftCodeId(ids.next()),
                            code,
                            new Money(wanted.amountMinor(), asset),
                            bucket,
                            wanted.uses(),
                            0,
                            expiry == null ? null : expiry.truncatedTo(ChronoUnit.MICROS),
                            true,
                            note,
                            now);
            Principal actor = exchange.principal();
            if (!store.insertCode(handle, made, actor.account())) {
                throw MingaException.of(
                                TAKEN,
                                "There is a gift code of this name already.",
                                "Ya hay un código de regalo con ese nombre.")
                        .at("/code", "taken");
            }
            audit.record(
                    handle,
                    new Audit.Entry(
                            actor.account().toString(),
                            exchange.address(),
                            "gift-code.created",
                            made.id().toString(),
                            Map.of(),
                            Map.of(
                                    "amount", made.amount().toString(),
                                    "bucket", bucket.id(),
                                    "uses", made.uses()),
                            exchange.traceId()));
            return made;
        });
    }

    private String code(WalletForms form, @Nullable String wanted) {
        if (wanted == null || wanted.isBlank()) {
            return fresh();
        }
        String code = normal(wanted);
        if (!CODE.matcher(code).matches()) {
            form.problem(
                    "/code",
                    "invalid-code",
                    "A code has 4 to 40 letters, digits and hyphens.",
                    "Un código tiene de 4 a 40 letras, dígitos y guiones.");
        }
        return code;
    }

    private String fresh() {
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < GROUPS * GROUP; i++) {
            if (i > 0 && i % GROUP == 0) {
                code.append('-');
            }
            code.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return code.toString();
    }

    private static String normal(String code) {
        return code.strip().toUpperCase(Locale.ROOT);
    }

    List<GiftCode> list(Cursor after, int limit) {
        return db.read(handle -> store.codes(handle, after, limit));
    }

    /** No more uses from now on. */
    GiftCode deactivate(Exchange exchange, GiftCodeId id) {
        return db.inTransaction(handle -> {
            if (store.deactivate(handle, id)) {
                audit.record(
                        handle,
                        Audit.entry(
                                exchange.principal().account().toString(),
                                exchange.address(),
                                "gift-code.deactivated",
                                id.toString(),
                                exchange.traceId()));
            }
            return store.code(handle, id).orElseThrow(Ids::noSuchThing);
        });
    }

    /**
     * Turns a code into funds of the caller's team, once per team.
     *
     * @throws MingaException 404 {@code wallet.gift-code-unknown}; 409 {@code
     *     wallet.gift-code-redeemed} by this team before; 409 {@code wallet.gift-code-used-up}
     *     likewise when its time is over
     */
    GiftCode redeem(Principal who, String code) {
        return db.inTransaction(handle -> {
            String clean = normal(code);
            if (!CODE.matcher(clean).matches()) {
                throw unknown();
            }
            GiftCode gift = store.code(handle, clean).orElseThrow(GiftCodes::unknown);
            // The update locks the code's row, so redemptions of one code take turns and
            // the look behind it sees all that came before.
            boolean used = store.use(handle, gift.id(), clock.instant());
            if (store.isRedeemed(handle, gift.id(), who.team())) {
                throw MingaException.of(
                        REDEEMED, "You redeemed this code before.", "Ya canjeaste este código.");
            }
            if (!used) {
                throw MingaException.of(
                        USED_UP,
                        "This code was used up, or its time is over.",
                        "Este código ya se usó del todo o venció.");
            }
            UUID transfer = ids.next();
            wallet.give(
                    handle,
                    new WalletService.Gift(
                            transfer,
                            "gift_code",
                            who.team(),
                            gift.bucket(),
                            gift.amount(),
                            null,
                            new Explains("gift_code", gift.id().toString())));
            store.insertRedemption(
                    handle, gift.id(), who.team(), who.account(), transfer, clock.instant());
            events.publish(
                    handle,
                    new Fact(
                            "wallet.changed",
                            who.team().toString(),
                            Set.of(Topic.of(who.team())),
                            Map.of("asset", gift.amount().asset().code())));
            return gift;
        });
    }

    private static MingaException unknown() {
        return MingaException.of(
                UNKNOWN,
                "There is no such gift code. Check for typing mistakes.",
                "No existe ese código de regalo. Revisa si hay errores al escribirlo.");
    }
}
