package coop.minga.plugins.payment.transfer;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.StatementLine;
import coop.minga.plugin.api.payment.StatementLine.Verdict;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Which payment a line of a statement paid: the one whose reference it names, if the amount is
 * exactly the one asked for and no other line claims it.
 */
final class Matching {

    private static final String LINE = "line";

    private final Ledger ledger;
    private final Settings settings;
    private final Instant now;
    private final Consumer<Transfer> onPaid;
    private final Map<String, Transfer> byReference = new HashMap<>();
    private final Pattern ours;

    Matching(Ledger ledger, Settings settings, Instant now, Consumer<Transfer> onPaid) {
        this.ledger = ledger;
        this.settings = settings;
        this.now = now;
        this.onPaid = onPaid;
        this.ours = Pattern.compile(Names.shape(settings.prefix()));
        ledger.all().forEach(each -> byReference.put(Names.bare(each.begun().text("code")), each));
    }

    List<StatementLine> match(List<Entry> entries) {
        Map<String, Integer> claims = new HashMap<>();
        for (Entry entry : entries) {
            if (!isOutgoing(entry)) {
                named(entry).forEach(each -> claims.merge(each.id(), 1, Integer::sum));
            }
        }
        return entries.stream().map(entry -> line(entry, claims)).toList();
    }

    private List<Transfer> named(Entry entry) {
        String bare = Names.bare(entry.text());
        return byReference.entrySet().stream()
                .filter(each -> bare.contains(each.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    private StatementLine line(Entry entry, Map<String, Integer> claims) {
        if (isOutgoing(entry)) {
            return of(entry, Verdict.NOT_OURS);
        }
        List<Transfer> named = named(entry);
        if (named.isEmpty()) {
            return of(
                    entry,
                    ours.matcher(Names.bare(entry.text())).find()
                            ? Verdict.UNKNOWN_REFERENCE
                            : Verdict.NOT_OURS);
        }
        if (named.size() > 1) {
            return of(entry, Verdict.AMBIGUOUS);
        }
        Transfer transfer = named.getFirst();
        Asset asset = transfer.amount().asset();
        Optional<Money> amount = Figures.read(entry.amount(), asset);
        if (amount.isEmpty()) {
            return of(entry, Verdict.UNREADABLE).withPayment(handle(transfer));
        }
        Verdict verdict = verdict(entry, transfer, amount.get(), claims);
        return of(entry, verdict).withAmount(amount.get()).withPayment(handle(transfer));
    }

    private Verdict verdict(
            Entry entry, Transfer transfer, Money amount, Map<String, Integer> claims) {
        if (wasPaidBy(transfer, entry)) {
            return Verdict.ALREADY_TAKEN;
        }
        boolean sameCurrency =
                entry.currency()
                        .map(code -> Names.bare(code).equals(transfer.amount().asset().code()))
                        .orElse(settings.currencies().size() == 1);
        if (!sameCurrency || !amount.equals(transfer.amount())) {
            return Verdict.OTHER_AMOUNT;
        }
        if (transfer.end().isPresent()) {
            return Verdict.NOT_WAITING;
        }
        if (claims.getOrDefault(transfer.id(), 0) > 1) {
            return Verdict.AMBIGUOUS;
        }
        Transfer after =
                ledger.end(
                        transfer.id(),
                        Doc.at(now).with("what", Transfer.PAID).with(LINE, entry.fingerprint()));
        if (!wasPaidBy(after, entry)) {
            return Verdict.NOT_WAITING;
        }
        onPaid.accept(after);
        return Verdict.PAID;
    }

    private static boolean wasPaidBy(Transfer transfer, Entry entry) {
        return transfer.end().map(end -> end.text(LINE).equals(entry.fingerprint())).orElse(false);
    }

    private static boolean isOutgoing(Entry entry) {
        String figure = entry.amount().strip();
        return figure.startsWith("-") || figure.endsWith("-") || figure.startsWith("(");
    }

    private static PaymentHandle handle(Transfer transfer) {
        return new PaymentHandle(transfer.id());
    }

    private static StatementLine of(Entry entry, Verdict verdict) {
        return StatementLine.of(entry.number(), entry.text(), verdict);
    }
}
