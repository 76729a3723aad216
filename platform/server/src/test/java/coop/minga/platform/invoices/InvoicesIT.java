package coop.minga.platform.invoices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.SubscriptionId;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Cursor;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.fiscal.FiscalResult;

import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Invoices, receipts and their corrections, on a real database and over real HTTP. */
class InvoicesIT {

    private final Shop shop = new Shop();

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void aSlotPaidInMoneyBecomesAnInvoiceWithItsTaxTakenOut() throws IOException {
        shop.sell();
        Shop.Customer rosa = shop.customer(usd(5_000));
        shop.start(rosa, "slot24h", usd(1_150));

        assertThat(shop.issue()).isEqualTo(1);
        assertThat(shop.issue()).isZero();

        JsonNode item = only(rosa);
        assertThat(item.at("/reference").asText()).isEqualTo("001-001-000000001");
        assertThat(item.at("/title").asText()).isEqualTo("Factura");
        assertThat(
                        List.of(
                                item.at("/net_minor").asLong(),
                                item.at("/tax_minor").asLong(),
                                item.at("/total_minor").asLong()))
                .containsExactly(1_000L, 150L, 1_150L);
        JsonNode detail = rosa.client().get(path(item)).json();
        assertThat(detail.at("/taxes/0/label").asText()).isEqualTo("IVA 15 %");
        assertThat(detail.at("/seller/tax_id").asText()).isEqualTo("1790011674001");
        assertThat(detail.at("/buyer/tax_id_kind").asText()).isEqualTo("none");

        TestClient.Answer pdf = rosa.client().get(path(item) + "/pdf");
        assertThat(pdf.headers().get("content-type")).isEqualTo("application/pdf");
        assertThat(pdf.headers().get("content-disposition"))
                .contains("invoice-001-001-000000001.pdf");
        assertThat(text(pdf.body()))
                .containsExactly(
                        "Factura 001-001-000000001",
                        "30 de marzo de 2026",
                        "VENDEDOR COMPRADOR",
                        "Minga Sur Cía. Ltda. Rosa Tanguila",
                        "RUC 1790011674001 EC",
                        "Av. Amazonas 123 rosa@example.com",
                        "Quito",
                        "EC",
                        "caja@example.com",
                        "Descripción Cantidad Precio Impuesto Importe",
                        "Sandbox S 1 × 24 h 11,50 USD 15 % 11,50 USD",
                        "2026-03-30 10:00 – 2026-03-31 10:00",
                        "Neto 10,00 USD",
                        "IVA 15 % 1,50 USD",
                        "Total 11,50 USD",
                        "Factura 001-001-000000001 · Página 1/1");
        assertThat(text(rosa.client().get(path(item) + "/pdf?lang=en").body()))
                .contains("Invoice 001-001-000000001", "March 30, 2026", "Total 11.50 USD");
        assertThat(rosa.client().get(path(item) + "/pdf").body()).isEqualTo(pdf.body());
        String html = rosa.client().get(path(item) + "/html").text();
        assertThat(html).contains("<html lang=\"es\">", "Minga Sur Cía. Ltda.", "11,50 USD");
    }

    @Test
    void aMonthIsInvoicedWhenItIsPaidAndExplained() {
        shop.sell();
        Shop.Customer rosa = shop.customer(usd(5_000));
        SubscriptionId month = shop.start(rosa, "month", usd(1_150));
        assertThat(shop.issue()).isEqualTo(1);
        shop.clock.forward(Duration.ofDays(31));
        shop.db.useTransaction(handle -> shop.billing.renew(handle, month, shop.clock.instant()));
        assertThat(shop.issue()).isEqualTo(1);

        JsonNode items = rosa.client().get("/api/v1/invoices").json().at("/items");
        assertThat(items.findValuesAsText("total_minor")).containsExactly("1150", "1150");
        JsonNode line =
                rosa.client()
                        .get("/api/v1/invoices/" + items.at("/0/id").asText())
                        .json()
                        .at("/lines/0");
        assertThat(line.at("/unit").asText()).isEqualTo("month");
        assertThat(line.at("/quantity").asText()).isEqualTo("1");
        assertThat(line.at("/from").asText()).isEqualTo("2026-04-30T15:00:00Z");
        JsonNode why =
                rosa.client()
                        .get("/api/v1/invoices/" + items.at("/0/id").asText() + "/lines/1")
                        .json();
        assertThat(why.at("/spans/0/seconds").asLong()).isEqualTo(30 * 86_400);
        assertThat(why.at("/formula").asText()).contains("11,50", "periodo");
    }

    @Test
    void coinsGiveAReceiptWithoutTaxEvenBeforeAnybodySaidWhoSells() {
        Shop.Customer rosa = shop.customer(coins(5_000), usd(5_000));
        shop.start(rosa, "slot24h", coins(1_000));
        shop.start(rosa, "slot24h", usd(1_150));

        assertThat(shop.issue()).isEqualTo(1);

        JsonNode item = only(rosa);
        assertThat(item.at("/kind").asText()).isEqualTo("receipt");
        assertThat(item.at("/reference").asText()).isEqualTo("R-000000001");
        assertThat(item.at("/tax_minor").asLong()).isZero();
        JsonNode page = shop.admin.get("/api/v1/admin/invoicing").json();
        assertThat(page.at("/obstacle").asText()).contains("say who sells");
        shop.sell();
        assertThat(shop.issue()).isEqualTo(1);
        assertThat(shop.admin.get("/api/v1/admin/invoicing").json().at("/obstacle").isMissingNode())
                .isTrue();
    }

    @Test
    void hoursOfAMonthComeOnOneLineThatIsExplainedToTheSecond() {
        shop.sell();
        Shop.Customer rosa = shop.customer(usd(100_000));
        SubscriptionId machine = shop.start(rosa, "hour", usd(100));
        shop.clock.forward(Duration.ofMinutes(90));
        shop.db.useTransaction(h -> shop.billing.pause(h, machine, shop.clock.instant()));
        assertThat(shop.issue()).isZero();
        // 31 March, 23:30 in Quito; the last half hour belongs to April.
        shop.clock.forward(Duration.ofHours(36));
        shop.db.useTransaction(h -> shop.billing.resume(h, machine, shop.clock.instant()));
        shop.clock.forward(Duration.ofHours(1).plusSeconds(1));
        shop.db.useTransaction(h -> shop.billing.pause(h, machine, shop.clock.instant()));

        assertThat(shop.issue()).isEqualTo(1);

        JsonNode item = only(rosa);
        assertThat(item.at("/total_minor").asLong()).isEqualTo(150);
        JsonNode line = rosa.client().get(path(item) + "/lines/1").json();
        assertThat(line.at("/line/quantity").asText()).isEqualTo("1.5");
        assertThat(line.at("/formula").asText()).contains("segundos × 1,00 USD ÷ 3600");
        assertThat(values(line.at("/spans"), "seconds")).containsExactly(3_600L, 1_800L);
        assertThat(values(line.at("/spans"), "amount_minor")).containsExactly(100L, 50L);
        assertThat(line.at("/shares/0/party").asText()).isEqualTo("operator");
        assertThat(line.at("/shares/0/amount_minor").asLong()).isEqualTo(150);
        assertThat(rosa.client().get(path(item) + "/lines/2").status()).isEqualTo(404);
        shop.end(machine);
        assertThat(shop.issue()).isEqualTo(1);
    }

    @Test
    void whatIsGivenBackIsPutOnPaperOnceAndToTheCent() {
        shop.sell();
        Shop.Customer rosa = shop.customer(usd(5_000));
        SubscriptionId machine = shop.start(rosa, "slot24h", usd(1_001));
        shop.issue();
        JsonNode invoice = only(rosa);
        shop.clock.forward(Duration.ofHours(8));
        shop.end(machine);

        assertThat(shop.issue()).isEqualTo(1);
        assertThat(shop.issue()).isZero();

        String notes = "/api/v1/admin" + path(invoice).substring("/api/v1".length());
        assertThat(credit(notes, Map.of("amount_minor", 100, "reason", "apology")).status())
                .isEqualTo(201);
        assertThat(credit(notes, Map.of("amount_minor", 100_000, "reason", "too much")).text())
                .contains("invoices.nothing-left", "2.34 USD");
        JsonNode last = credit(notes, Map.of("reason", "everything")).json();
        assertThat(last.at("/corrects/reference").asText()).isEqualTo("001-001-000000001");
        assertThat(credit(notes, Map.of("reason", "once more")).status()).isEqualTo(409);
        JsonNode corrections = rosa.client().get(path(invoice)).json().at("/corrections");
        assertThat(values(corrections, "total_minor")).containsExactly(667L, 100L, 234L);
        assertThat(sum(corrections, "tax_minor")).isEqualTo(invoice.at("/tax_minor").asLong());
        assertThat(sum(corrections, "net_minor")).isEqualTo(invoice.at("/net_minor").asLong());
        assertThat(balance(rosa)).isEqualTo(5_000);
        assertThat(shop.issue()).isZero();
    }

    @Test
    void fiftyAtOnceOnTwoHostsLeaveNoGapAndNoDouble() throws Exception {
        shop.sell();
        Shop.Customer rosa = shop.customer(usd(1_000));
        shop.start(rosa, "slot24h", usd(115));
        shop.issue();
        Invoice first = shop.invoices.all("", Cursor.START, 1).getFirst();
        Draft draft = new Draft(rosa.team(), rosa.account(), first.document(), List.of());
        Issuer issuer = new Issuer(shop.events, shop.jobs, shop.office, shop.ids, shop.clock);
        List<Db> hosts = List.of(shop.db, shop.database.secondHost());
        List<Callable<Boolean>> clerks = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Db host = hosts.get(i % 2);
            boolean fails = i % 5 == 4;
            clerks.add(() -> issued(host, issuer, draft, fails));
        }
        long done = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(clerks.size())) {
            for (Future<Boolean> clerk : threads.invokeAll(clerks)) {
                done += clerk.get() ? 1 : 0;
            }
        }

        assertThat(done).isEqualTo(40);
        List<Long> numbers =
                shop.db.read(h ->
                        h.createQuery("SELECT number FROM invoices ORDER BY number")
                                .mapTo(Long.class)
                                .list());
        assertThat(numbers)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 41).boxed().toList());
        assertThat(new InvoiceProof(shop.db).prove())
                .isEqualTo(new InvoiceProof.Report(41, List.of()));
    }

    /** Some fail after they took a number. */
    private static boolean issued(Db host, Issuer issuer, Draft draft, boolean fails) {
        try {
            host.useTransaction(handle -> {
                issuer.issue(handle, draft);
                if (fails) {
                    throw new IllegalStateException("The clerk fell asleep");
                }
            });
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    @Test
    void twoHostsNeverPutAChargeOnTwoDocuments() throws Exception {
        List<Shop.Customer> customers =
                IntStream.range(0, 10).mapToObj(i -> shop.customer(coins(1_000))).toList();
        customers.forEach(customer -> shop.start(customer, "slot24h", coins(115)));
        InvoiceService other = shop.invoices(shop.database.secondHost());
        List<Callable<Integer>> runs =
                List.of(
                        () -> shop.invoices.issueDue(handle -> {}),
                        () -> other.issueDue(handle -> {}),
                        () -> shop.invoices.issueDue(handle -> {}),
                        () -> other.issueDue(handle -> {}));
        try (ExecutorService threads = Executors.newFixedThreadPool(runs.size())) {
            for (Future<Integer> run : threads.invokeAll(runs)) {
                run.get();
            }
        }
        shop.issue();

        Set<String> buyers = new HashSet<>();
        customers.forEach(customer -> buyers.add(only(customer).at("/account_id").asText()));
        assertThat(buyers).hasSize(10);
        assertThat(new InvoiceProof(shop.db).prove().documents()).isEqualTo(10);
    }

    @Test
    void whatWasIssuedCannotBeChangedUnnoticed() {
        shop.sell();
        for (int i = 0; i < 3; i++) {
            shop.start(shop.customer(usd(1_000)), "slot24h", usd(115));
        }
        shop.issue();
        assertThatThrownBy(() -> change("UPDATE invoices SET snapshot = ''"))
                .hasMessageContaining("never changed");
        assertThatThrownBy(() -> change("DELETE FROM invoice_sources"))
                .hasMessageContaining("never changed");

        change("ALTER TABLE invoices DISABLE TRIGGER USER");
        change("UPDATE invoices SET snapshot = replace(snapshot, 'Rosa', 'Rasa') WHERE number = 2");
        assertThat(findings()).containsExactly("invoice 001-001-000000002");

        change("UPDATE invoices SET snapshot = replace(snapshot, 'Rasa', 'Rosa') WHERE number = 2");
        assertThat(findings()).isEmpty();
    }

    @Test
    void aMissingDocumentIsNamed() {
        for (int i = 0; i < 3; i++) {
            shop.start(shop.customer(coins(1_000)), "slot24h", coins(115));
        }
        shop.issue();
        change("ALTER TABLE invoices DISABLE TRIGGER USER");
        change("ALTER TABLE invoice_sources DISABLE TRIGGER USER");
        change("DELETE FROM invoice_sources");
        change("DELETE FROM invoices WHERE number = 2");

        assertThat(findings()).containsExactly("series receipt R-", "receipt R-000000003");
    }

    @Test
    void aDocumentThatCannotBeWrittenKeepsNoOtherFromBeingWritten() {
        Shop.Customer broken = shop.customer(coins(1_000));
        SubscriptionId machine = shop.start(broken, "slot24h", coins(115));
        change(
                "UPDATE usage_spans SET amount_minor = 9000000000000000000 WHERE subscription_id ="
                        + " '"
                        + machine.value()
                        + "'");
        Shop.Customer rosa = shop.customer(coins(1_000));
        shop.start(rosa, "slot24h", coins(115));

        assertThatThrownBy(shop::issue).hasMessageContaining("1 documents");

        assertThat(only(rosa).at("/total_minor").asLong()).isEqualTo(115);
    }

    @Test
    void otherPeoplesDocumentsAreNotThere() {
        Shop.Customer rosa = shop.customer(coins(1_000));
        Shop.Customer luis = shop.customer();
        shop.start(rosa, "slot24h", coins(115));
        shop.issue();
        String path = path(only(rosa));

        for (String part : List.of("", "/pdf", "/html", "/lines/1")) {
            assertThat(luis.client().get(path + part).status()).isEqualTo(404);
        }
        assertThat(luis.client().post(path + "/resend", null).status()).isEqualTo(404);
        assertThat(luis.client().get("/api/v1/admin/invoices").status()).isEqualTo(403);
        assertThat(rosa.client().post(path + "/resend", null).status()).isEqualTo(202);
        assertThat(rosa.client().get("/api/v1/invoices?kind=bill").status()).isEqualTo(400);
    }

    @Test
    void aBuyerAbroadWithAProfileIsInvoicedAtZeroAndInTheSellersReportingCurrency() {
        shop.sell();
        Shop.Customer rosa = shop.customer(usd(1_000));
        TestClient.Answer saved =
                rosa.client()
                        .put(
                                "/api/v1/billing-profile",
                                Map.of(
                                        "name", "=Rosa GmbH",
                                        "tax_id_kind", "foreign",
                                        "tax_id", "DE123456789",
                                        "country", "DE"));
        assertThat(saved.status()).as(saved.text()).isEqualTo(200);
        shop.start(rosa, "slot24h", usd(115));
        shop.issue();

        JsonNode detail = rosa.client().get(path(only(rosa))).json();
        assertThat(detail.at("/taxes/0/label").asText()).contains("Exportación");
        assertThat(detail.at("/invoice/tax_minor").asLong()).isZero();
        assertThat(detail.at("/buyer/tax_id").asText()).isEqualTo("DE123456789");
        String csv = shop.admin.header("Accept", "text/csv").get("/api/v1/admin/invoices").text();
        assertThat(csv.lines()).hasSize(2);
        assertThat(csv).contains("'=Rosa GmbH,DE123456789,USD,115,0,115");
    }

    @Test
    void aTaxRateBeginsAfterTheNewestAndEndsTheOneBefore() {
        Map<String, Object> rate =
                Map.of(
                        "country", "EC",
                        "category", "standard",
                        "percent", 13,
                        "from", "2026-07-01",
                        "label_en", "VAT 13 %",
                        "label_es", "IVA 13 %");
        String path = "/api/v1/admin/invoicing/tax-rates";
        assertThat(shop.admin.once().post(path, rate).status()).isEqualTo(201);
        assertThat(shop.admin.once().post(path, rate).status()).isEqualTo(409);
        assertThat(shop.admin.get(path).json().at("/items").findValuesAsText("until"))
                .containsExactly("2024-04-01", "2026-07-01");
    }

    @Test
    void aDocumentIsReportedOnceAfterItHasItsNumber() {
        shop.sell();
        shop.office.opens();
        Shop.Customer rosa = shop.customer(usd(1_000));
        shop.start(rosa, "slot24h", usd(115));
        shop.issue();
        InvoiceId id = InvoiceId.parse(only(rosa).at("/id").asText());
        FiscalJob job = new FiscalJob(shop.db, shop.office, shop.clock);

        shop.office.answer = FiscalResult.pending("K-1");
        assertThat(job.run(run(), new FiscalJob.Due(id))).isInstanceOf(JobOutcome.Again.class);
        shop.office.answer = FiscalResult.authorized("K-1", "A-9");
        assertThat(job.run(run(), new FiscalJob.Due(id))).isEqualTo(JobOutcome.done());
        shop.office.answer = FiscalResult.rejected("", "never asked");
        assertThat(job.run(run(), new FiscalJob.Due(id))).isEqualTo(JobOutcome.done());

        assertThat(shop.office.reported).containsExactly("001-001-000000001 001-001- 1 1.15 USD");
        JsonNode fiscal = rosa.client().get(path(only(rosa))).json().at("/fiscal");
        assertThat(fiscal.at("/state").asText()).isEqualTo("authorized");
        assertThat(fiscal.at("/detail").asText()).isEqualTo("A-9");
        assertThat(rosa.client().get(path(only(rosa)) + "/html").text())
                .contains("Clave de acceso: K-1");
        assertThat(shop.jobs.waits(id.toString())).isTrue();
    }

    private static JobRun run() {
        return new JobRun() {
            @Override
            public String id() {
                return "test";
            }

            @Override
            public int attempt() {
                return 1;
            }

            @Override
            public String traceId() {
                return "0".repeat(32);
            }

            @Override
            public void fence(Handle handle) {}
        };
    }

    // ------------------------------------------------------------------ shorthand

    private TestClient.Answer credit(String path, Map<String, Object> body) {
        return shop.admin.once().post(path + "/credit-notes", body);
    }

    private long balance(Shop.Customer customer) {
        return shop.db.read(h -> shop.wallet.balances(h, customer.team())).stream()
                .filter(bucket -> bucket.asset().equals(Asset.USD))
                .mapToLong(bucket -> bucket.balance().available().minor())
                .sum();
    }

    private List<String> findings() {
        return new InvoiceProof(shop.db)
                .prove().findings().stream().map(InvoiceProof.Finding::row).toList();
    }

    private void change(String sql) {
        shop.db.useTransaction(handle -> handle.execute(sql));
    }

    private static JsonNode only(Shop.Customer customer) {
        JsonNode items = customer.client().get("/api/v1/invoices").json().at("/items");
        assertThat(items).as(items.toPrettyString()).hasSize(1);
        return items.get(0);
    }

    private static String path(JsonNode item) {
        return "/api/v1/invoices/" + item.at("/id").asText();
    }

    private static List<Long> values(JsonNode list, String name) {
        List<Long> values = new ArrayList<>();
        list.forEach(one -> values.add(one.at("/" + name).asLong()));
        return values;
    }

    private static long sum(JsonNode list, String name) {
        return values(list, name).stream().mapToLong(Long::longValue).sum();
    }

    private static List<String> text(byte[] pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            PDFTextStripper stripper = new PDFTextStripper();
            stripper.setSortByPosition(true);
            return stripper.getText(document).lines().map(String::strip).toList();
        }
    }

    private static Money usd(long minor) {
        return new Money(minor, Asset.USD);
    }

    private static Money coins(long minor) {
        return new Money(minor, Asset.COIN);
    }
}
