package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/** What people want of the host's till while the host ends. */
final class MoneyWishes {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PAID = 2_000;
    private static final int GIVEN_BACK = 500;

    private MoneyWishes() {}

    /** A top-up that was paid; its id. */
    static String paid(Caller customer) {
        Pay pay = new Pay();
        pay.again(customer);
        Await.until(
                PATIENCE,
                "a top-up that is paid",
                () -> {
                    pay.fulfilled(customer);
                    return true;
                });
        return pay.payment;
    }

    private static long usd(Caller customer) {
        long sum = 0;
        for (JsonNode one : customer.get("/wallet").must(200).json().path("balances")) {
            sum +=
                    one.path("asset").asText().equals("USD")
                            ? one.path("available_minor").asLong()
                            : 0;
        }
        return sum;
    }

    private static String newKey() {
        return UUID.randomUUID().toString();
    }

    /** Money added with a test card. */
    static final class Pay implements Crashes.Wish {

        private final String key = newKey();
        private long before = -1;
        private String payment = "";

        @Override
        public void tryOnce(Caller customer) {
            try {
                before = usd(customer);
                again(customer);
                // Until the host ends there is a page to pay on, or there will be.
                Await.until(PATIENCE, "a page to pay on", () -> isPaidOrGone(customer));
            } catch (Caller.NoAnswer expected) {
                assertThat(expected).isNotNull();
            }
        }

        @Override
        public void again(Caller customer) {
            if (before < 0) {
                before = usd(customer);
            }
            payment =
                    customer.post(
                                    "/payments/top-ups",
                                    Map.of(
                                            "provider", "payment-sandbox",
                                            "asset", "USD",
                                            "amount_minor", PAID),
                                    key)
                            .must(202)
                            .json()
                            .path("id")
                            .asText();
        }

        private boolean isPaidOrGone(Caller customer) {
            try {
                return paidWith(customer);
            } catch (Caller.NoAnswer gone) {
                return true;
            }
        }

        private boolean paidWith(Caller customer) {
            JsonNode now = customer.get("/payments/" + payment).must(200).json();
            if (now.at("/action/type").asText().equals("form")) {
                customer.send(
                        "PUT",
                        "/payments/" + payment + "/checkout",
                        Map.of("values", Map.of("card", "4242")),
                        newKey());
            }
            return now.path("state").asText().equals("succeeded");
        }

        @Override
        public void fulfilled(Caller customer) {
            assertThat(paidWith(customer)).as("payment %s succeeded", payment).isTrue();
            assertThat(usd(customer)).as("balance").isEqualTo(before + PAID);
        }

        @Override
        public void tidy(Caller customer) {
            // The money is the customer's.
        }
    }

    /** A part of a payment given back where it came from. */
    static final class Refund implements Crashes.Wish {

        private final String key = newKey();
        private final Caller admin;
        private final String payment;
        private long before = -1;

        Refund(Caller admin, String payment) {
            this.admin = admin;
            this.payment = payment;
        }

        @Override
        public void tryOnce(Caller customer) {
            try {
                before = usd(customer);
                again(customer);
            } catch (Caller.NoAnswer expected) {
                assertThat(expected).isNotNull();
            }
        }

        @Override
        public void again(Caller customer) {
            admin.post(
                            "/admin/payments/" + payment + "/refunds",
                            Map.of("amount_minor", GIVEN_BACK, "reason", "Asked for"),
                            key)
                    .must(202);
        }

        @Override
        public void fulfilled(Caller customer) {
            JsonNode refunds =
                    admin.get("/admin/payments/" + payment).must(200).json().path("refunds");
            assertThat(refunds).as("%s", refunds).hasSize(1);
            assertThat(refunds.at("/0/state").asText()).isEqualTo("succeeded");
            assertThat(usd(customer)).as("balance").isEqualTo(before - GIVEN_BACK);
        }

        @Override
        public void tidy(Caller customer) {
            // What went back stays there.
        }
    }
}
