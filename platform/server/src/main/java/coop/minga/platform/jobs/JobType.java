package coop.minga.platform.jobs;

import java.util.regex.Pattern;

/**
 * A kind of job.
 *
 * @param name {@code feature.verb}, for example {@code instances.provision}; never changes while
 *     jobs of it may exist
 * @param payload the record carried, written as JSON; must stay readable by the next release
 */
public record JobType<P>(String name, Class<P> payload) {

    private static final Pattern NAME = Pattern.compile("[a-z-]+\\.[a-z-]+");

    public JobType {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Job type '" + name + "' must match " + NAME);
        }
    }
}
