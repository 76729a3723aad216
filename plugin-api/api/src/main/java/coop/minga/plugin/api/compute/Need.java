package coop.minga.plugin.api.compute;

/** What a workload may need of a backend, and a backend may name among its capabilities. */
public final class Need {

    /**
     * An isolated Linux userland of the backend's own making, in which commands and files of the
     * workload run.
     */
    public static final String USERLAND = "userland";

    /** Runs OCI images. */
    public static final String OCI_IMAGE = "oci-image";

    /** {@link Logs} is implemented. */
    public static final String LOGS = "logs";

    /** {@link Console} is implemented. */
    public static final String CONSOLE = "console";

    /** {@link UsageMeter} is implemented. */
    public static final String USAGE_METER = "usage-meter";

    private Need() {}
}
