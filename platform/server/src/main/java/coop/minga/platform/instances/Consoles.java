package coop.minga.platform.instances;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.AccountId;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.http.Json;
import coop.minga.platform.http.SocketHandler;
import coop.minga.platform.supply.Backends;
import coop.minga.platform.supply.Outcome;
import coop.minga.plugin.api.compute.Console;
import coop.minga.plugin.api.compute.Need;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Terminals in browsers: bytes both ways, resizing as JSON, an end that is always told. */
final class Consoles implements SocketHandler {

    private static final Logger log = LoggerFactory.getLogger(Consoles.class);
    private static final int MAX_PER_ACCOUNT = 5;
    private static final int MAX_EARLY_BYTES = 64 * 1024;

    private final Db db;
    private final Backends backends;
    private final InstanceStore store = new InstanceStore();
    private final Set<Terminal> open = ConcurrentHashMap.newKeySet();

    Consoles(Db db, Backends backends, Events events) {
        this.db = db;
        this.backends = backends;
        events.onInvalidate(Instances.CACHE, this::changed);
    }

    /** Ends the terminals of an instance that does not run any more. */
    private void changed(String instance) {
        for (Terminal terminal : open) {
            if (terminal.placement.instanceId().toString().equals(instance)) {
                Thread.ofVirtual()
                        .start(() -> {
                            boolean runs =
                                    db.read(handle ->
                                                    store.find(
                                                            handle,
                                                            terminal.placement.instanceId()))
                                            .filter(i -> i.state() == InstanceState.RUNNING)
                                            .isPresent();
                            if (!runs) {
                                terminal.finish(exit(OptionalInt.empty()), "the machine stopped");
                            }
                        });
            }
        }
    }

    @Override
    public Session open(Opening opening, Wire wire) {
        InstanceId id = InstanceId.parse(opening.path().getOrDefault("id", ""));
        Instance instance =
                db.read(handle -> store.findOwned(handle, id, opening.principal().team()))
                        .orElseThrow(Ids::noSuchThing);
        if (instance.state() != InstanceState.RUNNING) {
            throw MingaException.of(
                    ErrorCode.conflict("instance.not-running"),
                    "The machine does not run. Start it first.",
                    "La máquina no está en marcha. Iníciala primero.");
        }
        Placement placement = db.read(handle -> store.placements(handle, id)).getFirst();
        boolean able =
                backends.find(placement.provider())
                        .filter(b -> b.ready() && b.capabilities().contains(Need.CONSOLE))
                        .isPresent();
        if (!able) {
            throw MingaException.of(
                    ErrorCode.conflict("instance.no-console"),
                    "This machine has no terminal.",
                    "Esta máquina no tiene terminal.");
        }
        AccountId account = opening.principal().account();
        Terminal terminal = new Terminal(placement, account, wire);
        synchronized (open) {
            long mine = open.stream().filter(t -> t.account.equals(account)).count();
            if (mine >= MAX_PER_ACCOUNT) {
                throw MingaException.of(
                        ErrorCode.of(ErrorCode.Type.LIMIT, "instance.too-many-consoles"),
                        "You have " + MAX_PER_ACCOUNT + " terminals open. Close one first.",
                        "Tienes " + MAX_PER_ACCOUNT + " terminales abiertas. Cierra una primero.");
            }
            open.add(terminal);
        }
        return terminal;
    }

    /** The last frame; the shell's status where the backend knows it. */
    private static String exit(OptionalInt status) {
        Map<String, Object> frame = new LinkedHashMap<>();
        frame.put("type", "exit");
        status.ifPresent(code -> frame.put("code", code));
        return Json.write(frame);
    }

    /** One terminal. */
    private final class Terminal implements Session {

        private final Placement placement;
        private final AccountId account;
        private final Wire wire;
        private final AtomicBoolean finished = new AtomicBoolean();
        private final ByteArrayOutputStream early = new ByteArrayOutputStream();
        private volatile Console.@Nullable Session shell;
        private volatile @Nullable Thread reader;
        private volatile int columns = 80;
        private volatile int rows = 24;

        Terminal(Placement placement, AccountId account, Wire wire) {
            this.placement = placement;
            this.account = account;
            this.wire = wire;
        }

        @Override
        public void opened() {
            reader = Thread.ofVirtual().name("console").start(this::read);
        }

        private void read() {
            Outcome<OptionalInt> outcome =
                    backends.stream(
                            placement.provider(),
                            "console",
                            (backend, call) -> {
                                if (!(backend instanceof Console console)) {
                                    return OptionalInt.empty();
                                }
                                try (Console.Session session =
                                        console.open(
                                                call, placement.instanceHandle(), columns, rows)) {
                                    begin(session);
                                    pass(session.output());
                                    return session.exitStatus();
                                }
                            });
            if (outcome instanceof Outcome.Answered<OptionalInt>(OptionalInt status)) {
                finish(exit(status), "the shell ended");
            } else {
                log.debug("A terminal of {} ended: {}", placement.handle(), outcome.problem());
                finish(
                        Json.write(Map.of("type", "error", "message", "The terminal broke off.")),
                        "the terminal broke off");
            }
        }

        /** What was typed while the shell was still being opened is not lost. */
        private void begin(Console.Session session) throws IOException {
            synchronized (early) {
                session.resize(columns, rows);
                session.input().write(early.toByteArray());
                session.input().flush();
                early.reset();
                shell = session;
            }
        }

        private void pass(InputStream output) throws IOException {
            byte[] buffer = new byte[8192];
            int n;
            while (!finished.get() && (n = output.read(buffer)) >= 0) {
                wire.bytes(buffer, n);
            }
        }

        @Override
        public void bytes(byte[] message) {
            synchronized (early) {
                if (shell == null) {
                    if (early.size() + message.length <= MAX_EARLY_BYTES) {
                        early.writeBytes(message);
                    }
                    return;
                }
            }
            Console.Session session = shell;
            if (session != null) {
                try {
                    session.input().write(message);
                    session.input().flush();
                } catch (IOException e) {
                    finish("{\"type\":\"exit\"}", "the shell ended");
                }
            }
        }

        @Override
        public void text(String message) {
            try {
                JsonNode node = Json.mapper().readTree(message);
                if (node.path("type").asText().equals("resize")) {
                    int newColumns = node.path("cols").asInt();
                    int newRows = node.path("rows").asInt();
                    if (newColumns >= 1 && newColumns <= 500 && newRows >= 1 && newRows <= 200) {
                        columns = newColumns;
                        rows = newRows;
                        Console.Session session = shell;
                        if (session != null) {
                            session.resize(newColumns, newRows);
                        }
                        return;
                    }
                }
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                // Told below, like everything else that is not understood.
            }
            finish(
                    Json.write(Map.of("type", "error", "message", "Not understood.")),
                    "not understood");
        }

        void finish(String lastWord, String reason) {
            if (finished.compareAndSet(false, true)) {
                try {
                    wire.text(lastWord);
                } catch (RuntimeException e) {
                    // Nobody is there to hear it.
                }
                wire.close(1000, reason);
                end();
            }
        }

        @Override
        public void closed() {
            finished.set(true);
            end();
        }

        private void end() {
            open.remove(this);
            Console.Session session = shell;
            if (session != null) {
                try {
                    session.close();
                } catch (RuntimeException e) {
                    log.debug("Closing a terminal failed", e);
                }
            }
            Thread reading = reader;
            if (reading != null && reading != Thread.currentThread()) {
                reading.interrupt();
            }
        }
    }
}
