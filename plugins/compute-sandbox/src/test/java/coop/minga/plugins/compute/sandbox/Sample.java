package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Small workloads to test with. */
final class Sample {

    static final Size SIZE = new Size(500, 128, 64);

    private Sample() {}

    /**
     * Answers each request by its path: {@code /echo} with the body it got, {@code /ws} by sending
     * back each chunk of bytes as it comes, {@code /run?...} with what a shell says to the body,
     * any other with "ok".
     */
    static final String SERVER =
            """
            use strict; $| = 1; $SIG{CHLD} = 'IGNORE';
            socket my $l, 2, 1, 0 or die; setsockopt $l, 1, 2, 1;
            bind $l, pack('S n N x8', 2, 8080, 0x7f000001) or die "bind: $!";
            listen $l, 512; print "listening\\n"; print STDERR "no errors\\n";
            while (1) {
                accept my $c, $l or next;
                my $p; until (defined($p = fork)) { select undef, undef, undef, 0.01 }
                if ($p) { close $c; next }
                close $l;
                $SIG{CHLD} = 'DEFAULT';
                my $r = '';
                while ($r !~ /\\r\\n\\r\\n/) { sysread $c, $r, 4096, length $r or exit }
                my ($head, $body) = split /\\r\\n\\r\\n/, $r, 2;
                my ($path) = $head =~ m{^\\w+ (\\S+)};
                if ($path eq '/ws') {
                    syswrite $c, "HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: x\\r\\n\\r\\n$body";
                    while (sysread $c, my $d, 65536) { my $o = 0; while ($o < length $d) { $o += syswrite $c, $d, length($d) - $o, $o } }
                    syswrite $c, "bye";
                    exit;
                }
                my ($n) = $head =~ /content-length: (\\d+)/i;
                while (length $body < ($n || 0)) { sysread $c, $body, 65536, length $body or last }
                my $answer = $path eq '/echo' ? $body : "ok\\n";
                if ($path eq '/run') { open my $f, '>', "/tmp/$$"; print $f $body; close $f; $answer = `sh /tmp/$$ 2>&1` }
                if ($path eq '/fail') { kill 9, getppid }
                if ($path eq '/exit') { system 'touch', '/home/tenant/exited'; kill 15, getppid }
                my $out = "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($answer) . "\\r\\nConnection: close\\r\\n\\r\\n$answer";
                my $o = 0; while ($o < length $out) { $o += syswrite $c, $out, length($out) - $o, $o }
                exit;
            }
            """;

    static CreateInstance web(String name) {
        return web(name, SIZE);
    }

    static CreateInstance web(String name, Size size) {
        Workload workload =
                Workload.ofCommand("perl", "/opt/server.pl")
                        .withFiles(List.of(new Workload.File("/opt/server.pl", SERVER, false)))
                        .withPorts(List.of(new Workload.Port("web", 8080, Workload.Protocol.HTTP)))
                        .withHealth(new Workload.Health("web", "/", Duration.ofSeconds(20)));
        return new CreateInstance(name, size, workload, Map.of(), List.of(), Map.of());
    }

    static CreateInstance shell(String name, String script) {
        return shell(name, SIZE, script);
    }

    static CreateInstance shell(String name, Size size, String script) {
        return new CreateInstance(
                name, size, Workload.ofCommand("sh", "-c", script), Map.of(), List.of(), Map.of());
    }
}
