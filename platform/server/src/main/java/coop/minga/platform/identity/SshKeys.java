package coop.minga.platform.identity;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.TeamId;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Principal;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The public keys of teams. Thread-safe. */
public final class SshKeys {

    private final Db db;
    private final IdentityConfig config;
    private final SshKeyStore store = new SshKeyStore();
    private final Trail trail;
    private final Ids ids;
    private final Clock clock;

    /** A key as its owner sees it. */
    public record View(
            SshKeyId id,
            String name,
            String algorithm,
            String publicKey,
            String fingerprint,
            Instant createdAt) {}

    record Form(@Nullable String name, @Nullable String publicKey) {}

    SshKeys(Db db, IdentityConfig config, Trail trail, Ids ids, Clock clock) {
        this.db = db;
        this.config = config;
        this.trail = trail;
        this.ids = ids;
        this.clock = clock;
    }

    /** The keys put on a team's machines, newest first. */
    public List<SshKey> of(Handle handle, TeamId team) {
        return store.ofTeam(handle, team).stream()
                .map(row -> new SshKey(row.id(), row.name(), row.publicKey(), row.fingerprint()))
                .toList();
    }

    List<View> list(Principal principal) {
        return db.read(handle -> store.ofTeam(handle, principal.team())).stream()
                .map(SshKeys::view)
                .toList();
    }

    View add(Principal principal, Form form, Caller caller) {
        Checks checks = new Checks();
        String name = checks.name("/name", form.name());
        String text = checks.present("/public_key", form.publicKey());
        checks.done();
        PublicKey key = PublicKey.parse("/public_key", text);
        SshKeyStore.Row row =
                new SshKeyStore.Row(
                        new SshKeyId(ids.next()),
                        name,
                        key.algorithm(),
                        key.line(),
                        key.fingerprint(),
                        clock.instant());
        db.useTransaction(handle -> {
            store.lockTeam(handle, principal.team());
            for (SshKeyStore.Row other : store.ofTeam(handle, principal.team())) {
                if (other.fingerprint().equals(row.fingerprint())) {
                    throw MingaException.of(
                                    ErrorCode.conflict("ssh-key.known"),
                                    "You have this key already, as '" + other.name() + "'.",
                                    "Ya tienes esta clave, como '" + other.name() + "'.")
                            .at("/public_key", "known");
                }
                if (other.name().equals(name)) {
                    throw MingaException.of(
                                    ErrorCode.conflict("ssh-key.name-taken"),
                                    "You have a key of this name already.",
                                    "Ya tienes una clave con este nombre.")
                            .at("/name", "taken");
                }
            }
            if (store.ofTeam(handle, principal.team()).size() >= config.maxSshKeys()) {
                throw MingaException.of(
                        ErrorCode.conflict("ssh-key.too-many"),
                        "You have as many keys as there may be. Delete one first.",
                        "Tienes el máximo de claves. Borra una primero.");
            }
            store.insert(handle, principal.team(), row);
            trail.audit(
                    handle,
                    principal.account().toString(),
                    caller,
                    "ssh-key.added",
                    row.id().toString(),
                    Map.of(),
                    Map.of("name", name, "fingerprint", row.fingerprint()));
        });
        return view(row);
    }

    void delete(Principal principal, SshKeyId id, Caller caller) {
        db.useTransaction(handle -> {
            if (!store.delete(handle, principal.team(), id)) {
                throw Ids.noSuchThing();
            }
            trail.audit(
                    handle,
                    principal.account().toString(),
                    caller,
                    "ssh-key.deleted",
                    id.toString());
        });
    }

    private static View view(SshKeyStore.Row row) {
        return new View(
                row.id(),
                row.name(),
                row.algorithm(),
                row.publicKey(),
                row.fingerprint(),
                row.createdAt());
    }
}
