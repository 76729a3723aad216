package coop.minga.platform.http;

/** A feature's part of the front door. */
public interface Routes {

    /** Adds the feature's routes; called once at start. */
    void register(RouteTable table);
}
