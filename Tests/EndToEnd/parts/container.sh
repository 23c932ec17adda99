# The image of the Dockerfile, built by buildah and run as a cluster would: any user id, read-only root, TLS.
source "$(dirname "$0")/../library.sh"
needs buildah curl debootstrap jq nsenter openssl pgrep setpriv unshare
[ "$(id -u)" -eq 0 ] || skip "only root can build an image here"
unshare --mount --pid --fork true 2>/dev/null || skip "this machine allows no mount namespaces"

root=$(realpath "$here/../..")
echo "-- the image, built by buildah"
storage=$folder/storage
# Layers are the files of a container: made and removed by buildah alone.
storage() { buildah --storage-driver vfs --root "$storage/images" --runroot "$storage/run" "$@"; }
"$root/scripts/image" "$storage" --binary "$binary" >"$folder/image.log" 2>&1 || fail "scripts/image: $(tail -n 5 "$folder/image.log")"
storage inspect --type image localhost/algolia-exporter >"$folder/image.json"
config() { jq -r "(.Docker.config // .OCIv1.config) | $1" "$folder/image.json"; }
for label in version revision created; do
    [[ $(config ".Labels[\"org.opencontainers.image.$label\"]") =~ ^[0-9a-f] ]] || fail "the image has no label of its $label"
done
[ "$(config '.Labels["org.opencontainers.image.version"]')" = "$("$binary" --version | sed -n '1s/.*version \([^ ]*\).*/\1/p')" ] || fail "the label names another version"
[ "$(config .User)" = 10001:10001 ] || fail "the image runs as $(config .User)"
pass "version $(config '.Labels["org.opencontainers.image.version"]') of $(config '.Labels["org.opencontainers.image.created"]')"
config '.Healthcheck.Test[1:][]' >"$folder/health.txt"
mapfile -t health <"$folder/health.txt"
[ "${#health[@]}" -gt 1 ] || fail "the image has no health check"
container=$(storage from localhost/algolia-exporter)
rootfs=$(storage mount "$container")
pass "the image is $(du -sm --apparent-size "$rootfs" | cut -f 1) MB, $(du -m --apparent-size "$rootfs/usr/local/bin/algolia-exporter" | cut -f 1) MB of them the program"

# The volume, as Docker makes it: owner and mode are those of the image's folder.
mkdir -p "$folder/tls" "$rootfs/tls"
cp -a "$rootfs/data" "$folder/volume"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=elsewhere \
    -keyout "$folder/tls/key.pem" -out "$folder/tls/cert.pem" 2>/dev/null
echo 'tls_server_config: { cert_file: /tls/cert.pem, key_file: /tls/key.pem }' >"$folder/tls/web.yml"
chmod 0755 "$folder/tls"
chmod 0644 "$folder"/tls/*
port=$(free_port)
# What a runtime of containers does, with the tools of util-linux, since those need control groups: the image's command
# is process 1, has no privileges, and can write to the volume alone. user COMMAND… is its user.
user=(setpriv --reuid 12345 --regid 0 --clear-groups --bounding-set=-all --no-new-privs)
# run_container NAME ARGUMENTS…: starts it and waits for /health; sets pid, and process to the one to send signals to.
run_container() {
    local name=$1
    shift
    ROOTFS=$rootfs VOLUME=$folder/volume TLS=$folder/tls unshare --mount --pid --fork --kill-child bash -euc '
        mount --bind "$ROOTFS" "$ROOTFS"
        mount --bind "$VOLUME" "$ROOTFS/data"
        mount --bind "$TLS" "$ROOTFS/tls"
        mount -t proc proc "$ROOTFS/proc"
        mount -o remount,bind,ro "$ROOTFS"
        mount -o remount,bind,ro "$ROOTFS/tls"
        exec chroot "$ROOTFS" /usr/bin/env -i "$@"' bash "${user[@]}" "${entrypoint[@]}" "$@" >"$folder/$name.log" 2>&1 &
    pid=$!
    pids+=("$pid")
    wait_for 120 curl -skf "https://127.0.0.1:$port/health"
    process=$(pgrep -f "^${entrypoint[0]} serve .*:$port ")
}
mapfile -t entrypoint < <(config '.Entrypoint[]')
# in_container COMMAND…: in the container that runs, as its user.
in_container() { nsenter --target "$process" --mount --pid --root --wd=/ "${user[@]}" "$@"; }
arguments=(serve --demo --storage.path=/data/history.db "--web.listen-address=:$port" --web.config.file=/tls/web.yml)
run_container first "${arguments[@]}"
pass "runs as user 12345 with a read-only root, without capabilities, with TLS"
[ "$(stat -c %u "$folder/volume/history.db")" = 12345 ] || fail "the history belongs to user $(stat -c %u "$folder/volume/history.db")"
! error=$(nsenter --target "$process" --mount --root --wd=/ touch /new /etc/new /usr/local/bin/new 2>&1) || fail "the root can be written to"
[ "$(grep -c 'Read-only' <<<"$error")" = 3 ] || fail "not read-only: $error"
answer=$(in_container "${health[@]}") || fail "the health check fails: $answer"
pass "the health check of the image: $answer"
all_days() { curl -skf "https://127.0.0.1:$port/api/v1/range?statistic=total_search_requests&start=now-60d&end=now-2d&step=1d" | jq -c '.series[0].points'; }
complete() { [ "$(all_days | jq length)" -ge 57 ]; }
wait_for 120 complete
all_days >"$folder/before.json"
begin=$SECONDS
kill -TERM "$process"
status=0
wait "$pid" || status=$?
[ $status = 0 ] && [ $((SECONDS - begin)) -le 10 ] || fail "SIGTERM to process 1: status $status after $((SECONDS - begin)) s"
pass "SIGTERM to process 1 ends it with status 0 in $((SECONDS - begin)) s"
run_container second "${arguments[@]}"
all_days >"$folder/after.json"
cmp "$folder/before.json" "$folder/after.json" || fail "the restart changed the history"
pass "a restart keeps $(jq length "$folder/after.json") days of history"
kill -TERM "$process"
wait "$pid" || fail "SIGTERM: exit status $?"
storage umount "$container" >/dev/null
