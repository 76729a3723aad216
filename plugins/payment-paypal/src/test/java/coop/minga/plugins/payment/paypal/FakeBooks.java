package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.plugin.testkit.LoopbackVendor.Answer;
import coop.minga.plugin.testkit.LoopbackVendor.Request;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What the fake PayPal keeps: orders with their captures and refunds, and payouts. */
final class FakeBooks {

    static final String MERCHANT = "MERCHANT23456";

    private static final String SELF = "https://api.sandbox.paypal.com";

    private final Map<String, ObjectNode> orders = new LinkedHashMap<>();
    private final Map<String, String> orderOf = new LinkedHashMap<>();
    private final Map<String, ObjectNode> batches = new LinkedHashMap<>();
    private final Deque<String> refusals = new ArrayDeque<>();
    private final Deque<String> captureStates = new ArrayDeque<>();
    private Consumer<ObjectNode> lie = order -> {};
    private String payoutState = "SUCCESS";
    private int numbers;

    /** What a payer does on PayPal's page. */
    synchronized void approve(String order) {
        ObjectNode node = orders.get(order);
        node.put("status", "APPROVED").put("update_time", now());
        node.putObject("payer").put("payer_id", "QYR5Z8XDVJNXQ");
    }

    /** The next step of an order is refused for this. */
    synchronized void refuseNext(String issue) {
        refusals.add(issue);
    }

    /** The next capture ends so. */
    synchronized void nextCapture(String status) {
        captureStates.add(status);
    }

    synchronized void settle(String order, String status) {
        ((ObjectNode) payments(order).path("captures").path(0)).put("status", status);
    }

    /** Changes what is said of orders, not what is so. */
    synchronized void lie(Consumer<ObjectNode> newLie) {
        lie = newLie;
    }

    synchronized void forget(String order) {
        orders.remove(order);
    }

    synchronized void payoutsEnd(String state) {
        payoutState = state;
    }

    synchronized ObjectNode order(String id) {
        return orders.get(id).deepCopy();
    }

    synchronized int ordersFor(String reference) {
        return (int)
                orders.values().stream()
                        .filter(order ->
                                order.at("/purchase_units/0/custom_id")
                                        .asText()
                                        .startsWith(reference + "|"))
                        .count();
    }

    synchronized int payouts() {
        return batches.size();
    }

    synchronized int refundsOf(String order) {
        return payments(order).path("refunds").size();
    }

    synchronized int capturesOf(String order) {
        return payments(order).path("captures").size();
    }

    synchronized Answer answer(Request request) {
        String[] path = request.path().substring(1).split("/");
        String place = request.method() + " " + String.join("/", path);
        JsonNode body = Json.read(request.body());
        return switch (path[1] + "/" + path[2]) {
            case "checkout/orders" ->
                    switch (path.length) {
                        case 3 -> create(body);
                        case 4 -> said(path[3]);
                        default ->
                                path[4].equals("capture")
                                        ? step(path[3], "CAPTURE")
                                        : step(path[3], "AUTHORIZE");
                    };
            case "payments/authorizations" ->
                    path[4].equals("capture") ? captureReserved(path[3], body) : release(path[3]);
            case "payments/captures" -> path.length == 4 ? capture(path[3]) : refund(path[3], body);
            case "payments/refunds" -> refund(path[3]);
            case "payments/payouts" -> path.length == 3 ? payOut(body) : batch(path[3]);
            case "reporting/transactions" -> transactions();
            default -> refuse(404, "RESOURCE_NOT_FOUND", place);
        };
    }

    private Answer create(JsonNode body) {
        String id = id("ORD");
        ObjectNode order =
                Json.object()
                        .put("id", id)
                        .put("intent", body.path("intent").asText())
                        .put("status", "PAYER_ACTION_REQUIRED")
                        .put("create_time", now())
                        .put("update_time", now());
        order.putObject("payment_source").putObject("paypal");
        ObjectNode unit = body.at("/purchase_units/0").deepCopy();
        unit.putObject("payee")
                .put("email_address", "shop@example.org")
                .put("merchant_id", MERCHANT);
        order.putArray("purchase_units").add(unit);
        ArrayNode links = order.putArray("links");
        link(links, SELF + "/v2/checkout/orders/" + id, "self", "GET");
        link(
                links,
                "https://www.sandbox.paypal.com/checkoutnow?token=" + id,
                "payer-action",
                "GET");
        orders.put(id, order);
        return Answer.json(201, Json.text(told(order)));
    }

    private ObjectNode told(ObjectNode order) {
        ObjectNode copy = order.deepCopy();
        lie.accept(copy);
        return copy;
    }

    private Answer said(String id) {
        ObjectNode order = orders.get(id);
        return order == null
                ? refuse(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
                : Answer.json(200, Json.text(told(order)));
    }

    private Answer step(String id, String intent) {
        ObjectNode order = orders.get(id);
        if (order == null) {
            return refuse(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID");
        }
        if (!refusals.isEmpty()) {
            return refuse(422, "UNPROCESSABLE_ENTITY", refusals.remove());
        }
        String status = order.path("status").asText();
        if (status.equals("COMPLETED")) {
            return refuse(
                    422,
                    "UNPROCESSABLE_ENTITY",
                    intent.equals("CAPTURE")
                            ? "ORDER_ALREADY_CAPTURED"
                            : "ORDER_ALREADY_AUTHORIZED");
        }
        if (!status.equals("APPROVED")) {
            return refuse(422, "UNPROCESSABLE_ENTITY", "ORDER_NOT_APPROVED");
        }
        if (!order.path("intent").asText().equals(intent)) {
            return refuse(422, "UNPROCESSABLE_ENTITY", "ACTION_DOES_NOT_MATCH_INTENT");
        }
        ObjectNode unit = (ObjectNode) order.at("/purchase_units/0");
        if (intent.equals("CAPTURE")) {
            take(id, amount(unit));
        } else {
            String authorization = id("AUT");
            orderOf.put(authorization, id);
            ObjectNode reserved =
                    payments(id)
                            .withArray("authorizations")
                            .addObject()
                            .put("id", authorization)
                            .put("status", "CREATED")
                            .put("expiration_time", "2099-01-01T00:00:00Z")
                            .put("create_time", now())
                            .put("update_time", now());
            reserved.set("amount", amount(unit));
            link(
                    reserved.putArray("links"),
                    SELF + "/v2/payments/authorizations/" + authorization,
                    "self",
                    "GET");
        }
        order.put("status", "COMPLETED").put("update_time", now());
        return Answer.json(201, Json.text(told(order)));
    }

    private ObjectNode take(String order, ObjectNode amount) {
        String id = id("CAP");
        orderOf.put(id, order);
        String status = captureStates.isEmpty() ? "COMPLETED" : captureStates.remove();
        ObjectNode capture =
                payments(order)
                        .withArray("captures")
                        .addObject()
                        .put("id", id)
                        .put("status", status)
                        .put("final_capture", true)
                        .put("create_time", now())
                        .put("update_time", now());
        capture.set("amount", amount);
        capture.set("custom_id", orders.get(order).at("/purchase_units/0/custom_id"));
        link(capture.putArray("links"), SELF + "/v2/payments/captures/" + id, "self", "GET");
        return capture;
    }

    private static ObjectNode amount(JsonNode unit) {
        ObjectNode amount = unit.path("amount").deepCopy();
        amount.retain("currency_code", "value");
        return amount;
    }

    private Answer captureReserved(String id, JsonNode body) {
        ObjectNode authorization = part("authorizations", id);
        if (authorization == null) {
            return refuse(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID");
        }
        if (!refusals.isEmpty()) {
            return refuse(422, "UNPROCESSABLE_ENTITY", refusals.remove());
        }
        String status = authorization.path("status").asText();
        if (!status.equals("CREATED")) {
            return refuse(
                    422,
                    "UNPROCESSABLE_ENTITY",
                    status.equals("VOIDED")
                            ? "AUTHORIZATION_VOIDED"
                            : "AUTHORIZATION_ALREADY_CAPTURED");
        }
        authorization.put("status", "CAPTURED");
        ObjectNode capture = take(orderOf.get(id), body.path("amount").deepCopy());
        return Answer.json(201, Json.text(capture));
    }

    private Answer release(String id) {
        ObjectNode authorization = part("authorizations", id);
        if (authorization == null) {
            return refuse(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID");
        }
        if (!authorization.path("status").asText().equals("CREATED")) {
            return refuse(422, "UNPROCESSABLE_ENTITY", "PREVIOUSLY_CAPTURED");
        }
        authorization.put("status", "VOIDED");
        return Answer.json(200, Json.text(authorization));
    }

    private Answer capture(String id) {
        ObjectNode capture = part("captures", id);
        if (capture == null) {
            return refuse(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID");
        }
        return Answer.json(200, Json.text(resource(capture)));
    }

    /** A capture as it stands alone: with the order it belongs to. */
    synchronized ObjectNode captureResource(String order) {
        return resource((ObjectNode) payments(order).path("captures").path(0));
    }

    private ObjectNode resource(ObjectNode capture) {
        ObjectNode alone = capture.deepCopy();
        alone.putObject("supplementary_data")
                .putObject("related_ids")
                .put("order_id", orderOf.get(capture.path("id").asText()));
        return alone;
    }

    private Answer refund(String captureId, JsonNode body) {
        ObjectNode capture = part("captures", captureId);
        if (capture == null) {
            return refuse(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID");
        }
        if (!refusals.isEmpty()) {
            return refuse(422, "UNPROCESSABLE_ENTITY", refusals.remove());
        }
        String order = orderOf.get(captureId);
        BigDecimal whole = new BigDecimal(capture.at("/amount/value").asText());
        BigDecimal before = BigDecimal.ZERO;
        for (JsonNode each : payments(order).path("refunds")) {
            before = before.add(new BigDecimal(each.at("/amount/value").asText()));
        }
        BigDecimal after = before.add(new BigDecimal(body.at("/amount/value").asText()));
        if (after.compareTo(whole) > 0) {
            return refuse(422, "UNPROCESSABLE_ENTITY", "REFUND_AMOUNT_EXCEEDED");
        }
        capture.put("status", after.compareTo(whole) == 0 ? "REFUNDED" : "PARTIALLY_REFUNDED");
        String id = id("RFD");
        orderOf.put(id, order);
        ObjectNode refund =
                payments(order)
                        .withArray("refunds")
                        .addObject()
                        .put("id", id)
                        .put("status", "COMPLETED")
                        .put("create_time", now())
                        .put("update_time", now());
        refund.set("amount", body.path("amount"));
        refund.set("custom_id", body.path("custom_id"));
        refund.set("invoice_id", body.path("invoice_id"));
        ArrayNode links = refund.putArray("links");
        link(links, SELF + "/v2/payments/refunds/" + id, "self", "GET");
        link(links, SELF + "/v2/payments/captures/" + captureId, "up", "GET");
        return Answer.json(201, Json.text(refund));
    }

    private Answer refund(String id) {
        ObjectNode refund = part("refunds", id);
        return refund == null
                ? refuse(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
                : Answer.json(200, Json.text(refund));
    }

    synchronized ObjectNode refundResource(String order) {
        return payments(order).path("refunds").path(0).deepCopy();
    }

    private Answer payOut(JsonNode body) {
        JsonNode header = body.path("sender_batch_header");
        String sender = header.path("sender_batch_id").asText();
        for (ObjectNode batch : batches.values()) {
            if (batch.at("/batch_header/sender_batch_header/sender_batch_id")
                    .asText()
                    .equals(sender)) {
                ObjectNode error =
                        Json.object()
                                .put("name", "USER_BUSINESS_ERROR")
                                .put("message", "User business error.")
                                .put("debug_id", "d1");
                link(
                        error.putArray("links"),
                        SELF
                                + "/v1/payments/payouts/"
                                + batch.at("/batch_header/payout_batch_id").asText(),
                        "self",
                        "GET");
                return Answer.json(400, Json.text(error));
            }
        }
        String id = id("BAT");
        ObjectNode batch = Json.object();
        ObjectNode made =
                batch.putObject("batch_header")
                        .put("payout_batch_id", id)
                        .put("batch_status", "PENDING");
        made.set("sender_batch_header", header);
        ObjectNode item =
                batch.putArray("items")
                        .addObject()
                        .put("payout_item_id", id("ITM"))
                        .put("payout_batch_id", id)
                        .put("transaction_status", payoutState);
        item.set("payout_item", body.at("/items/0"));
        batches.put(id, batch);
        ObjectNode answer = Json.object();
        answer.set("batch_header", made);
        return Answer.json(201, Json.text(answer));
    }

    private Answer batch(String id) {
        ObjectNode batch = batches.get(id);
        return batch == null
                ? refuse(404, "INVALID_RESOURCE_ID", "")
                : Answer.json(200, Json.text(batch));
    }

    private Answer transactions() {
        ObjectNode answer = Json.object().put("page", 1).put("total_pages", 1);
        ArrayNode details = answer.putArray("transaction_details");
        for (String order : orders.keySet()) {
            for (JsonNode capture : payments(order).path("captures")) {
                ObjectNode info =
                        details.addObject()
                                .putObject("transaction_info")
                                .put("transaction_id", capture.path("id").asText())
                                .put("transaction_event_code", "T0006")
                                .put("transaction_status", "S");
                info.set("custom_field", capture.path("custom_id"));
                info.set("transaction_amount", capture.path("amount"));
            }
        }
        return Answer.json(200, Json.text(answer));
    }

    private ObjectNode payments(String order) {
        return ((ObjectNode) orders.get(order).at("/purchase_units/0")).withObject("/payments");
    }

    private ObjectNode part(String kind, String id) {
        if (!orderOf.containsKey(id)) {
            return null;
        }
        for (JsonNode each : payments(orderOf.get(id)).path(kind)) {
            if (each.path("id").asText().equals(id)) {
                return (ObjectNode) each;
            }
        }
        return null;
    }

    private static void link(ArrayNode links, String href, String rel, String method) {
        links.addObject().put("href", href).put("rel", rel).put("method", method);
    }

    private String id(String kind) {
        return kind + "%014d".formatted(++numbers);
    }

    private static String now() {
        return Instant.now().toString();
    }

    static Answer refuse(int status, String name, String issue) {
        ObjectNode error =
                Json.object()
                        .put("name", name)
                        .put("message", "PayPal's own words, never for customers")
                        .put("debug_id", "90957fca61718");
        ArrayNode details = error.putArray("details");
        if (!issue.isEmpty()) {
            details.addObject()
                    .put("issue", issue)
                    .put("description", "PayPal's own words, never for customers");
        }
        return Answer.json(status, Json.text(error));
    }
}
