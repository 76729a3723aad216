package coop.minga.platform.wallet;

import coop.minga.platform.AccountId;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.TeamId;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Csv;
import coop.minga.platform.http.Cursor;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.platform.ledger.Entry;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.ledger.Ledger;
import coop.minga.platform.ledger.Recorded;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Wallets over HTTP. */
public final class WalletRoutes implements Routes {

    private static final int CSV_ROWS = 10_000;
    private static final int PAGE = 100;

    private final WalletService wallet;
    private final GiftCodes gifts;
    private final Adjustments adjustments;
    private final AccountTeams teams;
    private final Db db;

    public WalletRoutes(
            WalletService wallet,
            GiftCodes gifts,
            Adjustments adjustments,
            AccountTeams teams,
            Db db) {
        this.wallet = wallet;
        this.gifts = gifts;
        this.adjustments = adjustments;
        this.teams = teams;
        this.db = db;
    }

    /** What there is to spend. */
    public record WalletPage(List<BalanceView> balances) {}

    /** What one bucket has. */
    public record BalanceView(String asset, String bucket, long availableMinor, long heldMinor) {}

    /** A page of entries, newest first. */
    public record EntryPage(List<EntryView> items, @Nullable String nextCursor) {}

    /**
     * One line of the statement.
     *
     * @param reason what the operator wrote, on adjustments
     */
    public record EntryView(
            String id,
            Instant at,
            String kind,
            long amountMinor,
            String asset,
            String bucket,
            long balanceMinor,
            @Nullable String reason,
            Explains explains) {}

    /** A line of the statement with everything that moved along with it. */
    public record EntryDetail(
            String kind, Instant at, Explains explains, List<MovedView> movements) {}

    /**
     * One movement.
     *
     * @param from a bucket of one's own, {@code revenue/operator}, or {@code other}
     * @param rule the split rule that decided it; empty for none
     */
    public record MovedView(String from, String to, String asset, long amountMinor, String rule) {}

    /** A code as typed. */
    public record RedeemBody(String code) {}

    /** What a code gave. */
    public record Redeemed(long amountMinor, String asset, String bucket) {}

    /** A code to be made. */
    public record GiftCodeBody(
            @Nullable String code,
            @Nullable String asset,
            @Nullable String bucket,
            long amountMinor,
            @Nullable Integer uses,
            @Nullable Instant expiresAt,
            @Nullable String note) {}

    /** A code as operators see it. */
    public record GiftCodeView(
            GiftCodeId id,
            String code,
            String asset,
            String bucket,
            long amountMinor,
            int uses,
            int used,
            int usesLeft,
            @Nullable Instant expiresAt,
            boolean active,
            String note,
            Instant createdAt) {}

    /** A page of codes, newest first. */
    public record GiftCodePage(List<GiftCodeView> items, @Nullable String nextCursor) {}

    /**
     * A change by hand.
     *
     * @param bucket one coin bucket; without it, what is added goes to promo, and taking and
     *     setting concern all buckets together
     * @param expiresAt when coins that are added are taken back, as far as unspent
     */
    public record AdjustmentBody(
            String asset,
            @Nullable String bucket,
            String op,
            long amountMinor,
            String reason,
            @Nullable Instant expiresAt) {}

    /** A change that was made. */
    public record AdjustmentView(
            String id,
            String asset,
            String op,
            long amountMinor,
            long changeMinor,
            String reason,
            long availableMinor) {}

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/wallet", Access.signedIn("wallet"))
                .summary("What there is to spend, by asset and bucket")
                .answers(200, WalletPage.class)
                .handle(exchange -> balances(exchange.principal().team()));
        table.get("/api/v1/wallet/entries", Access.signedIn("wallet"))
                .summary("The statement, newest first; also as CSV")
                .query("asset", "cursor", "limit", "format")
                .answers(200, EntryPage.class)
                .handle(exchange -> entries(exchange, exchange.principal().team()));
        table.get("/api/v1/wallet/entries/{id}", Access.signedIn("wallet"))
                .summary("What a line of the statement is made of, and where it went")
                .answers(200, EntryDetail.class)
                .handle(this::entry);
        table.post("/api/v1/gift-codes/redeem", Access.signedIn("wallet"))
                .summary("Turns a gift code into coins, once per team")
                .body(RedeemBody.class)
                .answers(200, Redeemed.class)
                .limit(RateLimit.CREDENTIALS)
                .idempotent()
                .handle(this::redeem);
        table.get("/api/v1/admin/gift-codes", Access.staff())
                .summary("Gift codes, newest first")
                .query("cursor", "limit")
                .answers(200, GiftCodePage.class)
                .handle(this::codes);
        table.post("/api/v1/admin/gift-codes", Access.admins())
                .summary("Makes a gift code")
                .body(GiftCodeBody.class)
                .answers(201, GiftCodeView.class)
                .limit(RateLimit.WRITE)
                .idempotent()
                .handle(this::createCode);
        table.delete("/api/v1/admin/gift-codes/{id}", Access.admins())
                .summary("Ends a gift code")
                .answers(200, GiftCodeView.class)
                .limit(RateLimit.WRITE)
                .handle(exchange ->
                        Reply.ok(
                                view(
                                        gifts.deactivate(
                                                exchange, GiftCodeId.parse(exchange.path("id"))))));
        table.get("/api/v1/admin/accounts/{id}/wallet", Access.staff())
                .summary("What an account's team has")
                .answers(200, WalletPage.class)
                .handle(exchange -> balances(team(exchange)));
        table.get("/api/v1/admin/accounts/{id}/entries", Access.staff())
                .summary("An account's statement, newest first; also as CSV")
                .query("asset", "cursor", "limit", "format")
                .answers(200, EntryPage.class)
                .handle(exchange -> entries(exchange, team(exchange)));
        table.post("/api/v1/admin/accounts/{id}/adjustments", Access.admins())
                .summary("Adds to, takes from or sets a wallet by hand, with a reason")
                .body(AdjustmentBody.class)
                .answers(201, AdjustmentView.class)
                .limit(RateLimit.WRITE)
                .idempotent()
                .handle(this::adjust);
    }

    private TeamId team(Exchange exchange) {
        AccountId account = AccountId.parse(exchange.path("id"));
        return db.read(handle -> teams.teamOf(handle, account)).orElseThrow(Ids::noSuchThing);
    }

    private Reply balances(TeamId team) {
        List<BalanceView> views =
                db.read(handle -> wallet.balances(handle, team)).stream()
                        .map(one ->
                                new BalanceView(
                                        one.asset().code(),
                                        one.bucket().id(),
                                        one.balance().available().minor(),
                                        one.balance().held().minor()))
                        .toList();
        return Reply.ok(new WalletPage(views));
    }

    private Reply entries(Exchange exchange, TeamId team) {
        String asset = exchange.query("asset").orElse("");
        String cursor = exchange.query("cursor").orElse("");
        String format = exchange.query("format").orElse("");
        if (!format.isEmpty() && !format.equals("csv") && !format.equals("json")) {
            throw MingaException.invalid(
                    "query:format",
                    "unknown-format",
                    "The format is json or csv.",
                    "El formato es json o csv.");
        }
        if (!cursor.isEmpty() && !Ledger.isEntryId(cursor)) {
            throw MingaException.invalid(
                    "query:cursor",
                    "unknown-cursor",
                    "The cursor must be the next_cursor of an earlier answer.",
                    "El cursor debe ser el next_cursor de una respuesta anterior.");
        }
        if (format.equals("csv") || format.isEmpty() && Csv.isWanted(exchange)) {
            return csv(team, asset, cursor);
        }
        int limit = exchange.query("limit", 50, 1, PAGE);
        List<WalletService.Statement> found =
                db.read(handle -> wallet.statement(handle, team, asset, cursor, limit + 1));
        List<EntryView> items = found.stream().limit(limit).map(WalletRoutes::view).toList();
        return Reply.ok(new EntryPage(items, found.size() > limit ? items.getLast().id() : null));
    }

    private Reply csv(TeamId team, String asset, String first) {
        List<List<Object>> rows = new ArrayList<>();
        String cursor = first;
        while (rows.size() < CSV_ROWS) {
            String from = cursor;
            List<WalletService.Statement> page =
                    db.read(handle -> wallet.statement(handle, team, asset, from, PAGE));
            for (WalletService.Statement one : page) {
                EntryView entry = view(one);
                rows.add(
                        Arrays.asList(
                                entry.id(),
                                entry.at(),
                                entry.kind(),
                                entry.amountMinor(),
                                entry.asset(),
                                entry.bucket(),
                                entry.balanceMinor(),
                                entry.explains().type(),
                                entry.explains().id(),
                                entry.reason() == null ? "" : entry.reason()));
            }
            if (page.size() < PAGE) {
                break;
            }
            cursor = page.getLast().entry().id();
        }
        return Csv.reply(
                List.of(
                        "id",
                        "at",
                        "kind",
                        "amount_minor",
                        "asset",
                        "bucket",
                        "balance_minor",
                        "explains_type",
                        "explains_id",
                        "reason"),
                rows);
    }

    private static EntryView view(WalletService.Statement one) {
        Entry entry = one.entry();
        return new EntryView(
                entry.id(),
                entry.at(),
                entry.kind(),
                entry.amount().minor(),
                entry.amount().asset().code(),
                WalletAccounts.bucketOf(entry.address()).id(),
                entry.balance().minor(),
                one.reason(),
                entry.explains());
    }

    private Reply entry(Exchange exchange) {
        TeamId team = exchange.principal().team();
        Recorded moved =
                db.read(handle -> wallet.movement(handle, team, exchange.path("id")))
                        .orElseThrow(Ids::noSuchThing);
        return Reply.ok(
                new EntryDetail(
                        moved.kind(),
                        moved.at(),
                        moved.explains(),
                        moved.lines().stream()
                                .map(line ->
                                        new MovedView(
                                                WalletAccounts.named(team, line.fromAddress()),
                                                WalletAccounts.named(team, line.toAddress()),
                                                line.amount().asset().code(),
                                                line.amount().minor(),
                                                line.rule()))
                                .toList()));
    }

    private Reply redeem(Exchange exchange) {
        GiftCode gift = gifts.redeem(exchange.principal(), exchange.body(RedeemBody.class).code());
        return Reply.ok(
                new Redeemed(
                        gift.amount().minor(), gift.amount().asset().code(), gift.bucket().id()));
    }

    private Reply codes(Exchange exchange) {
        int limit = exchange.query("limit", 50, 1, PAGE);
        List<GiftCode> found = gifts.list(Cursor.of(exchange), limit + 1);
        List<GiftCode> page = found.subList(0, Math.min(limit, found.size()));
        String next =
                found.size() > limit
                        ? new Cursor(page.getLast().createdAt(), page.getLast().id().value()).text()
                        : null;
        return Reply.ok(new GiftCodePage(page.stream().map(WalletRoutes::view).toList(), next));
    }

    private Reply createCode(Exchange exchange) {
        GiftCodeBody body = exchange.body(GiftCodeBody.class);
        Integer uses = body.uses();
        GiftCode made =
                gifts.create(
                        exchange,
                        new GiftCodes.NewCode(
                                body.code(),
                                body.asset(),
                                body.bucket(),
                                body.amountMinor(),
                                uses == null ? 1 : uses,
                                body.expiresAt(),
                                body.note()));
        return Reply.created(view(made));
    }

    private static GiftCodeView view(GiftCode code) {
        return new GiftCodeView(
                code.id(),
                code.code(),
                code.amount().asset().code(),
                code.bucket().id(),
                code.amount().minor(),
                code.uses(),
                code.used(),
                code.uses() - code.used(),
                code.expiresAt(),
                code.active(),
                code.note(),
                code.createdAt());
    }

    private Reply adjust(Exchange exchange) {
        AccountId account = AccountId.parse(exchange.path("id"));
        AdjustmentBody body = exchange.body(AdjustmentBody.class);
        Adjustments.Op op =
                Map.of(
                                "add", Adjustments.Op.ADD,
                                "sub", Adjustments.Op.SUB,
                                "set", Adjustments.Op.SET)
                        .get(body.op());
        if (op == null) {
            throw MingaException.invalid(
                    "/op", "unknown-value", "Choose add, sub or set.", "Elige add, sub o set.");
        }
        Adjustments.Done done =
                adjustments.adjust(
                        exchange,
                        account,
                        new Adjustments.Wanted(
                                body.asset(),
                                body.bucket(),
                                op,
                                body.amountMinor(),
                                body.reason(),
                                body.expiresAt()));
        return Reply.created(
                new AdjustmentView(
                        done.id(),
                        done.asset(),
                        done.op().name().toLowerCase(Locale.ROOT),
                        done.amountMinor(),
                        done.changeMinor(),
                        done.reason(),
                        done.availableMinor()));
    }
}
