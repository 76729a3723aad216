# Runs inside the sandbox, as the tenant: starts the workload, carries connections from the host's
# sockets to the loopback ports in here, and opens terminals. Nothing outside trusts what it says.
use strict;
$0 = 'minga-agent';
use constant { EINTR => 4, EAGAIN => 11, EINPROGRESS => 115, FULL => 65536, MOST => 1000 };

my ($setsid, %port, $conf, $word, $tell, $console);

sub adopt {
    my ($fd, $mode) = @_;
    open my $h, "$mode&=$fd" or die "fd $fd: $!\n";
    fcntl $h, 2, 1;
    return $h;
}
for (@ARGV) {
    my ($k, $v) = split /=/, $_, 2;
    if    ($k eq 'setsid')  { $setsid = $v }
    elsif ($k eq 'conf')    { $conf = adopt($v, '<') }
    elsif ($k eq 'word')    { $word = adopt($v, '>') }
    elsif ($k eq 'tell')    { $tell = adopt($v, '<') }
    elsif ($k eq 'console') { $console = adopt($v, '+<') }
    elsif ($k eq 'port')    { my ($n, $fd) = split /:/, $v; $port{$n} = adopt($fd, '+<') }
}
my (@command, @env);
{
    local $/;
    for (split /\0/, <$conf>) {
        my ($k, $v) = split /=/, $_, 2;
        push @command, $v if $k eq 'cmd';
        push @env,     $v if $k eq 'env';
    }
    close $conf;
}
%ENV = ();
for (@env) { my ($k, $v) = split /=/, $_, 2; $ENV{$k} = $v }
$SIG{PIPE} = 'IGNORE';
chdir($ENV{HOME} || '/');

my $workload = fork;
die "fork: $!\n" if !defined $workload;
if (!$workload) {
    setpgrp 0, 0;
    $SIG{PIPE} = 'DEFAULT';
    exec { $command[0] } @command or print STDERR "cannot run $command[0]: $!\n";
    exit 127;
}
syswrite $word, "began\n";

my ($R, $W, %onRead, %onWrite, %timer, %shell, %said, $connections, $terminals) = ('', '');
($connections, $terminals) = (0, 0);

sub nonblocking { fcntl $_[0], 4, 2048 }
sub reading { my ($h, $do) = @_; my $n = fileno $h; vec($R, $n, 1) = $do ? 1 : 0; $do ? ($onRead{$n} = $do) : delete $onRead{$n} }
sub writing { my ($h, $do) = @_; my $n = fileno $h; vec($W, $n, 1) = $do ? 1 : 0; $do ? ($onWrite{$n} = $do) : delete $onWrite{$n} }
sub forget { my ($h) = @_; reading($h, undef); writing($h, undef); close $h }
sub again { return $! == EAGAIN || $! == EINTR }

# Calls $done->(1) or $done->(0) once it is known whether the port takes the connection.
sub dial {
    my ($number, $done) = @_;
    socket my $h, 2, 1, 0 or return $done->(undef);
    fcntl $h, 2, 1;
    nonblocking($h);
    if (connect $h, pack 'S n N x8', 2, $number, 0x7f000001) { return $done->($h) }
    if ($! != EINPROGRESS) { close $h; return $done->(undef) }
    writing($h, sub {
        writing($h, undef);
        my $error = getsockopt $h, 1, 4;
        if (defined $error && unpack('i', $error) == 0) { $done->($h) }
        else { close $h; $done->(undef) }
    });
}

# One direction of a connection: what is read on $from goes to $to, an end is passed on as an end.
sub pump {
    my ($from, $to, $both) = @_;
    my ($buffer, $ended, $pull, $push) = ('', 0);
    my $finish = sub {
        writing($to, undef);
        shutdown $to, 1;
        $both->();
    };
    $push = sub {
        my $n = syswrite $to, $buffer;
        if (defined $n) { substr $buffer, 0, $n, '' }
        elsif (!again()) { return $both->(1) }
        reading($from, $pull) if !$ended && length $buffer < FULL;
        if (length $buffer) { writing($to, $push) }
        elsif ($ended) { $finish->() }
        else { writing($to, undef) }
    };
    $pull = sub {
        my $n = sysread $from, $buffer, FULL, length $buffer;
        if ($n) {
            $push->();
            reading($from, undef) if defined fileno $from && length $buffer >= FULL;
        }
        elsif (defined $n) {
            $ended = 1;
            reading($from, undef);
            $finish->() if !length $buffer;
        }
        elsif (!again()) { $both->(1) }
    };
    reading($from, $pull);
    return sub { ($pull, $push, $finish) = () };
}

sub bridge {
    my ($outer, $number) = @_;
    $connections++;
    fcntl $outer, 2, 1;
    nonblocking($outer);
    dial($number, sub {
        my ($inner) = @_;
        if (!$inner) { $connections--; close $outer; listening(); return }
        my ($ends, @clear) = (0);
        my $both = sub {
            my ($broken) = @_;
            return if $ends == 9 || (++$ends < 2 && !$broken);
            $ends = 9;
            forget($inner);
            forget($outer);
            $timer{"drop$inner"} = [0, sub { $_->() for @clear; @clear = () }];
            $connections--;
            listening();
        };
        @clear = (pump($outer, $inner, $both), pump($inner, $outer, $both));
    });
}

sub listening {
    for my $number (keys %port) {
        my $l = $port{$number};
        reading($l, $connections >= MOST ? undef : sub {
            for (1 .. 32) { last if $connections >= MOST; accept my $h, $l or last; bridge($h, $number) }
            listening() if $connections >= MOST;
        });
    }
}
nonblocking($_) for values %port, $console, $tell;
listening();

# --- which ports take connections by now --------------------------------------------------------
my $delay = 0.004;
sub look {
    my ($number) = @_;
    dial($number, sub {
        my ($h) = @_;
        if ($h) { close $h; syswrite $word, "open $number\n"; return }
        $delay *= 1.05 if $delay < 0.1;
        $timer{"port$number"} = [$delay, sub { look($number) }];
    });
}
look($_) for keys %port;

sub status { return $? & 127 ? 128 + ($? & 127) : $? >> 8 }

# --- terminals: frames in ('d' or 'r', length, payload), plain bytes out ------------------------
sub terminal {
    my ($h) = @_;
    $terminals++;
    fcntl $h, 2, 1;
    nonblocking($h);
    my ($in, $typed, $shown, $master, $pid, $over, $show, $type) = ('', '', '');
    my $end = sub {
        return if $over++;
        forget($h);
        if ($master) { forget($master) }
        if ($pid) {
            my $gone = $pid;
            # A shell that was waited for has given its number back.
            if (!defined delete $said{$gone}) {
                kill 1, $gone, -$gone;
                $timer{"shell$gone"} = [1, sub { kill 9, $gone, -$gone }];
            }
            delete $shell{$gone};
        }
        $terminals--;
        $timer{"term$h"} = [0, sub { ($show, $type) = () }];
    };
    # The shell's status, in a control string no terminal shows: there is only this one stream out.
    my $farewell = sub {
        for (1 .. 10) {
            last if defined $said{$pid};
            $said{$pid} = status() if waitpid($pid, 1) == $pid;
            select undef, undef, undef, 0.002;
        }
        return defined $said{$pid} ? "\033]697;exit=$said{$pid}\007" : '';
    };
    my $start = sub {
        sysopen $master, '/dev/ptmx', 2 | 0400 or return $end->();
        fcntl $master, 2, 1;
        my ($number, $unlocked) = (pack('i', 0), pack('i', 0));
        ioctl $master, 0x40045431, $unlocked;
        ioctl $master, 0x80045430, $number;
        $number = unpack 'i', $number;
        $pid = fork;
        return $end->() if !defined $pid;
        if (!$pid) {
            syscall $setsid + 0;
            sysopen my $slave, "/dev/pts/$number", 2 or exit 126;
            my $none = 0;
            ioctl $slave, 0x540E, $none;
            open STDIN, '<&', $slave; open STDOUT, '>&', $slave; open STDERR, '>&', $slave;
            $SIG{PIPE} = 'DEFAULT';
            $ENV{TERM} = 'xterm-256color';
            my ($shell) = grep { -x $_ } '/bin/bash', '/bin/sh';
            exec { $shell } '-' . ($shell =~ m{([^/]+)\z})[0];
            exit 127;
        }
        nonblocking($master);
        $shell{$pid} = 1;
        my $pull;
        $show = sub {
            my $n = syswrite $h, $shown;
            if (defined $n) { substr $shown, 0, $n, '' }
            elsif (!again()) { return $end->() }
            writing($h, length $shown ? $show : undef);
            reading($master, $pull) if length $shown < FULL;
        };
        $pull = sub {
            my $n = sysread $master, $shown, FULL, length $shown;
            if ($n) { reading($master, undef) if length $shown >= FULL; $show->() }
            elsif (defined $n || !again()) { $shown .= $farewell->(); $show->() if length $shown; $end->() }
        };
        reading($master, $pull);
        $type = sub {
            my $n = syswrite $master, $typed;
            if (defined $n) { substr $typed, 0, $n, '' }
            elsif (!again()) { return $end->() }
            writing($master, length $typed ? $type : undef);
        };
    };
    reading($h, sub {
        my $n = sysread $h, $in, FULL, length $in;
        return $end->() if !$n && !(!defined $n && again());
        while (length $in >= 3) {
            my ($kind, $length) = unpack 'a n', $in;
            last if length $in < 3 + $length;
            my $payload = substr substr($in, 0, 3 + $length, ''), 3;
            if ($kind eq 'r' && $length == 4) {
                my ($columns, $rows) = unpack 'n n', $payload;
                $start->() if !$master;
                return if $over;
                my $size = pack 'S4', $rows, $columns, 0, 0;
                ioctl $master, 0x5414, $size;
            }
            elsif ($kind eq 'd' && $master) {
                $typed .= $payload;
                return $end->() if length $typed > 1 << 20;
                $type->();
                return if $over;
            }
            else { return $end->() }
        }
    });
}
reading($console, sub { accept my $h, $console or return; $terminals < 16 ? terminal($h) : close $h });

reading($tell, sub {
    my $n = sysread $tell, my $words, 64;
    if ($n) { kill 15, -$workload, $workload if $words =~ /term/ }
    elsif (defined $n) { exit 143 }
});

# --- the loop ------------------------------------------------------------------------------------
$SIG{CHLD} = sub { };
my $clock = 0;
while (1) {
    while ((my $pid = waitpid -1, 1) > 0) {
        exit status() if $pid == $workload;
        $said{$pid} = status() if delete $shell{$pid};
        delete $timer{"shell$pid"};
    }
    my $wait = 1;
    for (values %timer) { $wait = $_->[0] if $_->[0] < $wait }
    my ($n, $left) = select my $r = $R, my $w = $W, undef, $wait;
    my $passed = $wait - ($n > 0 ? $left : $n < 0 ? $wait : 0);
    for my $name (keys %timer) {
        my $t = $timer{$name} or next;
        if (($t->[0] -= $passed) <= 0) { delete $timer{$name}; $t->[1]->() }
    }
    next if $n < 1;
    for ([$w, \%onWrite, \$W], [$r, \%onRead, \$R]) {
        my ($ready, $handlers, $wanted) = @$_;
        my ($bits, $at) = (unpack('b*', $ready), -1);
        while (($at = index $bits, '1', $at + 1) >= 0) {
            my $do = vec($$wanted, $at, 1) && $handlers->{$at} or next;
            # One connection's defect is not the others'.
            eval { $do->(); 1 } or print STDERR "agent: $@";
        }
    }
}
