package coop.minga.platform.config;

import java.util.function.Function;

/**
 * One thing the operator can set.
 *
 * @param key dotted path in {@code minga.yaml}, for example {@code http.port}
 * @param env the environment variable that wins over the file; empty for none
 * @param fallback the value when nothing is set, written as in the file
 * @param secret whether it is never shown
 * @param help one line for the shipped file and {@code config show}
 * @param parser turns the text into the value; throws {@link IllegalArgumentException} whose
 *     message says what is wanted
 */
record Setting<T>(
        String key,
        String env,
        String fallback,
        boolean secret,
        String help,
        Function<String, T> parser) {

    static <T> Setting<T> of(
            String key, String env, String fallback, String help, Function<String, T> parser) {
        return new Setting<>(key, env, fallback, false, help, parser);
    }

    Setting<T> asSecret() {
        return new Setting<>(key, env, fallback, true, help, parser);
    }
}
