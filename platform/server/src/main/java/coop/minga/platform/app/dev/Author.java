package coop.minga.platform.app.dev;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.http.Json;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;

/**
 * The first administrator of a trial on this machine.
 *
 * @param email to sign in with
 * @param password to sign in with
 */
public record Author(String email, String password) {

    /** Sets a fresh trial up for its author. */
    public void setUp(URI site, String setupToken, String language)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(site.resolve("/api/v1/setup"))
                        .header("Origin", site.toString())
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", UUID.randomUUID().toString())
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        Json.write(
                                                Map.of(
                                                        "token", setupToken,
                                                        "admin",
                                                                Map.of(
                                                                        "email", email,
                                                                        "password", password,
                                                                        "name", "Author"),
                                                        "site",
                                                                Map.of(
                                                                        "name", "Bench",
                                                                        "locale", language,
                                                                        "currency", "USD")))))
                        .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new CannotStart("The trial cannot be set up: " + answer.body());
            }
        }
    }

    @Override
    public String toString() {
        return "Author[" + email + "]";
    }
}
