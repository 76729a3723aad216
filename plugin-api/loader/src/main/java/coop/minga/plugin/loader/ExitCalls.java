package coop.minga.plugin.loader;

import org.jspecify.annotations.Nullable;

import java.io.InputStream;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Set;
import java.util.function.Function;

/**
 * Rewrites calls that would end the host's process so that they throw instead: {@code System.exit},
 * {@code Runtime.exit} and {@code Runtime.halt}, also as method references.
 *
 * <p>The replacement is a method of the class itself, so that nothing new has to be visible to it.
 * Reflection gets around this: it catches libraries that were written to be programs, not
 * attackers.
 */
final class ExitCalls {

    private static final ClassDesc RUNTIME = ClassDesc.of("java.lang.Runtime");
    private static final ClassDesc REFUSAL = ClassDesc.of("java.lang.SecurityException");
    private static final String REPLACEMENT = "minga$refuseExit";
    private static final MethodTypeDesc EXIT = MethodTypeDesc.ofDescriptor("(I)V");
    private static final MethodTypeDesc WITH_RUNTIME =
            MethodTypeDesc.of(ConstantDescs.CD_void, RUNTIME, ConstantDescs.CD_int);
    private static final Set<String> RUNTIME_METHODS = Set.of("exit", "halt");

    private ExitCalls() {}

    /**
     * The same class with harmless exits, or the very bytes where there is nothing to change.
     *
     * @param bytes a class file
     * @param resources finds class files that the class refers to, by their path, or gives null
     */
    static byte[] rewritten(byte[] bytes, Function<ClassDesc, @Nullable InputStream> resources) {
        ClassModel model = ClassFile.of().parse(bytes);
        if (!mentionsExit(model)) {
            return bytes;
        }
        ClassFile writer =
                ClassFile.of(
                        ClassFile.ClassHierarchyResolverOption.of(
                                ClassHierarchyResolver.ofResourceParsing(resources)
                                        .orElse(ClassHierarchyResolver.defaultResolver())
                                        .cached()));
        ClassDesc self = model.thisClass().asSymbol();
        boolean isInterface = model.flags().has(java.lang.reflect.AccessFlag.INTERFACE);
        return writer.transformClass(model, new Rewriting(self, isInterface));
    }

    private static boolean mentionsExit(ClassModel model) {
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof MemberRefEntry member
                    && ends(
                            member.owner().asInternalName(),
                            member.name().stringValue(),
                            member.type().stringValue())) {
                return true;
            }
        }
        return false;
    }

    private static boolean ends(String owner, String name, String type) {
        return type.equals("(I)V")
                && ((owner.equals("java/lang/System") && name.equals("exit"))
                        || (owner.equals("java/lang/Runtime") && RUNTIME_METHODS.contains(name)));
    }

    private record Rewriting(ClassDesc self, boolean isInterface) implements ClassTransform {

        @Override
        public void accept(ClassBuilder builder, ClassElement element) {
            if (element instanceof MethodModel method && method.code().isPresent()) {
                builder.transformMethod(
                        method,
                        (methodBuilder, methodElement) -> {
                            if (methodElement instanceof java.lang.classfile.CodeModel code) {
                                methodBuilder.transformCode(
                                        code, CodeTransform.ofStateful(() -> this::instruction));
                            } else {
                                methodBuilder.with(methodElement);
                            }
                        });
            } else {
                builder.with(element);
            }
        }

        @Override
        public void atEnd(ClassBuilder builder) {
            for (MethodTypeDesc type : new MethodTypeDesc[] {EXIT, WITH_RUNTIME}) {
                builder.withMethodBody(
                        REPLACEMENT,
                        type,
                        ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
                        code ->
                                code.new_(REFUSAL)
                                        .dup()
                                        .loadConstant("A plugin must not end the host's process")
                                        .invokespecial(
                                                REFUSAL,
                                                ConstantDescs.INIT_NAME,
                                                MethodTypeDesc.of(
                                                        ConstantDescs.CD_void,
                                                        ConstantDescs.CD_String))
                                        .athrow());
            }
        }

        private void instruction(CodeBuilder builder, CodeElement element) {
            if (element instanceof InvokeInstruction call
                    && ends(
                            call.owner().asInternalName(),
                            call.name().stringValue(),
                            call.type().stringValue())) {
                boolean onSystem = call.owner().asInternalName().equals("java/lang/System");
                builder.invokestatic(
                        self, REPLACEMENT, onSystem ? EXIT : WITH_RUNTIME, isInterface);
            } else if (element instanceof InvokeDynamicInstruction call
                    && call.bootstrapArgs().stream().anyMatch(Rewriting::isExitHandle)) {
                ConstantDesc[] arguments =
                        call.bootstrapArgs().stream()
                                .map(this::harmless)
                                .toArray(ConstantDesc[]::new);
                builder.invokedynamic(
                        DynamicCallSiteDesc.of(
                                call.bootstrapMethod(),
                                call.name().stringValue(),
                                call.typeSymbol(),
                                arguments));
            } else {
                builder.with(element);
            }
        }

        private static boolean isExitHandle(ConstantDesc constant) {
            return constant instanceof DirectMethodHandleDesc handle
                    && ends(
                            internalName(handle.owner()),
                            handle.methodName(),
                            handle.lookupDescriptor());
        }

        private ConstantDesc harmless(ConstantDesc constant) {
            if (!isExitHandle(constant) || !(constant instanceof DirectMethodHandleDesc handle)) {
                return constant;
            }
            boolean onSystem = internalName(handle.owner()).equals("java/lang/System");
            return MethodHandleDesc.ofMethod(
                    isInterface
                            ? DirectMethodHandleDesc.Kind.INTERFACE_STATIC
                            : DirectMethodHandleDesc.Kind.STATIC,
                    self,
                    REPLACEMENT,
                    onSystem ? EXIT : WITH_RUNTIME);
        }

        private static String internalName(ClassDesc type) {
            String descriptor = type.descriptorString();
            return descriptor.startsWith("L")
                    ? descriptor.substring(1, descriptor.length() - 1)
                    : descriptor;
        }
    }
}
