package coop.minga.plugin.api.compute;

/** STOP asks the workload to end and ends it by force after a grace time; data is kept. */
public enum PowerAction {
    START,
    STOP,
    RESTART
}
