package coop.minga.platform.http;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * All routes of the host. Filled at start, then only read. Paths are whole: {@code
 * /api/v1/orders/{id}}.
 */
public final class RouteTable {

    private final List<Route> routes = new ArrayList<>();
    private final Map<Route, SocketHandler> sockets = new LinkedHashMap<>();

    public Route get(String path, Access access) {
        return add("GET", path, access);
    }

    public Route post(String path, Access access) {
        return add("POST", path, access);
    }

    public Route put(String path, Access access) {
        return add("PUT", path, access);
    }

    public Route patch(String path, Access access) {
        return add("PATCH", path, access);
    }

    public Route delete(String path, Access access) {
        return add("DELETE", path, access);
    }

    /** Any method, for vendors' hooks. */
    public Route any(String path, Access access) {
        return add("*", path, access);
    }

    /**
     * A WebSocket at a path. Browsers must come from our own origin with a session; an ordinary GET
     * is told what the address is for.
     */
    public Route socket(String path, Access access, SocketHandler handler) {
        Route route = add("GET", path, access);
        route.handle(exchange -> {
            throw MingaException.of(
                    ErrorCode.user("request.websocket-needed"),
                    "This address takes WebSockets only.",
                    "Esta dirección solo admite WebSockets.");
        });
        sockets.put(route, handler);
        return route;
    }

    /** In order of registration. */
    public List<Route> routes() {
        return List.copyOf(routes);
    }

    private Route add(String method, String path, Access access) {
        Route route = new Route(method, path, access);
        routes.add(route);
        return route;
    }

    /** Called once after all features registered: the most specific route first. */
    void seal() {
        routes.sort(Comparator.comparingInt(Route::wildness));
        routes.forEach(Route::handler);
    }

    /**
     * @param route the route that fits path and method, or null
     * @param parameters the path's parameters
     * @param allowed the methods the path knows when none fits; empty when the path itself is
     *     unknown
     */
    record Match(@Nullable Route route, Map<String, String> parameters, Set<String> allowed) {}

    /** What serves WebSockets at a path. */
    record SocketMatch(SocketHandler handler, Access access, Map<String, String> parameters) {}

    Optional<SocketMatch> findSocket(List<String> segments) {
        for (Map.Entry<Route, SocketHandler> socket : sockets.entrySet()) {
            Map<String, String> parameters = socket.getKey().match(segments);
            if (parameters != null) {
                return Optional.of(
                        new SocketMatch(socket.getValue(), socket.getKey().access(), parameters));
            }
        }
        return Optional.empty();
    }

    Match find(String method, List<String> segments) {
        Set<String> allowed = new TreeSet<>();
        for (Route route : routes) {
            Map<String, String> parameters = route.match(segments);
            if (parameters != null) {
                if (route.method().equals(method)
                        || route.method().equals("*")
                        || method.equals("HEAD") && route.method().equals("GET")) {
                    return new Match(route, parameters, Set.of());
                }
                allowed.add(route.method());
            }
        }
        return new Match(null, Map.of(), allowed);
    }
}
