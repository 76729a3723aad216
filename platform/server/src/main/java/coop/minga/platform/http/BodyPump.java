package coop.minga.platform.http;

import io.helidon.common.buffers.BufferData;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Moves the request's body while the answer may already be coming. */
final class BodyPump implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(BodyPump.class);

    private final Framing framing;
    private final OriginClient client;
    private final Upstream to;
    private final Thread runner = Thread.ofVirtual().name("origin-body").unstarted(this);
    private volatile boolean complete;
    private boolean deaf;

    BodyPump(Framing framing, OriginClient client, Upstream to) {
        this.framing = framing;
        this.client = client;
        this.to = to;
    }

    void start() {
        runner.start();
    }

    /** Whether the whole body was read, so that the next request can follow it. */
    boolean complete() {
        return complete;
    }

    /**
     * Lets the client finish sending for a moment: a connection closed on unread bytes is reset,
     * and the answer lost with it.
     *
     * @return whether it did
     */
    boolean settle() {
        try {
            runner.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return complete;
    }

    @Override
    public void run() {
        try {
            if (framing.chunked()) {
                chunks();
            } else {
                long left = framing.length();
                while (left > 0) {
                    left -= pass(left, false);
                }
            }
            complete = true;
        } catch (IOException | RuntimeException e) {
            // The client hung up or sent nonsense: the instance must not take what came
            // for the whole.
            to.close();
        }
    }

    private void chunks() throws IOException {
        while (true) {
            long left = Framing.chunkSize(client.line(256));
            if (left == 0) {
                break;
            }
            while (left > 0) {
                left -= pass(left, true);
            }
            if (!client.line(2).isEmpty()) {
                throw new IOException("Broken chunk");
            }
        }
        int lines = 0;
        while (!client.line(8192).isEmpty()) {
            if (++lines > 64) {
                throw new IOException("Too many trailers");
            }
        }
        complete = true;
        write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private int pass(long left, boolean chunked) throws IOException {
        BufferData data = client.readSome(left);
        if (data == null) {
            throw new IOException("The client hung up");
        }
        byte[] bytes = data.readBytes();
        if (!chunked && bytes.length == left) {
            // Said before the last byte leaves, so that it is known when the answer comes.
            complete = true;
        }
        if (chunked) {
            write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        write(bytes);
        if (chunked) {
            write(new byte[] {'\r', '\n'});
        }
        return bytes.length;
    }

    /** An instance that answered early and hung up does not stop the client's body. */
    private void write(byte[] bytes) throws IOException {
        if (deaf) {
            return;
        }
        try {
            to.write(bytes, 0, bytes.length);
        } catch (IOException e) {
            // Its answer may already be on the way: the other thread finds out.
            log.trace("The instance takes no more of the body", e);
            deaf = true;
        }
    }
}
