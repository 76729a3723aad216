package coop.minga.platform.providers;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Where a provider may connect: hosts its plugin's manifest declares, and hosts the operator wrote
 * into its configuration. Only the latter may be on private networks.
 */
final class DeclaredHosts {

    private final List<String> declared;
    private final Set<String> configured;

    private DeclaredHosts(List<String> declared, Set<String> configured) {
        this.declared = declared;
        this.configured = configured;
    }

    static DeclaredHosts of(List<String> declared, ConfigSchema schema, ProviderConfig config) {
        Set<String> configured = new HashSet<>();
        for (Field field : schema.fields()) {
            if (field.type() instanceof FieldType.Url) {
                config.optionalText(field.name())
                        .map(URI::create)
                        .map(URI::getHost)
                        .ifPresent(host -> configured.add(host.toLowerCase(Locale.ROOT)));
            }
        }
        return new DeclaredHosts(List.copyOf(declared), configured);
    }

    /**
     * @throws ProviderException {@code MISCONFIGURED} when the address must not be reached
     */
    void require(URI uri) {
        String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
        String host = Optional.ofNullable(uri.getHost()).orElse("").toLowerCase(Locale.ROOT);
        if (host.isEmpty() || !(scheme.equals("https") || scheme.equals("http"))) {
            throw refused("'" + uri + "' is no http address");
        }
        int port = uri.getPort() > 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        boolean byOperator = configured.contains(host);
        if (!byOperator && declared.stream().noneMatch(d -> matches(d, host, port))) {
            throw refused("'" + host + "' is not among the declared hosts (Minga-Hosts)");
        }
        for (InetAddress address : addresses(host)) {
            boolean nowhere =
                    address.isLinkLocalAddress()
                            || address.isMulticastAddress()
                            || address.isAnyLocalAddress();
            boolean inside = address.isLoopbackAddress() || address.isSiteLocalAddress();
            if (nowhere || (inside && !byOperator)) {
                throw refused("'" + host + "' leads into this machine's own network");
            }
        }
    }

    private static List<InetAddress> addresses(String host) {
        try {
            return new ArrayList<>(List.of(InetAddress.getAllByName(host)));
        } catch (UnknownHostException e) {
            throw new ProviderException(
                    ProviderException.Code.UNAVAILABLE, "The name '" + host + "' is not known", e);
        }
    }

    private static boolean matches(String declared, String host, int port) {
        int colon = declared.lastIndexOf(':');
        String name = colon < 0 ? declared : declared.substring(0, colon);
        if (colon >= 0 && Integer.parseInt(declared.substring(colon + 1)) != port) {
            return false;
        }
        return name.equals("*")
                || name.equals(host)
                || (name.startsWith("*.") && host.endsWith(name.substring(1)));
    }

    private static ProviderException refused(String message) {
        return new ProviderException(ProviderException.Code.MISCONFIGURED, message);
    }
}
