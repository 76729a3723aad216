package coop.minga.platform.payments;

import coop.minga.platform.AccountId;
import coop.minga.platform.Id;
import coop.minga.platform.Ids;
import coop.minga.platform.TeamId;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.payment.Payer;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.SetupRequest;

import org.jdbi.v3.core.Handle;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** Turns a stored payment into the request a provider gets; the same one at every try. */
public final class Intents {

    /** Who an account is; answered by identity. */
    @FunctionalInterface
    public interface People {

        /** Empty when there is no such account any more. */
        Optional<Person> find(Handle handle, AccountId account);
    }

    /**
     * @param language ISO 639-1
     */
    public record Person(String email, String name, String language) {}

    private final People people;
    private final Supplier<URI> publicUrl;

    /**
     * @param publicUrl where browsers reach this host
     */
    public Intents(People people, Supplier<URI> publicUrl) {
        this.people = people;
        this.publicUrl = publicUrl;
    }

    PaymentIntent of(Handle handle, StoredPayment payment) {
        Payer payer = payer(handle, payment.team(), payment.account());
        URI page = publicUrl.get().resolve("/wallet/top-up?payment=" + payment.id());
        return new PaymentIntent(
                payment.id().toString(),
                payment.amount(),
                payment.mode(),
                PaymentIntent.Capture.AT_ONCE,
                payer,
                payment.purpose().line().in(payer.language()),
                page,
                page);
    }

    SetupRequest of(Handle handle, StoredMethod method) {
        URI page = publicUrl.get().resolve("/wallet/methods?method=" + method.id());
        return new SetupRequest(
                method.id().toString(),
                payer(handle, method.team(), method.account()),
                method.mode(),
                page,
                page);
    }

    private Payer payer(Handle handle, TeamId team, AccountId account) {
        Optional<Person> person = people.find(handle, account);
        return new Payer(
                team.toString(),
                person.map(Person::email),
                person.map(Person::name).orElse(""),
                person.map(Person::language).orElse("en"));
    }

    static IdempotencyKey setupKey(MethodId id) {
        return key("setup", id.value());
    }

    static IdempotencyKey removeKey(MethodId id) {
        return key("remove", id.value());
    }

    /** Which attempt at which debt a top-up is. */
    static String charge(PaymentId id) {
        return "charge/" + id + "/1";
    }

    static IdempotencyKey startKey(PaymentId id) {
        return key("charge", id.value());
    }

    static IdempotencyKey captureKey(PaymentId id) {
        return key("capture", id.value());
    }

    /** Names what a payer sent in: the browser's own key, which is its payment's only. */
    static IdempotencyKey submitKey(Id id, IdempotencyKey ofBrowser) {
        return key(
                "submit",
                UUID.nameUUIDFromBytes(
                        (id + " " + ofBrowser.value()).getBytes(StandardCharsets.UTF_8)));
    }

    static IdempotencyKey refundKey(RefundId id) {
        return key("refund", id.value());
    }

    private static IdempotencyKey key(String what, UUID id) {
        return new IdempotencyKey(what + "-" + Ids.encode(id) + "-1");
    }
}
