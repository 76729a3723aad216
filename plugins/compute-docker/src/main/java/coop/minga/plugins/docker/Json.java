package coop.minga.plugins.docker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.ObjectMapper;

/** The one mapper, made when first needed. */
final class Json {
    /**
     * Its usual buffers hang on the host's threads, and would keep an unloaded plugin in memory.
     */
    static final ObjectMapper MAPPER =
            new ObjectMapper(
                    JsonFactory.builder()
                            .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
                            .build());

    private Json() {}
}
