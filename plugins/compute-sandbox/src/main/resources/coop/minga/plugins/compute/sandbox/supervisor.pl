# Keeps one instance: starts the sandbox, collects what it prints, watches its limits, writes down
# how it is. Outlives whoever started it. Uses no module, so that it starts in a few milliseconds.
#
# Started in the instance's directory; everything it must know stands in the file "launch" as
# key=value, each ended by a NUL.
use strict;
$| = 1;
$0 = 'minga-supervisor';

my (%c, @sets, @later);
my %many = map { $_ => [] } qw(arg cgdir port measure);
{
    local $/;
    open my $f, '<', 'launch' or die "launch: $!\n";
    for (split /\0/, <$f>) {
        my ($k, $v) = split /=/, $_, 2;
        if    ($k eq 'cgset')   { push @sets, $v }
        elsif ($k eq 'cglater') { push @later, $v }
        elsif ($many{$k})       { push @{ $many{$k} }, $v }
        else                    { $c{$k} = $v }
    }
}
my %sys = $c{arch} eq 'amd64'
    ? (clock_gettime => 228, setsid => 112, mount => 165, unshare => 272, statfs => 137)
    : (clock_gettime => 113, setsid => 157, mount => 40, unshare => 97, statfs => 43);
use constant { EINTR => 4, EAGAIN => 11, O_NONBLOCK => 2048, LINE => 16384 };

sub now {
    my $t = pack 'qq', 0, 0;
    syscall $sys{clock_gettime}, 0, $t;
    my ($s, $n) = unpack 'qq', $t;
    return $s + $n / 1e9;
}

sub slurp { my ($p) = @_; local $/; open my $f, '<', $p or return ''; my $t = <$f>; defined $t ? $t : '' }

sub spill {
    my ($p, $text) = @_;
    open my $f, '>', $p or return 0;
    my $n = syswrite $f, $text;
    return defined $n && close $f;
}

# When a process was started, in ticks since boot; empty once it is gone or only waits to be reaped.
sub born {
    my ($pid) = @_;
    my $s = slurp("/proc/$pid/stat");
    $s =~ s/.*\)\s*//s;
    my @f = split ' ', $s;
    return $f[0] && $f[0] ne 'Z' ? $f[19] : '';
}
sub nonblocking { fcntl $_[0], 4, O_NONBLOCK or die "fcntl: $!\n" }
sub inherit { fcntl $_[0], 2, 0 or die "fcntl: $!\n" }

exit 0 if fork;
syscall $sys{setsid};
$SIG{HUP} = $SIG{PIPE} = 'IGNORE';
umask 0077;

# Whoever holds the lock is the supervisor; a second one goes without a word.
open my $lock, '>>', 'lock' or die "lock: $!\n";
flock $lock, 2 | 4 or exit 0;

my %s = (
    state => 'starting', supervisor => $$, supervisor_start => born($$), init => 0, init_start => '',
    started_at => int(now() * 1000), ready_at => 0, ended_at => 0, exit_code => -1, reason => '',
    message => '', sockets => $c{sockets}, boot => $c{boot},
);

sub report {
    my ($silent) = @_;
    my $json = join ',', map {
        my $v = $s{$_};
        $v =~ s/[^\x20-\x7e]/ /g;
        $v =~ s/(["\\])/\\$1/g;
        qq("$_":"$v")
    } sort keys %s;
    spill('status.tmp', "{$json}\n") and rename 'status.tmp', 'status';
    spill($c{event}, "$s{state}\n") if !$silent;
}

sub ended {
    my ($reason, $message) = @_;
    @s{qw(state reason message ended_at)} = ('ended', $reason, substr($message, 0, 300), int(now() * 1000));
    unlink "$c{sockets}/$_" for map({ (split /:/, $_)[0] } @{ $many{port} }), 'console', 'control';
    rmdir $c{sockets};
    clearGroups() if grep { -d $_ } @{ $many{cgdir} };
    report();
    exit 0;
}

# --- what the sandbox prints -----------------------------------------------------------------
my ($log, $logSize, %line) = (undef, 0, (o => '', e => ''));
my ($allowance, $allowedAt, $lastError) = (2 << 20, now(), '');

sub openLog { open $log, '>>', 'log' or die "log: $!\n"; $logSize = -s $log || 0 }
openLog();

sub printed {
    my ($stream, $data) = @_;
    my ($at, $out) = (int(now() * 1000), '');
    $line{$stream} .= $data;
    while (1) {
        my $end = index $line{$stream}, "\n";
        my $whole = $end >= 0 && $end <= LINE;
        last if !$whole && length $line{$stream} <= LINE;
        my $text = substr $line{$stream}, 0, $whole ? $end : LINE, '';
        substr $line{$stream}, 0, 1, '' if $whole;
        $text =~ s/\r\z//;
        $lastError = $text if $stream eq 'e' && $text =~ /\S/;
        $out .= "$at $stream $text\n";
        # A line costs more than its bytes: empty ones must not be free.
        $allowance -= 64;
    }
    $allowance -= length $data;
    return if $out eq '';
    syswrite $log, $out;
    $logSize += length $out;
    if ($logSize > $c{logmax}) { rename 'log', 'log.1'; openLog() }
}

# --- limits ----------------------------------------------------------------------------------
sub groupProcesses { map { split ' ', slurp("$_/cgroup.procs") } @{ $many{cgdir} } }

sub clearGroups {
    for (1 .. 200) {
        my @left = groupProcesses() or last;
        kill 9, @left;
        select undef, undef, undef, 0.005;
    }
    for (1 .. 200) {
        my @still = grep { -d $_ && !rmdir $_ } @{ $many{cgdir} } or last;
        select undef, undef, undef, 0.005;
    }
}

clearGroups() if grep { -d $_ } @{ $many{cgdir} };
for my $dir (@{ $many{cgdir} }) { mkdir $dir, 0755 or ended('setup', "cannot create $dir: $!") }
for (@sets) {
    my ($path, $value) = split /=/, $_, 2;
    spill($path, $value) or ended('setup', "cannot set $path to $value: $!");
}
spill($c{keepgroup}, $$) if $c{keepgroup};

sub freeSpace {
    my ($here, $b) = ('.', "\0" x 256);
    syscall($sys{statfs}, $here, $b) == 0 or return (1e18, 1e18, 0);
    my (undef, $size, undef, undef, $available, $files, $freeFiles) = unpack 'q7', $b;
    return ($size * $available, $files ? $freeFiles : 1e18);
}

# --- sockets: made out here, where the tenant cannot touch their names ------------------------
mkdir $c{sockets}, 0700 or $! == 17 or ended('setup', "cannot create $c{sockets}: $!");

sub address { pack 'S a*', 1, "$_[0]\0" }

sub listener {
    my ($name) = @_;
    my $path = "$c{sockets}/$name";
    unlink $path;
    socket my $l, 1, 1, 0 or ended('setup', "socket: $!");
    bind $l, address($path) or ended('setup', "cannot bind $path: $!");
    listen $l, 512 or ended('setup', "listen: $!");
    return $l;
}
my $control = listener('control');
nonblocking($control);
my $console = listener('console');
my @ports = map { my ($n) = split /:/, $_; [$n, listener($n)] } @{ $many{port} };

pipe my $outR, my $outW or die;
pipe my $errR, my $errW or die;
pipe my $wordR, my $wordW or die;
pipe my $tellR, my $tellW or die;
pipe my $infoR, my $infoW or die;
my %file;
for ('agent.conf', $c{agent}, $c{seccomp}) { next if !$_; open $file{$_}, '<', $_ or ended('setup', "$_: $!") }

report(1);
my $child = fork;
defined $child or ended('setup', "fork: $!");
if (!$child) {
    # What is ignored here would be ignored by all that runs inside.
    $SIG{HUP} = $SIG{PIPE} = 'DEFAULT';
    eval {
        for my $dir (@{ $many{cgdir} }) { spill("$dir/cgroup.procs", $$) or die "cannot enter $dir: $!\n" }
        spill('/proc/self/oom_score_adj', '500');
        setpriority 0, 0, 5 if $c{nice};
        if ($c{uid}) {
            # The tenant's uid cannot walk down to the instance's directory, so it is shown to it
            # elsewhere, in a mount namespace of its own.
            my ($none, $root, $box, $at) = ('none', '/', 'box', $c{stage});
            syscall($sys{unshare}, 0x20000) == 0 or die "unshare: $!\n";
            syscall($sys{mount}, $none, $root, 0, 0x4000 | 0x40000, 0) == 0 or die "mount: $!\n";
            syscall($sys{mount}, $box, $at, 0, 0x1000, 0) == 0 or die "mount $at: $!\n";
        }
        open STDIN, '<', '/dev/null' or die;
        open STDOUT, '>&', $outW or die;
        open STDERR, '>&', $errW or die;
        my %fd = (
            '@script@' => fileno $file{ $c{agent} }, '@info@' => fileno $infoW,
            $c{seccomp} ? ('@seccomp@' => fileno $file{ $c{seccomp} }) : (),
        );
        inherit($_) for values %file, $infoW, $wordW, $tellR, $console, map { $_->[1] } @ports;
        my @agent = ('setsid=' . $sys{setsid}, 'conf=' . fileno($file{'agent.conf'}), 'word=' . fileno($wordW),
            'tell=' . fileno($tellR), 'console=' . fileno($console), map { "port=$_->[0]:" . fileno $_->[1] } @ports);
        my @command = map { exists $fd{$_} ? $fd{$_} : $_ eq '@agent@' ? @agent : $_ } @{ $many{arg} };
        unshift @command, $c{setpriv}, "--reuid=$c{uid}", "--regid=$c{uid}", '--clear-groups', '--' if $c{uid};
        %ENV = (PATH => '/usr/bin:/bin', LANG => 'C.UTF-8');
        chdir '/';
        exec { $command[0] } @command or die "$command[0]: $!\n";
    };
    syswrite STDERR, "minga: $@";
    kill 9, $$;
}
close $_ for $outW, $errW, $wordW, $tellR, $infoW, $console, values %file;
close $_->[1] for @ports;
@ports = map { $_->[0] } @ports;
nonblocking($_) for $outR, $errR, $wordR, $tellW, $infoR;

# --- the loop ----------------------------------------------------------------------------------
my ($words, $info, $eofInfo, $began, %open, %clients) = ('', '', 0, 0);
# A defect in here must not leave a sandbox without a supervisor.
$SIG{__DIE__} = sub { kill 9, $child; waitpid $child, 0; ended('setup', "supervisor: $_[0]") };
my ($health, $within, $healthPath) = split /:/, $c{health} || '', 3;
my $deadline = $c{health} ? now() + $within / 1000 : 0;
my ($try, $tryAt, $tryDelay, $answer) = (undef, 0, 0.008, '');
my ($stopAt, $reason, $why) = (0, '', '');
my ($measureAt, $measuring, $measured, $text, $lastFree) = (now() + 2, 0, 0, '', (freeSpace())[0]);
my $tickAt = now() + 1;
my $over = 0;
$SIG{TERM} = sub { stopping('stopped', '') };
$SIG{CHLD} = sub { };

sub stopping {
    my ($r, $m) = @_;
    return if $stopAt;
    ($reason, $why, $stopAt) = ($r, $m, now() + $c{grace});
    syswrite $tellW, "term\n";
}

sub killing {
    my ($r, $m) = @_;
    ($reason, $why) = ($r, $m) if !$reason;
    $stopAt = now();
}

# A small share of a CPU would make its owner wait for the start: the bound on CPU comes when the
# workload is ready, or after a second.
sub bound {
    while (my $limit = shift @later) {
        my ($path, $value) = split /=/, $limit, 2;
        spill($path, $value) or killing('setup', "cannot set $path to $value: $!");
    }
}

sub running {
    return if $s{state} ne 'starting' || $stopAt;
    bound();
    return if $stopAt;
    @s{qw(state ready_at)} = ('running', int(now() * 1000));
    report();
}

sub ready {
    return if !$began || $s{state} ne 'starting' || grep { !$open{$_} } @ports;
    if   ($health) { $tryAt ||= now() }
    else           { running() }
}

sub closeTry { close $try if $try; ($try, $answer, $tryAt) = (undef, '', now() + $tryDelay); $tryDelay *= 1.4; $tryDelay = 0.25 if $tryDelay > 0.25 }

sub startTry {
    socket $try, 1, 1, 0 or return closeTry();
    nonblocking($try);
    connect $try, address("$c{sockets}/$health") or return closeTry();
    syswrite $try, "GET $healthPath HTTP/1.1\r\nHost: localhost\r\nUser-Agent: minga-health\r\nConnection: close\r\n\r\n"
        or return closeTry();
    $tryAt = now() + 2;
}

sub measure {
    $measureAt = now() + 15;
    pipe my $r, my $w or return;
    my $pid = fork;
    return if !defined $pid;
    if (!$pid) {
        setpriority 0, 0, 19;
        open STDOUT, '>&', $w;
        open STDERR, '>', '/dev/null';
        exec 'du', '-sxc', '--block-size=1', '--', @{ $many{measure} };
        kill 9, $$;
    }
    close $w;
    nonblocking($r);
    ($measuring, $text, $measured) = ($r, '', now());
}

sub measurement {
    close $measuring;
    $measuring = 0;
    my $took = now() - $measured;
    $measureAt = now() + ($took * 20 < 15 ? 15 : $took * 20);
    my ($bytes) = $text =~ /^(\d+)\s+total$/m or return;
    spill('disk.tmp', $bytes) and rename 'disk.tmp', 'disk';
    $over = $c{disk} && $bytes > $c{disk};
    stopping('disk', "uses $bytes bytes of $c{disk} granted") if $over;
}

sub tick {
    $tickAt = now() + 1;
    bound();
    my ($free, $files) = freeSpace();
    $measureAt = now() if $c{disk} && $lastFree - $free > $c{disk} / 4 && now() - $measured > 1;
    $lastFree = $free if $free > $lastFree || $measureAt <= now();
    if ($free < $c{reserve} || $files < 5000) {
        $measureAt = now() if now() - $measured > 3;
        stopping('reserve', 'the machine is short of disk space') if $free < $c{reserve} / 2 || $files < 2500;
    }
}

sub words {
    while ($words =~ s/\A([^\n]*)\n//) {
        my $w = $1;
        if ($w eq 'began') { $began = 1; ready() }
        elsif ($w =~ /\Aopen (\d{1,5})\z/) { $open{$1} = 1; ready() }
    }
    $words = '' if length $words > 4096;
}

sub learnInit {
    return if $s{init} || $info !~ /"child-pid"\s*:\s*(\d+)/;
    @s{qw(init init_start)} = ($1, born($1));
    # Whatever else comes there may come from inside.
    $eofInfo = 1;
    report(1);
}

my ($eofOut, $eofErr, $eofWord, $status);
my $bits = sub { my $v = ''; vec($v, fileno $_, 1) = 1 for grep { $_ } @_; $v };
while (1) {
    my $now = now();
    $allowance += ($now - $allowedAt) * (1 << 20);
    $allowedAt = $now;
    $allowance = 2 << 20 if $allowance > 2 << 20;
    my $r = $bits->(
        $control, map({ $_->{h} } values %clients), $try, $measuring,
        $eofWord ? () : $wordR, $eofInfo ? () : $infoR,
        $allowance > 0 ? ($eofOut ? () : $outR, $eofErr ? () : $errR) : (),
    );
    my $until = $tickAt;
    $until = $stopAt if $stopAt && $stopAt < $until;
    $until = $tryAt if $tryAt && $tryAt < $until;
    my $wait = $until - now();
    $wait = 0.05 if $allowance <= 0 && $wait > 0.05;
    my $n = select $r, undef, undef, $wait > 0 ? $wait : 0;
    $r = '' if $n < 1;
    my $on = sub { $_[0] && vec $r, fileno $_[0], 1 };

    if ($on->($infoR)) { sysread($infoR, $info, 1024, length $info) or $eofInfo = 1; learnInit() }
    for ([$outR, 'o', \$eofOut], [$errR, 'e', \$eofErr]) {
        my ($h, $k, $eof) = @$_;
        next if $$eof || !$on->($h);
        my $got = sysread $h, my $data, 65536;
        if    ($got)                          { printed($k, $data) }
        elsif (defined $got || $! != EAGAIN)  { $$eof = 1 }
    }
    if ($on->($wordR)) { sysread($wordR, $words, 1024, length $words) or $eofWord = 1; words() }
    if ($try && $on->($try)) {
        my $got = sysread $try, $answer, 4096, length $answer;
        if ($answer =~ m{\AHTTP/1\.[01] [23]\d\d}) { closeTry(); $tryAt = 0; running() }
        elsif (!$got || length $answer > 4096 || $answer =~ /\n/) { closeTry() }
    }
    elsif ($tryAt && now() >= $tryAt) { $try ? closeTry() : startTry() }
    if ($deadline && $s{state} eq 'starting' && now() > $deadline) {
        $deadline = 0;
        stopping('health', "not ready within $within ms");
    }
    if ($measuring && $on->($measuring)) {
        sysread($measuring, $text, 4096, length $text) or measurement();
    }
    if ($on->($control) && keys %clients < 64 && accept my $client, $control) {
        nonblocking($client);
        $clients{ fileno $client } = { h => $client, in => '' };
    }
    for my $k (keys %clients) {
        my $client = $clients{$k};
        next if !$on->($client->{h});
        my $got = sysread $client->{h}, $client->{in}, 64, length $client->{in};
        if ($client->{in} =~ s/\A(\w+)\n//) {
            my $word = $1;
            syswrite $client->{h}, "ok\n";
            if    ($word eq 'stop') { stopping('stopped', '') }
            elsif ($word eq 'kill') { killing('stopped', '') }
        }
        elsif (!$got && !(!defined $got && $! == EAGAIN) || length $client->{in} > 32) { delete $clients{$k} }
    }
    if (now() >= $tickAt) { tick() }
    measure() if !$measuring && now() >= $measureAt;
    if ($stopAt && now() >= $stopAt) { kill 9, $child; kill 9, $s{init} if $s{init} && born($s{init}) eq $s{init_start}; $stopAt = now() + 1 }

    while ((my $pid = waitpid -1, 1) > 0) {
        next if $pid != $child;
        $status = $?;
    }
    last if defined $status;
}

# --- the end -----------------------------------------------------------------------------------
for (1 .. 1000) {
    last if !$s{init} || born($s{init}) ne $s{init_start};
    kill 9, $s{init};
    waitpid -1, 1;
    select undef, undef, undef, 0.002;
}
clearGroups();
for ([$outR, 'o'], [$errR, 'e']) {
    my ($h, $k) = @$_;
    my $left = 1 << 20;
    while ($left > 0 && sysread $h, my $data, 65536) { printed($k, $data); $left -= length $data }
    printed($k, "\n") if length $line{$k};
}
sysread $wordR, $words, 1024, length $words and words();
my $code = $status & 127 ? 128 + ($status & 127) : $status >> 8;
$s{exit_code} = $code if !$reason;
if    ($reason) { ended($reason, $why) }
elsif (!$began) { ended('setup', "the sandbox could not be set up: $lastError") }
else            { ended('exited', $lastError eq '' || !$code ? '' : $lastError) }
