# The Debian package in a root that has neither Swift nor compilers: installed, served, upgraded, removed, purged.
source "$(dirname "$0")/../library.sh"
needs curl jq debootstrap dpkg-deb unshare objdump pgrep python3
[ "$(id -u)" -eq 0 ] || skip "only root can make a Debian root"
unshare --mount --pid --fork true 2>/dev/null || skip "this machine allows no mount namespaces"

root=$(realpath "$here/../..")
echo "-- the Debian package in a bare root"
"$root/scripts/dist" "$binary" "$folder/dist" >"$folder/dist.log" 2>&1 || fail "scripts/dist: $(tail -n 5 "$folder/dist.log")"
deb=$(ls "$folder"/dist/*.deb)
(cd "$folder/dist" && sha256sum --quiet -c SHA256SUMS) || fail "SHA256SUMS is wrong"
pass "$(cd "$folder/dist" && wc -c -- *.deb *.tar.gz | sed '$d' | awk '{ printf "%s%s %.0f MB", separator, $2, $1 / 1e6; separator = ", " }')"
jq -e '.bomFormat == "CycloneDX" and (.components | length > 20) and all(.components[]; .version and .["bom-ref"])' \
    "$folder"/dist/*.cdx.json >/dev/null || fail "the bill of materials is not complete"
pass "the bill of materials lists $(jq '.components | length' "$folder"/dist/*.cdx.json) components"
tar -tzf "$folder"/dist/*.tar.gz >"$folder/archive.txt"
grep -q '/algolia-exporter.service$' "$folder/archive.txt" || fail "the archive lacks the unit"

cache=$("$root/scripts/minimal-root" 2>"$folder/debootstrap.log") || skip "$(tail -n 1 "$folder/debootstrap.log")"
bare=$folder/bare
cp -a --reflink=auto "$cache" "$bare"
mkdir "$bare/packages"

# inside COMMAND…: in the root, with /proc and namespaces of its own; the network is that of this machine.
inside() {
    BARE=$bare unshare --mount --pid --fork --kill-child bash -euc '
        mount -t proc proc "$BARE/proc"
        [ -c "$BARE/dev/urandom" ] || mount --rbind /dev "$BARE/dev"
        exec chroot "$BARE" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"' bash "$@"
}
# dpkg_inside ARGUMENTS…: says what dpkg said when it fails.
dpkg_inside() { inside dpkg "$@" >"$folder/dpkg.log" 2>&1 || fail "dpkg $*: $(cat "$folder/dpkg.log")"; }

# The same program as an older version, and one to come.
version=$(dpkg-deb -f "$deb" Version)
dpkg-deb -R "$deb" "$folder/package"
for other in "0.0.1" "$version"; do
    sed -i "s/^Version: .*/Version: $other/" "$folder/package/DEBIAN/control"
    dpkg-deb --root-owner-group -Znone -b "$folder/package" "$bare/packages/$other.deb" >/dev/null
done
rm -rf "$folder/package"

! inside sh -c 'command -v cc || command -v swift' >/dev/null || fail "the root has a compiler"
begin=$SECONDS
dpkg_inside -i /packages/0.0.1.deb
grep -q '/etc/algolia-exporter/exporter.yml' "$folder/dpkg.log" || fail "the installation does not say what to do next"
pass "installed in $((SECONDS - begin)) s with no package but those of the root"
unit=$bare/usr/lib/systemd/system/algolia-exporter.service
for line in Type=notify WatchdogSec=30s User=algolia-exporter; do grep -qx "$line" "$unit" || fail "the unit lacks $line"; done
grep -qF 'ExecStart=/usr/bin/algolia-exporter serve' "$unit" && ! grep -q DynamicUser "$unit" || fail "the unit is not that of a package"
pass "the unit is of Type=notify with a watchdog, and has the package's user"
libraries=$(inside ldd /usr/bin/algolia-exporter)
! grep -q 'not found' <<<"$libraries" || fail "ldd: $libraries"
others=$(sed -n 's/^[[:space:]]*\([^ ]*\) => .*/\1/p' <<<"$libraries" | grep -vE '^(libc|libm|libgcc_s|linux-vdso)\.so' || true)
pass "ldd: libc and ${others:-nothing else}"

# Serves as the unit does, but on the simulator; sets url and pid.
port=$(free_port)
serve() {
    inside setpriv --reuid algolia-exporter --regid algolia-exporter --clear-groups \
        algolia-exporter serve --demo --storage.path=/var/lib/algolia-exporter/history.db \
        "--web.listen-address=127.0.0.1:$port" >"$folder/package.log" 2>&1 &
    pid=$!
    pids+=("$pid")
    url=http://127.0.0.1:$port
    wait_for 120 curl -sf "$url/ready"
}
# Ends the program itself, not what started it.
end_serving() {
    kill -TERM "$(pgrep -f "^algolia-exporter serve .*127.0.0.1:$port")"
    wait "$pid" || fail "SIGTERM: exit status $?"
}
begin=$SECONDS
serve
pass "from the installed package to /ready: $((SECONDS - begin)) s"
wait_for 120 state
history=$bare/var/lib/algolia-exporter/history.db
owner=$(stat -c %u "$history")
[ "$owner" = "$(stat -c %u "$bare/var/lib/algolia-exporter")" ] && [ "$owner" != 0 ] || fail "the history belongs to user $owner"
past="start=now-60d&end=now-2d&step=1d"
curl -sf "$url/api/v1/range?statistic=total_search_requests&$past" | jq -c '.series[0].points' >"$folder/before.json"
end_serving

sed -i 's/MYAPPID/SHOP/' "$bare/etc/algolia-exporter/exporter.yml"
echo secret >"$bare/etc/algolia-exporter/keys/usage"
dpkg_inside -i "/packages/$version.deb"
grep -q 'id: SHOP' "$bare/etc/algolia-exporter/exporter.yml" || fail "the upgrade replaced the configuration"
serve
curl -sf "$url/api/v1/range?statistic=total_search_requests&$past" | jq -c '.series[0].points' >"$folder/after.json"
[ "$(jq length "$folder/before.json")" -gt 50 ] && cmp "$folder/before.json" "$folder/after.json" || fail "the upgrade changed the history"
end_serving
pass "an upgrade from 0.0.1 to $version keeps the configuration and $(jq length "$folder/after.json") days of history"

inside sh -c 'bash -n /usr/share/bash-completion/completions/algolia-exporter && zcat /usr/share/man/man1/algolia-exporter.1.gz' \
    >"$folder/page.1" && grep -q 'backfill' "$folder/page.1" || fail "the man page names no backfill"
pass "completions are a valid script of bash, and the man page names the commands"
dpkg_inside -r algolia-exporter
[ ! -e "$bare/usr/bin/algolia-exporter" ] && [ -e "$bare/etc/algolia-exporter/keys/usage" ] || fail "remove removed too little or too much"
dpkg_inside -P algolia-exporter
[ ! -e "$bare/etc/algolia-exporter" ] && [ ! -e "$bare/etc/default/algolia-exporter" ] || fail "purge left the configuration"
[ -s "$history" ] && grep -q 'history stays' "$folder/dpkg.log" || fail "purge removed the history, or does not say where it is"
pass "remove keeps the configuration; purge removes it and the keys, and keeps the history"
