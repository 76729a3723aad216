package coop.minga.platform.notifications;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.AccountId;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.StoredFact;
import coop.minga.platform.http.Json;
import coop.minga.platform.identity.Accounts;
import coop.minga.platform.jobs.Jobs;
import coop.minga.platform.providers.ExtensionPoints;
import coop.minga.platform.providers.ProviderService;

import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Hears what happened and writes to the people concerned, when mail can be sent. Thread-safe. */
public final class Notifications {

    private static final Set<String> TYPES =
            Set.of("account.created", "order.state", "invoice.issued", "invoice.resent");

    /** Documents that are mailed unasked; receipts for coins only when somebody wants one. */
    private static final Set<String> MAILED = Set.of("invoice", "credit_note");

    private final Db db;
    private final Accounts accounts;
    private final Jobs jobs;
    private final MailJob mail;
    private final Supplier<URI> publicUrl;

    public Notifications(
            Db db,
            Accounts accounts,
            Jobs jobs,
            ProviderService providers,
            ExtensionPoints points,
            Supplier<URI> publicUrl) {
        this.db = db;
        this.accounts = accounts;
        this.jobs = jobs;
        this.mail = new MailJob(db, accounts, providers, points);
        this.publicUrl = publicUrl;
    }

    /** Makes the job and the listener known; before jobs and events start. */
    public void register(Events events) {
        jobs.register(mail);
        events.listen("notifications.mail", TYPES, this::on);
    }

    private void on(StoredFact fact) {
        if (!mail.canSend()) {
            return;
        }
        JsonNode data = Json.read(fact.data(), JsonNode.class);
        db.useTransaction(handle -> {
            Optional<Accounts.Summary> reader = accounts.find(handle, account(fact, data));
            Optional<Letter> letter = reader.flatMap(account -> letter(fact, data, account));
            letter.ifPresent(written -> jobs.enqueue(handle, MailJob.TYPE, written.key(), written));
        });
    }

    private static AccountId account(StoredFact fact, JsonNode data) {
        return AccountId.parse(
                fact.type().equals("account.created")
                        ? fact.subject()
                        : data.path("account_id").asText());
    }

    private Optional<Letter> letter(StoredFact fact, JsonNode data, Accounts.Summary reader) {
        String key = "mail-" + fact.id();
        String url = publicUrl.get().toString();
        if (fact.type().equals("account.created")) {
            return Optional.of(
                    Letters.welcome(key, reader.id(), reader.locale(), reader.name(), url));
        }
        if (fact.type().startsWith("invoice.")) {
            boolean wanted =
                    fact.type().equals("invoice.resent")
                            || MAILED.contains(data.path("kind").asText());
            return wanted
                    ? Optional.of(
                            Letters.document(
                                    key,
                                    reader.id(),
                                    reader.locale(),
                                    data.at("/title/" + reader.locale()).asText()
                                            + " "
                                            + data.path("reference").asText(),
                                    data.path("total").asText(),
                                    url + "/api/v1/invoices/" + fact.subject() + "/pdf"))
                    : Optional.empty();
        }
        String machine = data.path("name").asText();
        return switch (data.path("state").asText()) {
            case "fulfilled" ->
                    Optional.of(
                            Letters.ready(
                                    key,
                                    reader.id(),
                                    reader.locale(),
                                    machine,
                                    data.path("instance_id").asText(),
                                    url));
            case "failed" ->
                    Optional.of(
                            Letters.failed(
                                    key,
                                    reader.id(),
                                    reader.locale(),
                                    machine,
                                    data.at("/reason/text/" + reader.locale()).asText(),
                                    url));
            default -> Optional.empty();
        };
    }
}
