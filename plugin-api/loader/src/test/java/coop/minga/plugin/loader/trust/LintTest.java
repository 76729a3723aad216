package coop.minga.plugin.loader.trust;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.loader.trust.LintFinding.Risk;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.Set;

final class LintTest {

    private static final ClassDesc SELF = ClassDesc.of("sample.Some");
    private static final MethodTypeDesc NOTHING = MethodTypeDesc.ofDescriptor("()V");

    private static byte[] calling(String owner, String method) {
        return ClassFile.of()
                .build(
                        SELF,
                        type ->
                                type.withMethodBody(
                                        "run",
                                        NOTHING,
                                        ClassFile.ACC_STATIC,
                                        code ->
                                                code.invokestatic(
                                                                ClassDesc.of(owner),
                                                                method,
                                                                NOTHING)
                                                        .return_()));
    }

    @ParameterizedTest
    @CsvSource({
        "java.lang.System, exit, EXIT",
        "java.lang.Runtime, halt, EXIT",
        "java.lang.Runtime, exec, EXEC",
        "java.lang.ProcessBuilder, start, EXEC",
        "sun.misc.Unsafe, getUnsafe, UNSAFE",
        "jdk.internal.misc.Unsafe, getUnsafe, UNSAFE",
        "java.lang.System, loadLibrary, NATIVE",
        "java.lang.Runtime, load, NATIVE",
        "java.lang.foreign.Linker, nativeLinker, NATIVE",
        "java.lang.Thread, setDefaultUncaughtExceptionHandler, DEFAULTS",
        "java.lang.System, setProperty, DEFAULTS",
        "java.net.URL, setURLStreamHandlerFactory, DEFAULTS",
        "java.util.Locale, setDefault, DEFAULTS",
        "java.util.TimeZone, setDefault, DEFAULTS",
        "java.security.Security, addProvider, DEFAULTS",
        "java.lang.Runtime, addShutdownHook, DEFAULTS",
    })
    void callThatReachesBeyondThePluginIsFound(String owner, String method, Risk risk) {
        assertThat(Lint.risks(calling(owner, method))).isEqualTo(Set.of(risk));
    }

    @ParameterizedTest
    @CsvSource({
        "java.lang.System, getProperty",
        "java.lang.Runtime, availableProcessors",
        "java.lang.Thread, setName",
        "java.util.Locale, getDefault",
        "sample.System, exit",
    })
    void ordinaryCallIsNot(String owner, String method) {
        assertThat(Lint.risks(calling(owner, method))).isEmpty();
    }

    @Test
    void nativeMethodIsFoundAndNoClassIsNothing() {
        byte[] own =
                ClassFile.of()
                        .build(
                                SELF,
                                type ->
                                        type.withMethod(
                                                "run",
                                                NOTHING,
                                                ClassFile.ACC_STATIC | ClassFile.ACC_NATIVE,
                                                method -> {}));
        assertThat(Lint.risks(own)).isEqualTo(Set.of(Risk.NATIVE));
        assertThat(Lint.risks(new byte[] {1, 2, 3})).isEmpty();
        byte[] cut = calling("java.lang.System", "exit");
        assertThat(Lint.risks(Arrays.copyOf(cut, 40))).isNotNull();
    }
}
