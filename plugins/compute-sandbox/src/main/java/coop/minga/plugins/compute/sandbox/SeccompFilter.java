package coop.minga.plugins.compute.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;

/**
 * A filter of system calls as bubblewrap takes it: kernel interfaces that no tenant needs and that
 * have a history of holes answer "not permitted". A list of what is forbidden, not of what is
 * allowed: the namespaces are the wall, this makes it thicker.
 */
final class SeccompFilter {

    private static final int ALLOW = 0x7fff0000;
    private static final int REFUSE = 0x00050000 | 1;
    private static final int ABSENT = 0x00050000 | 38;
    private static final int KILL = 0x80000000;

    private static final short LOAD = 0x20;
    private static final short EQUAL = 0x15;
    private static final short AT_LEAST = 0x35;
    private static final short ANY_BIT = 0x45;
    private static final short RETURN = 0x06;

    private static final int NEW_USER_NAMESPACE = 0x10000000;

    /** What differs between processors: the audit number, clone, and the calls refused. */
    private record Processor(int audit, int cloning, int[] refused) {}

    /*
     * keyctl, add_key, request_key, bpf, perf_event_open, userfaultfd, mount, umount2, pivot_root,
     * unshare, setns, kexec_load, kexec_file_load, init_module, finit_module, delete_module,
     * swapon, swapoff, reboot, acct, quotactl, open_by_handle_at, syslog, settimeofday,
     * clock_settime, adjtimex, clock_adjtime, vhangup, lookup_dcookie; on amd64 also iopl, ioperm,
     * uselib, modify_ldt.
     */
    private static final Map<String, Processor> PROCESSORS =
            Map.of(
                    "amd64",
                    new Processor(
                            0xC000003E,
                            56,
                            new int[] {
                                250, 248, 249, 321, 298, 323, 165, 166, 155, 272, 308, 246, 320,
                                175, 313, 176, 167, 168, 169, 163, 179, 304, 103, 164, 227, 159,
                                305, 153, 212, 172, 173, 134, 154
                            }),
                    "aarch64",
                    new Processor(0xC00000B7, 220, generic()),
                    "riscv64",
                    new Processor(0xC00000F3, 220, generic()));

    /** Since 2019 a call has one number everywhere: io_uring, the new mount calls. */
    private static final int[] REFUSED_EVERYWHERE = {
        425, 426, 427, 428, 429, 430, 431, 432, 433, 442, 443
    };

    private static final int CLONE3 = 435;

    private SeccompFilter() {}

    private static int[] generic() {
        return new int[] {
            219, 217, 218, 280, 241, 282, 40, 39, 41, 97, 268, 104, 294, 105, 273, 106, 224, 225,
            142, 89, 60, 265, 116, 170, 112, 171, 266, 58, 18
        };
    }

    static Optional<byte[]> forArch(String arch) {
        return Optional.ofNullable(PROCESSORS.get(arch)).map(SeccompFilter::program);
    }

    private static byte[] program(Processor processor) {
        int[] numbers = new int[processor.refused().length + REFUSED_EVERYWHERE.length];
        System.arraycopy(processor.refused(), 0, numbers, 0, processor.refused().length);
        System.arraycopy(
                REFUSED_EVERYWHERE,
                0,
                numbers,
                processor.refused().length,
                REFUSED_EVERYWHERE.length);
        ByteBuffer code = ByteBuffer.allocate(8 * (numbers.length * 2 + 20));
        code.order(ByteOrder.LITTLE_ENDIAN);
        step(code, LOAD, 0, 0, 4);
        step(code, EQUAL, 1, 0, processor.audit());
        step(code, RETURN, 0, 0, KILL);
        step(code, LOAD, 0, 0, 0);
        if (processor.audit() == 0xC000003E) {
            // Calls of the 32-bit pointers' ABI have other numbers and would slip through.
            step(code, AT_LEAST, 0, 1, 0x40000000);
            step(code, RETURN, 0, 0, ABSENT);
        }
        for (int number : numbers) {
            step(code, EQUAL, 0, 1, number);
            step(code, RETURN, 0, 0, REFUSE);
        }
        // clone3 hides its flags behind a pointer; without it the C library falls back to clone.
        step(code, EQUAL, 0, 1, CLONE3);
        step(code, RETURN, 0, 0, ABSENT);
        step(code, EQUAL, 0, 3, processor.cloning());
        step(code, LOAD, 0, 0, 16);
        step(code, ANY_BIT, 0, 1, NEW_USER_NAMESPACE);
        step(code, RETURN, 0, 0, REFUSE);
        step(code, RETURN, 0, 0, ALLOW);
        byte[] bytes = new byte[code.position()];
        code.flip().get(bytes);
        return bytes;
    }

    private static void step(ByteBuffer code, short operation, int yes, int no, int value) {
        code.putShort(operation).put((byte) yes).put((byte) no).putInt(value);
    }
}
