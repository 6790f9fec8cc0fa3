# What the scripts of this folder share: an nginx as upstream, the relay before it, servers under
# test on fresh data. To be sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/out/bench
relay_program=$root/bench/Relay/bin/Release/net10.0/Tain.Bench.Relay
load_program=$root/bench/Load/bin/Release/net10.0/Tain.Bench.Load
relay_pid='' server_pid='' nginx_conf=''

say() { printf 'bench: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
quietly() { "$@" >"$out/build.log" 2>&1 || { tail -20 "$out/build.log" >&2; die "'$1 $2' failed"; }; }
load() { "$load_program" "$@"; }

# What must be there before anything is measured.
prepare() {
    mkdir -p "$out"
    "$root/tests/tools/install"
    PATH=$root/out/tools/bin:$PATH
    quietly dotnet build -c Release -nologo "$root/bench/Load/Tain.Bench.Load.csproj"
    if [ ! -x "$tain" ]; then
        say "publishing tain"
        quietly dotnet publish "$root/src/Tain" -c Release -nologo -o "$root/out/tain"
    fi
    [ -s "$out/made-up/list.txt" ] || load corpus --out "$out/made-up"
    work=$(mktemp -d "$out/run.XXXXXX")
    trap clean_up EXIT
    trap 'exit 130' INT TERM
}

clean_up() {
    stop_server
    stop_relay
    [ -z "$nginx_conf" ] || nginx -c "$nginx_conf" -p "$work" -s stop 2>/dev/null || true
    [ -z "${KEEP:-}" ] && rm -rf "$work" || say "kept $work"
}

# Below the range from which the kernel takes ports for outgoing connections.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (: </dev/tcp/127.0.0.1/$port) 2>/dev/null || { echo $port; return; }
    done
}

# until_open PORT SECONDS
until_open() {
    local i
    for ((i = 0; i < $2 * 50; i++)); do
        (: </dev/tcp/127.0.0.1/"$1") 2>/dev/null && return
        sleep 0.02
    done
    return 1
}

# start_nginx FOLDER [DIRECTIVE]: serves FOLDER as it is; its log has one line for each answer.
start_nginx() {
    nginx_port=$(free_port)
    nginx_conf=$work/nginx.conf
    cat >"$nginx_conf" <<CONF
worker_processes auto;
$([ "$(id -u)" != 0 ] || echo 'user root;')
pid $work/nginx.pid;
error_log $work/nginx-error.log;
events { worker_connections 4096; }
http {
    default_type application/octet-stream;
    log_format answers '\$status \$body_bytes_sent \$request_uri';
    access_log $work/upstream.log answers;
    client_body_temp_path $work/nginx-body;
    proxy_temp_path $work/nginx-proxy;
    fastcgi_temp_path $work/nginx-fastcgi;
    uwsgi_temp_path $work/nginx-uwsgi;
    scgi_temp_path $work/nginx-scgi;
    sendfile on;
    tcp_nodelay on;
    open_file_cache max=10000;
    keepalive_requests 1000000000;
    ${2:-}
    server {
        listen 127.0.0.1:$nginx_port backlog=4096;
        root $1;
        location = /unlogged { access_log off; return 204; }
    }
    # The same files without a log, for comparison of warm throughput.
    server {
        listen 127.0.0.1:$((nginx_port + 1)) backlog=4096;
        access_log off;
        root $1;
    }
}
CONF
    nginx -c "$nginx_conf" -p "$work" -e "$work/nginx-error.log" || die "nginx does not start: see $work/nginx-error.log"
}

# start_relay OPTION...: before nginx, or before relay_to (a port). Sets relay_port.
start_relay() {
    "$relay_program" --to 127.0.0.1:"${relay_to:-$nginx_port}" --stats "$work/relay.json" "$@" >"$work/relay.out" &
    relay_pid=$!
    local i
    for ((i = 0; i < 250; i++)); do
        relay_port=$(sed -n 's/^listening .*://p' "$work/relay.out")
        [ -n "$relay_port" ] && return
        sleep 0.02
    done
    die "the relay does not start"
}

stop_relay() {
    [ -n "$relay_pid" ] || return 0
    kill "$relay_pid" 2>/dev/null && wait "$relay_pid" 2>/dev/null || true
    relay_pid=''
}

# start_server COMMAND: a server under test on fresh data. COMMAND is run by bash with PORT, DATA
# and UPSTREAM (a URL) set. Sets server_port and server_pid.
start_server() {
    server_port=$(free_port)
    local data=$work/data
    mkdir "$data"
    PORT=$server_port DATA=$data UPSTREAM=$2 bash -c "exec $1" >"$work/server.log" 2>&1 &
    server_pid=$!
    until_open "$server_port" 10 || { tail -5 "$work/server.log" >&2; die "the server does not listen: $1"; }
}

stop_server() {
    if [ -n "$server_pid" ]; then
        kill "$server_pid" 2>/dev/null && wait "$server_pid" 2>/dev/null || true
        server_pid=''
    fi
    rm -rf "$work/data"
}

# throughput MEASURE SERVER ROUND URL: requests a second, as a line of $samples. Needs provide_wrk.
throughput() {
    local per_second
    load get --url "$4" >/dev/null
    per_second=$("${wrk[@]}" -t 1 -c 16 -d 3s "$4" | awk '/^Requests\/sec/ { print $2 } /Non-2xx|Socket errors/ { exit 1 }') ||
        die "$1 through $2 answered with errors"
    echo "{\"measure\":\"$1\",\"server\":\"$2\",\"round\":$3,\"requestsPerSecond\":$per_second}" >>"$samples"
}

provide_wrk() {
    if command -v wrk >/dev/null; then wrk=(wrk); return; fi
    if [ ! -x "$out/wrk/usr/bin/wrk" ]; then
        mkdir -p "$out/wrk"
        (cd "$out/wrk" && apt-get -qq -o APT::Sandbox::User=root download wrk libluajit-5.1-2 >&2 &&
            for deb in *.deb; do dpkg-deb -x "$deb" .; done) || die "apt could not download wrk: install it, or leave 'warm' out of --only"
    fi
    wrk=(env "LD_LIBRARY_PATH=$(dirname "$(find "$out/wrk" -name 'libluajit-5.1.so.2' | head -1)")" "$out/wrk/usr/bin/wrk")
}
