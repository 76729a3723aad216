package coop.minga.platform.identity;

import coop.minga.platform.http.Exchange;

/**
 * Where a request came from, for the audit log and the list of sessions.
 *
 * @param address the network address
 * @param userAgent what the browser calls itself, cut to 200 printable characters
 * @param traceId 32 hex digits
 * @param language ISO 639-1
 */
public record Caller(String address, String userAgent, String traceId, String language) {

    private static final int MAX_USER_AGENT = 200;

    /** The host itself, for commands on its own machine. */
    static Caller system() {
        return new Caller("", "", "", "en");
    }

    static Caller of(Exchange exchange) {
        StringBuilder agent = new StringBuilder();
        exchange.header("user-agent")
                .orElse("")
                .chars()
                .filter(c -> c >= 0x20 && c < 0x7f)
                .limit(MAX_USER_AGENT)
                .forEach(c -> agent.append((char) c));
        return new Caller(
                exchange.address(), agent.toString(), exchange.traceId(), exchange.language());
    }

    /** A short name for the device, for example {@code Firefox, Linux}. */
    static String device(String userAgent) {
        String browser =
                first(
                        userAgent,
                        "Edg/",
                        "Edge",
                        "OPR/",
                        "Opera",
                        "Firefox/",
                        "Firefox",
                        "Chrome/",
                        "Chrome",
                        "Safari/",
                        "Safari",
                        "curl/",
                        "curl",
                        "Java",
                        "Java");
        String system =
                first(
                        userAgent,
                        "Android",
                        "Android",
                        "iPhone",
                        "iPhone",
                        "iPad",
                        "iPad",
                        "Windows",
                        "Windows",
                        "Mac OS X",
                        "macOS",
                        "CrOS",
                        "ChromeOS",
                        "Linux",
                        "Linux");
        if (browser.isEmpty()) {
            return system;
        }
        return system.isEmpty() ? browser : browser + ", " + system;
    }

    private static String first(String userAgent, String... signsAndNames) {
        for (int i = 0; i < signsAndNames.length; i += 2) {
            if (userAgent.contains(signsAndNames[i])) {
                return signsAndNames[i + 1];
            }
        }
        return "";
    }
}
