package coop.minga.platform.orders;

import coop.minga.platform.TeamId;

import org.jdbi.v3.core.Handle;

import java.util.List;

/** The public keys that a team puts on its machines. */
@FunctionalInterface
public interface SshKeySource {

    /** In OpenSSH form. */
    List<String> of(Handle handle, TeamId team);
}
