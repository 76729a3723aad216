# A small web server: files of ~/site at /, its state at /status, and /private for whoever has the
# token: what runs in here, and uploads into ~/site.
use strict;
$| = 1;
use constant { HEAD => 16384, UPLOAD => 50 << 20, CLIENTS => 64, PATIENCE => 30 };

my $site  = "$ENV{HOME}/site";
my $token = delete $ENV{MINGA_TOKEN};
my $es    = ($ENV{MINGA_LANGUAGE} || '') eq 'es';
my $began = time;
my ($answers, $clients) = (0, 0);
my %type = (
    html => 'text/html; charset=utf-8', htm => 'text/html; charset=utf-8', txt => 'text/plain; charset=utf-8',
    css => 'text/css; charset=utf-8', js => 'text/javascript; charset=utf-8', mjs => 'text/javascript; charset=utf-8',
    json => 'application/json', svg => 'image/svg+xml', png => 'image/png', jpg => 'image/jpeg', jpeg => 'image/jpeg',
    gif => 'image/gif', webp => 'image/webp', avif => 'image/avif', ico => 'image/x-icon', woff2 => 'font/woff2',
    mp4 => 'video/mp4', webm => 'video/webm', mp3 => 'audio/mpeg', pdf => 'application/pdf', wasm => 'application/wasm',
    xml => 'application/xml',
);
my %said = (
    200 => 'OK', 201 => 'Created', 204 => 'No Content', 301 => 'Moved Permanently', 400 => 'Bad Request', 401 => 'Unauthorized',
    403 => 'Forbidden', 404 => 'Not Found', 405 => 'Method Not Allowed', 408 => 'Request Timeout',
    411 => 'Length Required', 413 => 'Content Too Large', 431 => 'Request Header Fields Too Large',
    500 => 'Internal Server Error',
);

sub escaped { my ($t) = @_; my %e = ('&' => 'amp', '<' => 'lt', '>' => 'gt', '"' => 'quot'); $t =~ s/([&<>"])/&$e{$1};/g; $t }
sub stamp { my @t = gmtime $_[0]; sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', $t[5] + 1900, $t[4] + 1, @t[3, 2, 1, 0] }

sub send_all {
    my ($c, $data) = @_;
    my $at = 0;
    while ($at < length $data) { my $n = syswrite $c, $data, length($data) - $at, $at; defined $n or exit 0; $at += $n }
}

sub answer {
    my ($c, $head, $code, $kind, $body, @more) = @_;
    my $length = ref $body ? -s $body : length $body;
    my @lines = ("HTTP/1.1 $code $said{$code}", "Content-Type: $kind", "Content-Length: $length",
        'Connection: close', 'X-Content-Type-Options: nosniff', @more);
    send_all($c, join("\r\n", @lines) . "\r\n\r\n");
    if (!$head) {
        if (ref $body) { while (sysread $body, my $part, 65536) { send_all($c, $part) } }
        else { send_all($c, $body) }
    }
    # The rest of an unread request must not reset what was just sent.
    shutdown $c, 1;
    my $left = 1 << 20;
    while ($left > 0 and my $n = sysread $c, my $drop, 65536) { $left -= $n }
    exit 0;
}

sub plain { my ($c, $code, $en, $sp, @more) = @_; answer($c, 0, $code, 'text/plain; charset=utf-8', ($es ? $sp : $en) . "\n", @more) }

# A path below the site, or nothing when it is not one.
sub below {
    my ($path) = @_;
    $path =~ s/\?.*//s;
    $path =~ s/%([0-9a-fA-F]{2})/chr hex $1/ge;
    return if $path =~ /[\x00-\x1f\\]/ || grep { /\A\./ } split m{/}, $path;
    return $path;
}

sub same {
    my ($a, $b) = @_;
    return 0 if length $a != length $b;
    my $differ = 0;
    $differ |= ord(substr $a, $_, 1) ^ ord(substr $b, $_, 1) for 0 .. length($a) - 1;
    return !$differ;
}

sub allowed {
    my ($head) = @_;
    return 0 if !defined $token || $token eq '';
    return same($1, $token) if $head =~ /^authorization:\s*bearer\s+(\S+)\s*$/im;
    if ($head =~ m{^authorization:\s*basic\s+([A-Za-z0-9+/]+)=*\s*$}im) {
        (my $code = $1) =~ tr{A-Za-z0-9+/}{ -_};
        my $text = unpack 'u', chr(32 + int(length($code) * 3 / 4)) . $code;
        my (undef, $given) = split /:/, $text, 2;
        return defined $given && same($given, $token);
    }
    return 0;
}

sub private_page {
    my @rows;
    opendir my $d, '/proc' or return '';
    for my $pid (sort { $a <=> $b } grep { /\A\d+\z/ } readdir $d) {
        open my $f, '<', "/proc/$pid/cmdline" or next;
        local $/;
        my $line = <$f>;
        $line = '' if !defined $line;
        $line =~ tr/\0/ /;
        push @rows, "<tr><td>$pid<td>" . escaped(substr $line, 0, 120) if $line ne '';
    }
    my ($h, $p, $u) = $es ? ('Solo para ti', 'Procesos', 'Sube un archivo') : ('For you only', 'Processes', 'Upload a file');
    my $name = escaped($ENV{MINGA_NAME} || '');
    return qq(<!doctype html><html lang=") . ($es ? 'es' : 'en') . qq("><meta charset="utf-8">)
        . qq(<meta name="viewport" content="width=device-width, initial-scale=1"><title>$h · $name</title>)
        . q(<style>:root{color-scheme:light dark}body{max-width:48rem;margin:3rem auto;padding:0 1rem;font:1rem/1.5 system-ui})
        . q(td{padding:.2rem .8rem .2rem 0;overflow-wrap:anywhere;font-family:ui-monospace,monospace}</style>)
        . qq(<h1>$h</h1><p>$name</p><h2>$u</h2><pre>curl -u me:TOKEN -T file.html …/private/file.html</pre>)
        . qq(<h2>$p</h2><table>@rows</table></html>);
}

sub upload {
    my ($c, $head, $rest, $path) = @_;
    my $to = below($path);
    defined $to && $to ne '' && $to !~ m{/\z} or return plain($c, 400, 'Name a file: /private/name', 'Nombra un archivo: /private/nombre');
    my ($length) = $head =~ /^content-length:\s*(\d{1,12})\s*$/im or return plain($c, 411, 'A length is needed.', 'Falta la longitud.');
    return plain($c, 413, 'At most 50 MB.', 'Máximo 50 MB.') if $length > UPLOAD;
    send_all($c, "HTTP/1.1 100 Continue\r\n\r\n") if $head =~ /^expect:\s*100-continue/im;
    my $directory = $site;
    my @parts = split m{/}, $to;
    my $file = pop @parts;
    for (@parts) { next if $_ eq ''; $directory .= "/$_"; mkdir $directory }
    my $next = "$directory/.upload-$$";
    open my $f, '>', $next or return plain($c, 500, "Cannot write: $!", "No se puede escribir: $!");
    my $got = length $rest;
    my $ok = defined syswrite $f, $rest;
    while ($ok && $got < $length) {
        my $n = sysread $c, my $part, 65536;
        last if !$n;
        alarm PATIENCE;
        $got += $n;
        $ok = (syswrite($f, $part) || 0) == $n;
    }
    $ok &&= close $f;
    if (!$ok || $got != $length || !rename $next, "$directory/$file") {
        unlink $next;
        return plain($c, 500, 'The file could not be stored.', 'No se pudo guardar el archivo.');
    }
    print "upload $to, $length bytes\n";
    plain($c, 201, "Stored as /$to", "Guardado como /$to");
}

sub serve {
    my ($c) = @_;
    alarm PATIENCE;
    my $in = '';
    while ($in !~ /\r?\n\r?\n/) {
        sysread $c, $in, 4096, length $in or exit 0;
        return plain($c, 431, 'Too many headers.', 'Demasiados encabezados.') if length $in > HEAD && $in !~ /\r?\n\r?\n/;
    }
    my ($head, $rest) = split /\r?\n\r?\n/, $in, 2;
    my ($method, $target) = $head =~ m{\A([A-Z]{1,16}) (/\S{0,4000}) HTTP/1\.[01](?:\r?\n|\z)}
        or return plain($c, 400, 'That is no request.', 'Eso no es una petición.');
    my $get = $method eq 'HEAD';
    (my $path = $target) =~ s/\?.*//s;
    return answer($c, $get, 200, 'text/plain', "ok\n", 'Cache-Control: no-store') if $path eq '/health';
    if ($path eq '/status') {
        my $now = time;
        (my $name = $ENV{MINGA_NAME} || '') =~ s/[^a-z0-9-]//g;
        return answer($c, $get, 200, 'application/json',
            sprintf('{"name":"%s","time":"%s","started_at":"%s","uptime_seconds":%d,"answers":%d}' . "\n",
                $name, stamp($now), stamp($began), $now - $began, $answers), 'Cache-Control: no-store');
    }
    if ($path =~ m{\A/private(?:/(.*))?\z}s) {
        my $file = $1;
        allowed($head) or return plain($c, 401, 'The access token is needed; the user name does not matter.',
            'Hace falta la clave de acceso; el nombre de usuario no importa.', 'WWW-Authenticate: Basic realm="private", charset="UTF-8"');
        return upload($c, $head, $rest, $file) if $method eq 'PUT' && defined $file;
        return answer($c, $get, 200, $type{html}, private_page(), 'Cache-Control: no-store') if $method =~ /\A(?:GET|HEAD)\z/;
    }
    $method =~ /\A(?:GET|HEAD)\z/ or return plain($c, 405, 'Only GET and HEAD here.', 'Aquí solo GET y HEAD.', 'Allow: GET, HEAD');
    my $file = below($path);
    defined $file or return plain($c, 400, 'There is no such path.', 'No existe esa ruta.');
    if (-d "$site$file" && $file !~ m{/\z}) {
        (my $to = $path) =~ s{\A/+}{/};
        return answer($c, $get, 301, 'text/plain', "$to/\n", "Location: $to/");
    }
    $file .= 'index.html' if $file =~ m{/\z};
    if (-f "$site$file" && open my $f, '<', "$site$file") {
        my ($end) = $file =~ /\.([A-Za-z0-9]+)\z/;
        return answer($c, $get, 200, $type{ lc($end || '') } || 'application/octet-stream', $f, 'Cache-Control: no-cache');
    }
    plain($c, 404, 'There is nothing here.', 'Aquí no hay nada.');
}

socket my $listener, 2, 1, 0 or die "socket: $!\n";
setsockopt $listener, 1, 2, 1;
my $port = $ENV{PORT} || 8080;
bind $listener, pack 'S n N x8', 2, $port, 0x7f000001 or die "port $port: $!\n";
listen $listener, 512 or die "listen: $!\n";
mkdir $site;
$SIG{CHLD} = sub { while (waitpid(-1, 1) > 0) { $clients-- } };
$SIG{PIPE} = 'IGNORE';
$SIG{TERM} = sub { print $es ? "deteniéndose\n" : "stopping\n"; exit 0 };
print $es ? "sirviendo $site en el puerto $port\n" : "serving $site on port $port\n";
while (1) {
    if ($clients >= CLIENTS) { select undef, undef, undef, 0.02; next }
    accept my $client, $listener or next;
    $answers++;
    $clients++;
    my $pid = fork;
    if (!defined $pid) { $clients--; close $client; next }
    if (!$pid) {
        close $listener;
        $SIG{$_} = 'DEFAULT' for qw(CHLD TERM ALRM);
        serve($client);
        exit 0;
    }
    close $client;
}
