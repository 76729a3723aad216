package coop.minga.plugins.docker;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * Says in the host's terms why the engine could not be talked to, as exactly as can be found out.
 */
final class Failures {
    /** How long to wait for an alert after a handshake, ms. */
    private static final int HANDSHAKE_MS = 2_000;

    private static final int HANDSHAKES = 3;

    private final DockerConfig config;

    Failures(DockerConfig config) {
        this.config = config;
    }

    /** Whether the connection broke, other than by a lack of trust. */
    static boolean isBroken(@Nullable Throwable cause) {
        return cause instanceof UncheckedIOException
                || (cause instanceof IOException && !(cause instanceof SSLException));
    }

    /** What a call that ended with this is to be called. */
    ProviderException of(@Nullable Throwable cause) {
        return switch (cause) {
            case null ->
                    new ProviderException(
                            Code.INTERNAL,
                            Text.of(
                                    "Talking to the engine failed",
                                    "Falló la comunicación con el motor"));
            case ProviderException e -> e;
            case SSLException e -> untrusted(e);
            case IOException e -> unreachable(e);
            case UncheckedIOException e -> unreachable(new IOException(e.getMessage(), e));
            default ->
                    new ProviderException(
                            Code.INTERNAL,
                            Text.of(
                                    "Talking to the engine failed: "
                                            + cause.getClass().getSimpleName(),
                                    "Falló la comunicación con el motor: "
                                            + cause.getClass().getSimpleName()),
                            cause);
        };
    }

    private ProviderException unreachable(IOException e) {
        Optional<SSLException> refusal = refusal();
        if (refusal.isPresent()) {
            return untrusted(refusal.get());
        }
        if ("unix".equals(config.endpoint().getScheme())) {
            Path socket = Path.of(config.endpoint().getPath());
            if (!Files.exists(socket)) {
                return new ProviderException(
                        Code.UNAVAILABLE,
                        Text.of(
                                "There is no Docker socket at " + socket,
                                "No hay ningún socket de Docker en " + socket),
                        e);
            }
            if (!Files.isWritable(socket)) {
                return new ProviderException(
                        Code.UNAUTHENTICATED,
                        Text.of(
                                "The Docker socket " + socket + " is not ours to use",
                                "No tenemos permiso para usar el socket de Docker " + socket),
                        e);
            }
        }
        String said = e.getMessage();
        String words = said == null ? e.getClass().getSimpleName() : said;
        return new ProviderException(
                Code.UNAVAILABLE,
                Text.of(
                        "The Docker engine at " + config.endpoint() + " does not answer: " + words,
                        "El motor Docker en " + config.endpoint() + " no responde: " + words),
                e);
    }

    private static ProviderException untrusted(SSLException e) {
        return new ProviderException(
                Code.UNAUTHENTICATED,
                Text.of(
                        "TLS with the engine failed: " + e.getMessage(),
                        "Falló el TLS con el motor: " + e.getMessage()),
                e);
    }

    /**
     * Why the engine does not take our certificate, when that is what a broken connection was
     * about. In TLS 1.3 the client is done before its certificate is looked at, so what it sends
     * meanwhile may turn the engine's alert into a reset. An engine that takes the TCP connection
     * and then ends every one of a few handshakes refuses us; one that waits for a request does
     * not.
     */
    private Optional<SSLException> refusal() {
        for (int i = 0; i < HANDSHAKES && config.tls().isPresent(); i++) {
            try (Socket plain = new Socket()) {
                URI engine = config.endpoint();
                plain.connect(
                        new InetSocketAddress(engine.getHost(), engine.getPort()), HANDSHAKE_MS);
                plain.setSoTimeout(HANDSHAKE_MS);
                if (!isEnded(config.tls().get(), plain)) {
                    return Optional.empty();
                }
            } catch (SSLException e) {
                return Optional.of(e);
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return config.tls()
                .map(ignored ->
                        new SSLException("the engine ends the connection after the handshake"));
    }

    /** Whether the engine ends a connection on which only the handshake was done. */
    private boolean isEnded(SSLContext tls, Socket plain) throws SSLException {
        URI engine = config.endpoint();
        try (Socket secure =
                tls.getSocketFactory()
                        .createSocket(plain, engine.getHost(), engine.getPort(), true)) {
            return secure.getInputStream().read() < 0;
        } catch (SSLException e) {
            throw e;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
