package coop.minga.plugin.loader;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ClassDesc;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A plugin's own world: the JDK, its jar, its libraries, and of the host exactly the packages a
 * plugin is written against.
 *
 * <p>Not a subclass of PF4J's loader, which cannot define classes in parallel.
 */
final class PluginClassLoader extends URLClassLoader {

    static {
        registerAsParallelCapable();
    }

    private static final List<String> SHARED =
            List.of("coop.minga.plugin.api.", "org.pf4j.", "org.slf4j.", "org.jspecify.");

    private record Source(JarFile jar, URL url, ProtectionDomain domain) {}

    private final String pluginId;
    private final ClassLoader host;
    private final List<Source> sources = new ArrayList<>();

    PluginClassLoader(UnpackedPlugin plugin, ClassLoader host) {
        super(
                plugin.manifest().id() + "@" + plugin.manifest().version(),
                urls(plugin),
                ClassLoader.getPlatformClassLoader());
        this.pluginId = plugin.manifest().id();
        this.host = host;
        try {
            open(plugin.jar());
            for (Path library : plugin.libraries()) {
                open(library);
            }
        } catch (IOException e) {
            closeQuietly();
            throw new UncheckedIOException(e);
        }
    }

    String pluginId() {
        return pluginId;
    }

    private void open(Path path) throws IOException {
        JarFile jar =
                new JarFile(path.toFile(), false, ZipFile.OPEN_READ, JarFile.runtimeVersion());
        URL url = path.toUri().toURL();
        CodeSource source = new CodeSource(url, (Certificate[]) null);
        sources.add(new Source(jar, url, new ProtectionDomain(source, null, this, null)));
    }

    private static URL[] urls(UnpackedPlugin plugin) {
        List<Path> paths = new ArrayList<>();
        paths.add(plugin.jar());
        paths.addAll(plugin.libraries());
        URL[] urls = new URL[paths.size()];
        for (int i = 0; i < urls.length; i++) {
            try {
                urls[i] = paths.get(i).toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(e);
            }
        }
        return urls;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        for (String prefix : SHARED) {
            if (name.startsWith(prefix)) {
                return host.loadClass(name);
            }
        }
        return super.loadClass(name, resolve);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        String path = name.replace('.', '/') + ".class";
        for (Source source : sources) {
            try {
                ZipEntry entry = source.jar().getEntry(path);
                if (entry != null) {
                    byte[] bytes;
                    try (InputStream in = source.jar().getInputStream(entry)) {
                        bytes = in.readAllBytes();
                    }
                    return define(name, bytes, source);
                }
            } catch (IOException | IllegalStateException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
        throw new ClassNotFoundException(name);
    }

    private Class<?> define(String name, byte[] bytes, Source source) throws IOException {
        int dot = name.lastIndexOf('.');
        if (dot > 0 && getDefinedPackage(name.substring(0, dot)) == null) {
            definePackageOf(name.substring(0, dot), source);
        }
        byte[] safe;
        try {
            safe = ExitCalls.rewritten(bytes, this::classFile);
        } catch (IllegalArgumentException e) {
            // Not a class file this JDK reads: let the JVM say so in its own words.
            safe = bytes;
        }
        return defineClass(name, safe, 0, safe.length, source.domain());
    }

    private void definePackageOf(String packageName, Source source) throws IOException {
        Manifest manifest = source.jar().getManifest();
        try {
            if (manifest == null) {
                definePackage(packageName, null, null, null, null, null, null, null);
            } else {
                definePackage(packageName, manifest, source.url());
            }
        } catch (IllegalArgumentException e) {
            // Another thread defined it between the question and the answer.
            return;
        }
    }

    private @Nullable InputStream classFile(ClassDesc type) {
        String descriptor = type.descriptorString();
        if (!descriptor.startsWith("L")) {
            return null;
        }
        String path = descriptor.substring(1, descriptor.length() - 1) + ".class";
        boolean shared = SHARED.stream().anyMatch(p -> path.replace('/', '.').startsWith(p));
        try (InputStream in = shared ? host.getResourceAsStream(path) : getResourceAsStream(path)) {
            return in == null ? null : new ByteArrayInputStream(in.readAllBytes());
        } catch (IOException e) {
            return null;
        }
    }

    /** A file of the plugin's own jar, not of its libraries; null where there is none. */
    byte @Nullable [] ownFile(String path) throws IOException {
        JarFile jar = sources.getFirst().jar();
        ZipEntry entry = jar.getEntry(path);
        if (entry == null) {
            return null;
        }
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    private void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            // The first failure is the one worth telling.
            return;
        }
    }

    @Override
    public void close() throws IOException {
        for (Source source : sources) {
            source.jar().close();
        }
        super.close();
    }
}
