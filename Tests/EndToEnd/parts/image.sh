# What leaves the machine that built it: the libraries of the binary, the image's health check, a read-only root.
source "$(dirname "$0")/../library.sh"
needs curl jq openssl dpkg ldd

root=$(realpath "$here/../..")
echo "-- the binary elsewhere: libraries, health check, read-only root"
swift=$(ldd "$binary" | grep -E 'libswift|libFoundation|lib_Foundation|libdispatch|libBlocksRuntime|not found' || true)
[ -z "$swift" ] || fail "the binary needs the toolchain: $swift"
# Everything has the packages of libc; the others are named where the binary is installed.
while read -r library; do
    package=$(dpkg -S "*/$library" 2>/dev/null | sed -n '1s/:.*//p')
    case $package in libc6 | libgcc-s1 | '') continue ;; esac
    grep -q "$package" "$root/Dockerfile" || fail "$library needs $package, which the Dockerfile does not install"
    grep -q "$package" "$root/docs/systemd.md" || fail "$library needs $package, which docs/systemd.md does not name"
done < <(ldd "$binary" | sed -n 's/^[[:space:]]*\([^ ]*\) => .*/\1/p')
pass "no library of Swift is needed, and the others are in the packages that Dockerfile and docs/systemd.md name"

unshare --mount --pid --fork --kill-child --mount-proc true 2>/dev/null || skip "the rest: this user may not make namespaces"
mapfile -t health < <(sed -n '/^HEALTHCHECK/,/CMD/s/.*CMD //p' "$root/Dockerfile" | jq -r '.[]')
[ ${#health[@]} -gt 1 ] || fail "the Dockerfile has no health check"
health[0]=$binary
port=$(free_port)

# contained FLAGS…: starts the exporter as the image does, and asks for its health as the image does.
contained() {
    unshare --mount --pid --fork --kill-child --mount-proc bash -c '
        log=$1 count=$2
        shift 2
        health=("${@:1:$count}")
        shift "$count"
        "$@" 2>"$log" &
        for _ in $(seq 400); do
            grep -qE "msg=\"(listening|simulating)" "$log" && break
            sleep 0.05
        done
        "${health[@]}"' bash "$folder/contained.log" "${#health[@]}" "${health[@]}" "$binary" "$@"
}
contained serve --demo "--storage.path=$folder/health.db" "--web.listen-address=0.0.0.0:$port" >"$folder/health.txt" ||
    fail "the health check fails on another port"
pass "the health check finds another port: $(cat "$folder/health.txt")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=elsewhere \
    -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null
cat >"$folder/web.yml" <<YAML
tls_server_config: { cert_file: "$folder/cert.pem", key_file: "$folder/key.pem" }
basic_auth_users: { ops: "\$2y\$10\$abcdefghijklmnopqrstuuYuzbb/XBPxEGe7x3DpBDUz8mlLpKg6O" }
YAML
contained serve --demo "--storage.path=$folder/health.db" "--web.listen-address=:$port" "--web.config.file=$folder/web.yml" \
    >"$folder/health.txt" || fail "the health check fails with TLS and a password"
grep -q '^https://' "$folder/health.txt" || fail "the health check did not use TLS: $(cat "$folder/health.txt")"
pass "the health check speaks TLS and needs no password: $(cat "$folder/health.txt")"
if contained simulate "--web.listen-address=127.0.0.1:$port" >"$folder/health.txt" 2>&1; then
    fail "healthy without an exporter: $(cat "$folder/health.txt")"
fi
pass "without an exporter: $(cat "$folder/health.txt")"

# Nowhere to write but beside the history, as in a container with a read-only root and without /tmp.
"$binary" backfill --demo "--storage.path=$folder/history.db" 2>"$folder/backfill.log"
confined() {
    unshare --mount bash -euc '
        folder=$1
        shift
        mkdir "$folder/data"
        mv "$folder"/history.db* "$folder/data"
        mount --bind "$folder/data" /mnt
        # The program may itself be below a folder that is hidden.
        cp "$1" /mnt/program
        shift
        for hidden in /tmp /var/tmp /usr/tmp /dev/shm; do
            [ ! -d "$hidden" ] || mount -t tmpfs -o ro,mode=0555 none "$hidden"
        done
        cd /proc
        unset TMPDIR
        exec /mnt/program "$@"' bash "$folder" "$binary" "$@"
}
confined db compact --storage.path=/mnt/history.db >"$folder/compact.txt" 2>&1 || fail "compact: $(cat "$folder/compact.txt")"
pass "compacts without a temporary folder: $(cat "$folder/compact.txt")"
