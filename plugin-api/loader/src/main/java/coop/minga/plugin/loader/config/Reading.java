package coop.minga.plugin.loader.config;

import coop.minga.plugin.api.ProviderConfig;

import java.util.List;

/** What came of reading raw values. */
public sealed interface Reading {

    /** Every value fits its schema. */
    record Valid(ProviderConfig config) implements Reading {}

    /**
     * @param problems at least one, in the order of the schema, unknown keys last
     */
    record Invalid(List<ConfigProblem> problems) implements Reading {

        public Invalid {
            problems = List.copyOf(problems);
        }

        /** All problems in one line, for logs and start-up errors. */
        public String summary(String language) {
            return String.join(
                    "; ",
                    problems.stream()
                            .map(p -> p.pointer() + ": " + p.message().in(language))
                            .toList());
        }
    }
}
