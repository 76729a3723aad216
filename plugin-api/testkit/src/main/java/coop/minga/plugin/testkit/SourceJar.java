package coop.minga.plugin.testkit;

import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.loader.trust.SigningKey;

import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;
import org.slf4j.Logger;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Builds small plugin jars from source text while a test runs: good ones, and ones that are wrong
 * in exactly one way.
 */
public final class SourceJar {

    private final Map<String, String> manifest = new LinkedHashMap<>();
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Set<String> extensions = new LinkedHashSet<>();
    private final Map<String, byte[]> entries = new TreeMap<>();
    private final List<Path> libraries = new ArrayList<>();
    private boolean withManifest = true;

    private SourceJar() {}

    /** A jar with a complete manifest for one offering plugin and nothing in it. */
    public static SourceJar plugin(String id) {
        return new SourceJar()
                .manifest("Plugin-Id", id)
                .manifest("Plugin-Version", "1.0.0")
                .manifest("Plugin-Requires", ">=0.1.0 & <1.0.0")
                .manifest("Plugin-Provider", "Test")
                .manifest("Plugin-License", "Apache-2.0")
                .manifest("Minga-Kinds", "offering");
    }

    /** A jar without manifest, to be a library of a plugin. */
    public static SourceJar library() {
        return new SourceJar().withoutManifest();
    }

    /** A plugin with one working offering whose id is the plugin's. */
    public static SourceJar offering(String id) {
        return plugin(id).extension("sample.Offering", offeringSource("Offering", id, ""));
    }

    /**
     * The source of an offering factory in package {@code sample}.
     *
     * @param members more members of the class, for example a static initializer
     */
    public static String offeringSource(String className, String id, String members) {
        return """
        package sample;
        import coop.minga.plugin.api.*;
        import coop.minga.plugin.api.compute.*;
        import coop.minga.plugin.api.config.*;
        import coop.minga.plugin.api.offering.*;
        import java.util.*;
        public final class %1$s implements OfferingFactory {
            %3$s
            public ProviderDescriptor descriptor() {
                return ProviderDescriptor.of(
                        "%2$s", Kind.OFFERING, Text.of("%2$s"), Text.of("A sample", "Una muestra"));
            }
            public OfferingBlueprint open(ProviderContext context, ProviderConfig config) {
                return new OfferingBlueprint() {
                    public ConfigSchema parameters() {
                        return ConfigSchema.empty();
                    }
                    public DeploymentSpec plan(ProviderConfig product, ProviderConfig parameters, DeploymentFacts facts) {
                        return DeploymentSpec.of(Set.of(Need.USERLAND), Workload.ofCommand("true"));
                    }
                };
            }
        }
        """
                .formatted(className, id, members);
    }

    /** Sets a line of the manifest; null removes it. */
    public SourceJar manifest(String name, @Nullable String value) {
        if (value == null) {
            manifest.remove(name);
        } else {
            manifest.put(name, value);
        }
        return this;
    }

    public SourceJar withoutManifest() {
        withManifest = false;
        return this;
    }

    /** Adds a class by its source. */
    public SourceJar source(String className, String text) {
        sources.put(className, text);
        return this;
    }

    /** Adds a class and lists it as an extension. */
    public SourceJar extension(String className, String text) {
        extensions.add(className);
        return source(className, text);
    }

    /** Lists an extension without adding its class. */
    public SourceJar listed(String className) {
        extensions.add(className);
        return this;
    }

    public SourceJar entry(String name, byte[] content) {
        entries.put(name, content.clone());
        return this;
    }

    /** Compiles against a jar and nests it under {@code lib/}. */
    public SourceJar library(Path jar) {
        libraries.add(jar);
        try {
            return entry("lib/" + jar.getFileName(), Files.readAllBytes(jar));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nests a library under {@code lib/}. */
    public SourceJar library(String fileName, SourceJar library) {
        return entry("lib/" + fileName, library.bytes());
    }

    /** Compiles and writes the jar. */
    public Path write(Path file) {
        try {
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Compiles, packs and signs. */
    public byte[] signedBy(SigningKey key) {
        try {
            Path file = Files.createTempFile("signed", ".jar");
            try {
                key.sign(write(file));
                return Files.readAllBytes(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Compiles the classes, each by its path in a jar. */
    public Map<String, byte[]> classes() {
        return sources.isEmpty() ? Map.of() : compile(sources, libraries);
    }

    /** Compiles and packs; the same input gives the same bytes. */
    public byte[] bytes() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        if (withManifest) {
            StringBuilder text = new StringBuilder("Manifest-Version: 1.0\n");
            manifest.forEach((name, value) -> text.append(name + ": " + value + "\n"));
            all.put(
                    "META-INF/MANIFEST.MF",
                    text.append("\n").toString().getBytes(StandardCharsets.UTF_8));
        }
        if (!extensions.isEmpty()) {
            all.put(
                    "META-INF/extensions.idx",
                    String.join("\n", extensions).getBytes(StandardCharsets.UTF_8));
        }
        all.putAll(classes());
        all.putAll(entries);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> item : all.entrySet()) {
                ZipEntry entry = new ZipEntry(item.getKey());
                entry.setTime(0);
                if (item.getKey().startsWith("lib/")) {
                    CRC32 sum = new CRC32();
                    sum.update(item.getValue());
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(item.getValue().length);
                    entry.setCrc(sum.getValue());
                }
                out.putNextEntry(entry);
                out.write(item.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static Map<String, byte[]> compile(Map<String, String> sources, List<Path> libraries) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("Tests need a JDK, not a JRE");
        }
        Map<String, ByteArrayOutputStream> compiled = new TreeMap<>();
        StringWriter messages = new StringWriter();
        List<Source> units =
                sources.entrySet().stream()
                        .map(source -> new Source(source.getKey(), source.getValue()))
                        .toList();
        List<String> options =
                List.of("-proc:none", "-Xlint:none", "-parameters", "-cp", classPath(libraries));
        try (StandardJavaFileManager files =
                        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
                JavaFileManager memory = new MemoryFiles(files, compiled)) {
            if (!compiler.getTask(messages, memory, null, options, null, units).call()) {
                throw new IllegalArgumentException("The sample does not compile:\n" + messages);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, byte[]> classes = new LinkedHashMap<>();
        compiled.forEach((name, bytes) ->
                classes.put(name.replace('.', '/') + ".class", bytes.toByteArray()));
        return classes;
    }

    private static String classPath(List<Path> libraries) {
        Set<String> places = new LinkedHashSet<>();
        libraries.forEach(library -> places.add(library.toString()));
        for (Class<?> type :
                List.of(ProviderFactory.class, Extension.class, Logger.class, NullMarked.class)) {
            try {
                places.add(
                        Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                                .toString());
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }
        return String.join(File.pathSeparator, places);
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String className, String text) {
            super(URI.create("string:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class MemoryFiles
            extends ForwardingJavaFileManager<StandardJavaFileManager> {

        private final Map<String, ByteArrayOutputStream> compiled;

        MemoryFiles(StandardJavaFileManager files, Map<String, ByteArrayOutputStream> compiled) {
            super(files);
            this.compiled = compiled;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location,
                String className,
                JavaFileObject.Kind kind,
                @Nullable FileObject sibling) {
            return new SimpleJavaFileObject(
                    URI.create("memory:///" + className.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    compiled.put(className, bytes);
                    return bytes;
                }
            };
        }
    }
}
