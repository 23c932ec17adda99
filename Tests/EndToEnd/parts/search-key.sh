# A plan without the Usage API: a search key alone.
source "$(dirname "$0")/../library.sh"
needs curl jq sqlite3

echo "-- a search key alone: records and sizes of indices, and nothing of usage"
start vendor simulate --requests-per-minute=100000
vendor=$url
cat >"$folder/grow.yml" <<YAML
applications:
  - { id: DEMOAPP, search_api_key: demo-search-key, contract: { records: 12000000, indices: 50 } }
endpoints: { usage: "$vendor", monitoring: "$vendor", search: "$vendor" }
YAML
"$binary" check "--config.file=$folder/grow.yml" "--storage.path=$folder/grow.db" >"$folder/check.txt"
grep -q '^skip  DEMOAPP usage API: no usage key' "$folder/check.txt" || fail "check: $(cat "$folder/check.txt")"
pass "check skips the Usage API and lists $(grep -oE '[0-9]+ indices' "$folder/check.txt")"

"$binary" backfill "--config.file=$folder/grow.yml" "--storage.path=$folder/filled.db" 2>"$folder/backfill.log"
[ "$(sqlite3 -readonly "$folder/filled.db" 'SELECT count(*) FROM index_inventory WHERE gone_at IS NULL')" = 25 ] ||
    fail "backfill did not store the list"
pass "backfill stores the list and exits"

start exporter serve "--config.file=$folder/grow.yml" "--storage.path=$folder/grow.db"
wait_for 60 curl -sf "$url/ready"
wait_for 60 state
has_samples 'algolia_index_entries\{application="DEMOAPP",index="products"\} [1-9]' || fail "no records of products"
has_samples 'algolia_contract_limit\{application="DEMOAPP",limit="indices"\} 50' || fail "no limit of indices"
! grep -qE '^algolia_(index_)?usage_' "$folder/samples.now" || fail "there is something of usage"
! grep -qE 'api="usage"' "$folder/samples.now" || fail "usage was requested"
pass "$(grep -c '^algolia_index_entries' "$folder/samples.now") indices on /metrics, and nothing of usage"

for page in / /collector /capacity; do
    curl -sf "$url$page" >"$folder/page.html"
    grep -q 'usage key (Premium plans) adds' "$folder/page.html" || fail "$page does not say what a usage key would add"
    ! grep -q 'Backfill' "$folder/page.html" || fail "$page has a backfill"
done
curl -sf "$url/api/v1/capacity" | jq -e '.applications[0].inventory | .indices == 25 and .agreed == 50 and .virtual_replicas == 1
    and .standard_replicas == 1 and (.untouched | map(.index) == ["brands"]) and .gone == []' >/dev/null ||
    fail "the inventory: $(curl -sf "$url/api/v1/capacity" | jq -c '.applications[0].inventory')"
pass "the pages say what a usage key would add, and the report knows replicas and what is left alone"
stop "$pid"
