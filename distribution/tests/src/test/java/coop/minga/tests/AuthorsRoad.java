package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The road of a plugin's author, without a network: from the archetype to a jar. Maven has this
 * user's repository, but for our own artefacts: those have to come from the kit.
 */
final class AuthorsRoad {

    private static final Path SDK = RunningMinga.TREE.resolve("sdk");

    private final Path folder;
    private final Path repository;

    /**
     * @param folder a new one, for everything the author makes
     */
    AuthorsRoad(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.repository = repository(folder);
    }

    /** Makes a project by the guide's own command; gives its directory. */
    Path generate(String kind, String artifactId, String name) {
        List<String> command = new ArrayList<>();
        for (String word : Guides.generating()) {
            command.add(
                    word.replace("/opt/minga/sdk", SDK.toString())
                            .replaceFirst("^-Dkind=.*", "-Dkind=" + kind)
                            .replaceFirst("^-DartifactId=.*", "-DartifactId=" + artifactId)
                            .replaceFirst("^-Dpackage=.*", "-Dpackage=" + name));
        }
        maven(folder, command.subList(1, command.size()));
        Path project = folder.resolve(artifactId);
        assertThat(project.resolve("pom.xml")).exists();
        return project;
    }

    /** Builds and tests a project; gives what Maven said. */
    String verify(Path project, String... options) {
        List<String> arguments = new ArrayList<>(List.of("--batch-mode", "verify"));
        arguments.addAll(List.of(options));
        return maven(project, arguments);
    }

    private String maven(Path directory, List<String> arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "mvn",
                                "-o",
                                "-Dmaven.repo.local=" + repository,
                                "-Daether.offline.protocols=file"));
        command.addAll(arguments);
        ProcessBuilder maven =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        maven.environment().put("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        RunningMinga.Ran ran = RunningMinga.run(maven, Duration.ofMinutes(5));
        assertThat(ran.code()).as(ran.said()).isZero();
        return ran.said();
    }

    private static Path repository(Path folder) throws IOException {
        String said = System.getProperty("minga.maven.repository", "");
        Path real =
                said.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".m2", "repository")
                        : Path.of(said);
        Path local = Files.createDirectory(folder.resolve("repository"));
        try (Stream<Path> entries = Files.list(real)) {
            List<Path> others =
                    entries.filter(entry -> !entry.getFileName().toString().equals("coop"))
                            .toList();
            for (Path entry : others) {
                Files.createSymbolicLink(local.resolve(entry.getFileName()), entry);
            }
        }
        return local;
    }
}
