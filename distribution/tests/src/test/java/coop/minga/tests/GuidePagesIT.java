package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The guides as the host serves them: to readers of two languages, without scripts. */
class GuidePagesIT {

    private static final String BASE = "/docs/guide";
    private static final Pattern LINK = Pattern.compile("href=\"([^\"]+)\"");

    private static RunningMinga minga;
    private static HttpClient http;

    @BeforeAll
    static void start() {
        minga = RunningMinga.started();
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        minga.close();
    }

    private static HttpResponse<String> get(String path, String language, String cookie)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(minga.url().resolve(path))
                        .header("Accept-Language", language);
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "es"})
    void everyGuideAndEveryLinkInItAnswers(String language) throws Exception {
        Map<String, String> pages = new HashMap<>();
        List<String> broken = new ArrayList<>();
        List<String> fragments = new ArrayList<>();
        Deque<String> waiting = new ArrayDeque<>(List.of(BASE));
        while (!waiting.isEmpty()) {
            String path = waiting.pop();
            if (pages.containsKey(path)) {
                continue;
            }
            HttpResponse<String> answer = get(path, language, "");
            pages.put(path, answer.body());
            if (answer.statusCode() != 200) {
                broken.add(path + " answers " + answer.statusCode());
                continue;
            }
            if (!path.startsWith(BASE) || path.endsWith(".css")) {
                continue;
            }
            Matcher links = LINK.matcher(answer.body());
            while (links.find()) {
                URI target = URI.create(path).resolve(links.group(1).replace("&amp;", "&"));
                if (target.getScheme() == null && target.getQuery() == null) {
                    waiting.add(target.getPath());
                    if (target.getFragment() != null) {
                        fragments.add(target.getPath() + "#" + target.getFragment());
                    }
                }
            }
        }
        for (String fragment : fragments) {
            String[] parts = fragment.split("#", 2);
            if (!pages.get(parts[0]).contains("id=\"" + parts[1] + "\"")) {
                broken.add(fragment + " is no place of that page");
            }
        }
        assertThat(broken).isEmpty();
        assertThat(pages.keySet().stream().filter(path -> path.startsWith(BASE + "/")).toList())
                .containsAll(
                        Guides.addresses(language).stream()
                                .map(each -> BASE + "/" + each)
                                .toList());
        assertThat(pages.get(BASE)).contains("<html lang=\"" + language + "\">");
    }

    @Test
    void guidesAreReadWithoutScripts() throws Exception {
        for (String address : new TreeSet<>(Guides.addresses("en"))) {
            HttpResponse<String> answer = get(BASE + "/" + address, "en", "");
            assertThat(answer.body()).doesNotContain("<script").contains("<h1 id=");
            assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
                    .startsWith("default-src 'none'; style-src 'self'")
                    .doesNotContain("script-src");
        }
    }

    @Test
    void aChosenLanguageIsRemembered() throws Exception {
        HttpResponse<String> chosen = get(BASE + "/hosting?lang=en", "es", "");
        assertThat(chosen.body()).contains("<html lang=\"en\">");
        String cookie = chosen.headers().firstValue("Set-Cookie").orElse("").split(";", 2)[0];
        assertThat(get(BASE, "es", cookie).body()).contains("<html lang=\"en\">");
        assertThat(get(BASE, "es", "").body()).contains("<html lang=\"es\">");
    }

    @Test
    void aGuideThatIsNotThereIsSaidToBeLost() throws Exception {
        assertThat(get(BASE + "/nothing", "en", "").statusCode()).isEqualTo(404);
        assertThat(get(BASE + "/..%2fopenapi", "en", "").statusCode()).isIn(400, 404);
    }
}
