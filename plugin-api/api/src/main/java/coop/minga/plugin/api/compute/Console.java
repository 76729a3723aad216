package coop.minga.plugin.api.compute;

import coop.minga.plugin.api.Call;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.OptionalInt;

/** Optional ability of a backend: an interactive terminal. Capability {@link Need#CONSOLE}. */
public interface Console {

    /**
     * Opens a shell on a terminal inside a running instance. The session is exempt from the call's
     * deadline.
     *
     * @param columns 1 to 500
     * @param rows 1 to 200
     * @throws coop.minga.plugin.api.ProviderException {@code CONFLICT} when the instance does not
     *     run
     */
    Session open(Call call, InstanceHandle handle, int columns, int rows);

    /**
     * An open terminal. Closing it ends the shell; when the shell ends, {@link #output()} comes to
     * its end.
     */
    interface Session extends AutoCloseable {

        /** What the terminal shows. */
        InputStream output();

        /** What is typed; flush to send. */
        OutputStream input();

        void resize(int columns, int rows);

        /**
         * What the shell said when it ended: 0 for success. Asked once {@link #output()} is at its
         * end; empty while the shell runs and where the backend cannot tell.
         */
        default OptionalInt exitStatus() {
            return OptionalInt.empty();
        }

        @Override
        void close();
    }
}
