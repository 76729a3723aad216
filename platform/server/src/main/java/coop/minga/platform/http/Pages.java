package coop.minga.platform.http;

/**
 * Answers everything that is no route of the API: the browser UI and its files. GET and HEAD only.
 */
public interface Pages {

    /**
     * @param path decoded, beginning with {@code /}
     * @param language ISO 639-1
     */
    Reply page(String path, String language, Exchange exchange);
}
