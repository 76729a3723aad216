package coop.minga.platform.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.http.Principal;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Limits, alerts and top-ups, and what a team sees of them. */
class SpendingIT {

    private final List<SavedMethods.Demand> demands = new ArrayList<>();
    private final SavedMethods methods = (handle, demand) -> demands.add(demand);
    private final Bench bench = new Bench(Instant.parse("2026-04-01T00:00:00Z"), methods);
    private final Spending spending =
            new Spending(bench.billing, bench.wallet, methods, bench.events, bench.clock);
    private final TestHttp http =
            TestHttp.serving(bench.db, new SpendingRoutes(spending, bench.db));

    @AfterEach
    void close() {
        http.close();
        bench.close();
    }

    @Test
    void aTeamSeesItsNextPaymentHowLongItsFundsLastAndItsLimit() {
        Bench.Customer rosa = bench.customer(10_000);
        Bench.Machine web = bench.start(rosa, "month", 3_000);
        bench.start(rosa, "hour", 1);
        TestClient client = client(rosa);
        client.put("/api/v1/billing/USD/limits", Map.of("cap_minor", 9_000));

        JsonNode usd = usd(client);

        assertThat(usd.at("/available_minor").asLong()).isEqualTo(6_999);
        assertThat(usd.at("/monthly_minor").asLong()).isEqualTo(3_720);
        assertThat(usd.at("/runway_days").asLong()).isEqualTo(56);
        assertThat(usd.at("/spent_minor").asLong()).isEqualTo(3_001);
        assertThat(usd.at("/cap_minor").asLong()).isEqualTo(9_000);
        assertThat(usd.at("/next/1/instance_id").asText()).isEqualTo(web.instance().toString());
        assertThat(usd.at("/next/1/at").asText()).isEqualTo("2026-05-01T00:00:00Z");
        assertThat(usd.at("/next/1/amount_minor").asLong()).isEqualTo(3_000);
        assertThat(usd(client(bench.customer(5))).has("runway_days")).isFalse();
    }

    @Test
    void theLimitStopsOrdersAndHoursUntilTheNextMonth() {
        Bench.Customer rosa = bench.customer(10_000);
        client(rosa).put("/api/v1/billing/USD/limits", Map.of("cap_minor", 250));
        assertThatThrownBy(() -> bench.start(rosa, "month", 251))
                .hasMessageContaining("billing.cap-reached");
        Bench.Machine web = bench.start(rosa, "hour", 100);
        bench.pass(Duration.ofHours(5), web);

        assertThat(bench.view(web).state()).isEqualTo(SubscriptionState.SUSPENDED);
        assertThat(bench.balance(rosa)).isEqualTo("9800+0");
        assertThat(bench.events.types(web.instance())).containsExactly("billing.exhausted");

        bench.clock.forward(Duration.ofDays(30));
        bench.db.useTransaction(
                handle -> bench.billing.resume(handle, web.id(), bench.clock.instant()));
        assertThat(bench.balance(rosa)).isEqualTo("9700+100");
    }

    @Test
    void aRenewalBeyondTheLimitWaitsLikeOneThatCannotBePaid() {
        Bench.Customer rosa = bench.customer(10_000);
        Bench.Machine web = bench.start(rosa, "month", 3_000);
        client(rosa).put("/api/v1/billing/USD/limits", Map.of("cap_minor", 2_000));
        bench.pass(Duration.ofDays(31), web);

        assertThat(bench.view(web).state()).isEqualTo(SubscriptionState.PAST_DUE);
        assertThat(bench.balance(rosa)).isEqualTo("7000+0");
        assertThat(demands).isEmpty();
    }

    @Test
    void whoRunsLowIsToldAtSevenThreeAndOneDaysOnceEach() {
        Bench.Customer rosa = bench.customer(240);
        Bench.Machine web = bench.start(rosa, "hour", 1);
        for (int i = 0; i < 20; i++) {
            bench.pass(Duration.ofHours(12), web);
            watch();
            watch();
        }
        assertThat(bench.events.types(rosa.team())).hasSize(3).containsOnly("billing.runway");

        bench.topUp(rosa, 20_000);
        bench.db.useTransaction(
                handle -> bench.billing.resume(handle, web.id(), bench.clock.instant()));
        watch();
        assertThat(bench.events.types(rosa.team())).hasSize(3);
    }

    @Test
    void aTopUpBeginsOnceForEveryTimeTheBalanceFallsBelow() {
        Bench.Customer rosa = bench.customer(1_000);
        TestClient.Answer answer =
                client(rosa)
                        .put(
                                "/api/v1/billing/USD/limits",
                                Map.of("top_up_below_minor", 500, "top_up_minor", 2_000));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        watch();
        assertThat(demands).isEmpty();
        bench.start(rosa, "month", 600);
        watch();
        watch();
        assertThat(demands).hasSize(1);
        assertThat(demands.getFirst().amount()).isEqualTo(Bench.usd(2_000));

        bench.topUp(rosa, 2_000);
        watch();
        bench.start(rosa, "month", 2_000);
        watch();
        watch();
        assertThat(demands).hasSize(2);
        assertThat(demands.get(0).id()).isNotEqualTo(demands.get(1).id());
    }

    @Test
    void limitsThatMakeNoSenseAreTurnedAway() {
        TestClient client = client(bench.customer(1_000));
        assertThat(client.put("/api/v1/billing/USD/limits", Map.of("cap_minor", -1)).status())
                .isEqualTo(400);
        assertThat(client.put("/api/v1/billing/USD/limits", Map.of("top_up_minor", 5)).status())
                .isEqualTo(400);
        assertThat(client.put("/api/v1/billing/XXX/limits", Map.of("cap_minor", 5)).status())
                .isEqualTo(400);
        assertThat(http.client().get("/api/v1/billing").status()).isEqualTo(401);
    }

    private void watch() {
        bench.db.useTransaction(spending::watch);
    }

    private TestClient client(Bench.Customer customer) {
        return http.client(
                http.signIn(
                        new Principal(
                                customer.account(),
                                customer.team(),
                                Set.of(Role.CUSTOMER),
                                "en",
                                "test",
                                Set.of("*"))));
    }

    private static JsonNode usd(TestClient client) {
        for (JsonNode item : client.get("/api/v1/billing").json().at("/items")) {
            if (item.at("/asset").asText().equals("USD")) {
                return item;
            }
        }
        throw new AssertionError("No USD");
    }
}
