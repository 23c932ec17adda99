# The usage proxy beside the vendor.
source "$(dirname "$0")/../library.sh"
needs curl jq

now=$(date +%s)
echo "-- the usage proxy: the vendor's own example, another base URL"
start vendor simulate --awkward-names --requests-per-minute=100000
vendor_url=$url
vendor=$pid
cat >"$folder/proxy.yml" <<YAML
applications:
  - { id: DEMOAPP, usage_api_key: demo-usage-key, indices: { include: [products] } }
endpoints: { usage: "$vendor_url", search: "$vendor_url" }
polling: { requests_per_minute: 60000 }
backfill: { horizon: 1d }
proxy: { read_through: true }
YAML
start proxy serve "--config.file=$folder/proxy.yml" "--storage.path=$folder/proxy.db" --web.enable-lifecycle
is_current() { curl -sf "$url/api/v1/status" | jq -e '.applications[0].state == "current"'; }
wait_for 60 is_current
usage() {
    curl -s -X GET "$1/1/usage/$2&granularity=hourly" \
        -H "X-Algolia-API-Key: ${3:-demo-usage-key}" -H 'X-Algolia-Application-Id: DEMOAPP'
}
date_of() { date -u -d "@$1" +%Y-%m-%dT%H:00:00Z; }
week="startDate=$(date_of $((now - 16 * 86400)))&endDate=$(date_of $((now - 9 * 86400)))"
for path in records 'records,max_qps' search_operations '*' 'records/products' 'nope' 'records/nowhere' 'max_qps/products'; do
    usage "$vendor_url" "$path?$week" | jq -S . >"$folder/vendor.json"
    usage "$url" "$path?$week" | jq -S 'del(.billed_search_requests)' >"$folder/proxy.json"
    cmp "$folder/vendor.json" "$folder/proxy.json" || fail "$path is answered differently"
done
for query in 'records?startDate=2026-01-01' 'records?endDate=2026-01-01T00:00:00Z' "records?x=1"; do
    cmp <(usage "$vendor_url" "$query") <(usage "$url" "$query") || fail "$query is refused differently"
done
cmp <(usage "$vendor_url" "records?$week" wrong) <(usage "$url" "records?$week" wrong) || fail "a wrong key is refused differently"
pass "eight questions and four mistakes get from the proxy what they get from the vendor"

before=$(counted)
range="startDate=$(date_of $((now - 100 * 86400)))&endDate=$(date_of $((now - 17 * 86400)))"
clients=()
for number in $(seq 100); do
    usage "$url" "search_operations?$range" >"$folder/client-$number.json" &
    clients+=("$!")
done
wait "${clients[@]}"
[ "$(sha256sum "$folder"/client-*.json | cut -d ' ' -f 1 | sort -u | wc -l)" = 1 ] || fail "a hundred clients got different answers"
after=$(counted)
[ $((after - before)) -ge 11 ] && [ $((after - before)) -le 14 ] || fail "$((after - before)) requests for twelve weeks"
pass "100 clients at once: $(wc -c <"$folder/client-1.json") bytes each, all the same, $((after - before)) requests for 83 days"
stop "$pid"
stop "$vendor"
