package dev.plinth.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Loads the classes of the engine again, with a call of {@link AllocationFault} before each allocation of some rooms. */
final class FaultyClasses extends ClassLoader {
    private static final String ENGINE = "dev.plinth.engine.";
    private static final String FAULT = "dev/plinth/engine/AllocationFault";

    private final String rooms;

    /**
     * Makes a loader.
     *
     * @param rooms the beginning of the names of classes whose allocations may fail
     */
    FaultyClasses(String rooms) {
        super(FaultyClasses.class.getClassLoader());
        this.rooms = rooms;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(ENGINE) || name.equals(AllocationFault.class.getName())) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            byte[] bytes = bytes(name);
            byte[] loaded = name.startsWith(rooms) ? faulty(bytes) : bytes;
            return defineClass(name, loaded, 0, loaded.length);
        }
    }

    private byte[] bytes(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] faulty(byte[] bytes) {
        ClassReader reader = new ClassReader(bytes);
        ClassWriter writer = new ClassWriter(reader, 0);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9, writer) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String descriptor, String signature, String[] exceptions) {
                        return new Allocations(super.visitMethod(access, name, descriptor, signature, exceptions));
                    }
                },
                0);
        return writer.toByteArray();
    }

    /** Calls the fault before each allocation. The call takes and leaves nothing on the stack. */
    private static final class Allocations extends MethodVisitor {
        Allocations(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        private void allocation() {
            super.visitMethodInsn(Opcodes.INVOKESTATIC, FAULT, "allocation", "()V", false);
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            // Behind it, because frames name the place of an object that is not initialized.
            super.visitTypeInsn(opcode, type);
            if (opcode == Opcodes.NEW || opcode == Opcodes.ANEWARRAY) {
                allocation();
            }
        }

        @Override
        public void visitIntInsn(int opcode, int operand) {
            if (opcode == Opcodes.NEWARRAY) {
                allocation();
            }
            super.visitIntInsn(opcode, operand);
        }

        /** Collections of the JDK grow inside of the call, and lambdas are made by it. */
        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            if (name.matches("add|addLast|put|push|computeIfAbsent|clone|copyOf|copyOfRange|allocate")) {
                allocation();
            }
            super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
        }
    }
}
