# Reload by HTTP and by SIGHUP.
source "$(dirname "$0")/../library.sh"
needs curl jq sqlite3

now=$(date +%s)
echo "-- reload"
start vendor simulate --requests-per-minute=100000
vendor=$pid
vendor_url=$url
cat >"$folder/reload.yml" <<YAML
applications:
  - { id: DEMOAPP, usage_api_key: demo-usage-key, search_api_key: demo-search-key }
endpoints: { usage: "$vendor_url", search: "$vendor_url" }
polling: { requests_per_minute: 6000 }
YAML
start first serve "--config.file=$folder/reload.yml" "--storage.path=$folder/first.db" --web.enable-lifecycle
cp "$folder/reload.yml" "$folder/right.yml"
sed -i 's/6000/6001/' "$folder/reload.yml"
[ "$(curl -s -o /dev/null -w '%{http_code}' -X POST "$url/-/reload")" = 200 ] || fail "the reload failed"
printf 'polling: { interval: soon }\n' >>"$folder/reload.yml"
curl -s -X POST "$url/-/reload" | jq -e '.status == 500 and (.detail | test("reload.yml"))' >/dev/null || fail "a wrong file was loaded"
wait_for 20 has_samples 'algolia_exporter_config_last_reload_successful 0'
stop "$pid"
pass "POST /-/reload loads a right file and reports a wrong one"
cp "$folder/right.yml" "$folder/reload.yml"
start calm serve "--config.file=$folder/reload.yml" "--storage.path=$folder/calm.db"
wait_for 120 state
calm=$(counted)
stop "$pid"
start disturbed serve "--config.file=$folder/reload.yml" "--storage.path=$folder/disturbed.db"
reloads() { grep -c 'configuration loaded' "$folder/disturbed.log" || true; }
reloaded() { [ "$(reloads)" -ge "$1" ]; }
for number in $(seq 10); do
    sed -i "s/^polling.*/polling: { requests_per_minute: $((6000 + RANDOM % 10)), interval: $((RANDOM % 60 + 240))s }/" "$folder/reload.yml"
    # Signals that come together are one: each is waited for.
    kill -HUP "$pid"
    wait_for 20 reloaded "$number"
done
wait_for 120 state
disturbed=$(counted)
stop "$pid"
[ "$(reloads)" = 10 ] || fail "SIGHUP was not always heard"
[ $((disturbed - calm)) -le 5 ] || fail "$disturbed requests with ten reloads, $calm without"
dump "$folder/calm.db" $((now - 89 * 86400)) $((now - 86400)) >"$folder/calm.txt"
dump "$folder/disturbed.db" $((now - 89 * 86400)) $((now - 86400)) >"$folder/disturbed.txt"
cmp "$folder/calm.txt" "$folder/disturbed.txt" || fail "reloads changed the history"
stop "$vendor"
pass "ten reloads in the middle of a backfill: $disturbed requests, $calm without, $(wc -l <"$folder/calm.txt") points the same"
