package coop.minga.platform.events;

import coop.minga.platform.AccountId;
import coop.minga.platform.InstanceId;
import coop.minga.platform.TeamId;

/**
 * Who may hear an event.
 *
 * @param name {@code team/…}, {@code account/…}, {@code instance/…} or {@code admin}
 */
public record Topic(String name) {

    public static final Topic ADMIN = new Topic("admin");

    public static Topic of(TeamId team) {
        return new Topic("team/" + team);
    }

    public static Topic of(AccountId account) {
        return new Topic("account/" + account);
    }

    public static Topic of(InstanceId instance) {
        return new Topic("instance/" + instance);
    }
}
