# Algolia's own Python clients, whose models are strict, ask the simulator and the exporter.
source "$(dirname "$0")/../library.sh"

echo "-- Algolia's Python clients"
# environment VERSION: a cached virtual environment with this algoliasearch; sets python.
environment() {
    local folder="$here/../../.build/algoliasearch-${1%.*}"
    python=$folder/bin/python
    [ ! -e "$folder/ready" ] || return 0
    rm -rf "$folder"
    python3 -m venv "$folder" && "$folder/bin/pip" install -q --disable-pip-version-check "algoliasearch==$1" &&
        touch "$folder/ready"
}
# asks KIND URL: a check for each line that the client's program prints.
asks() {
    "$python" "$here/tools/algolia_clients.py" "$1" "$2" >"$folder/clients.txt" 2>"$folder/clients.log" ||
        fail "$1: $(tail -n 3 "$folder/clients.log")"
    while read -r line; do pass "$line"; done <"$folder/clients.txt"
}
unavailable() { echo "skip  algoliasearch $1 could not be fetched from the Python package index"; exit 0; }

start vendor simulate --awkward-names --requests-per-minute=100000
vendor_url=$url
environment '4.48.*' || unavailable 4.48
asks monitoring "$vendor_url"
# The last release with a client of the Usage API.
environment 4.1.0 || unavailable 4.1.0
asks usage "$vendor_url"

cat >"$folder/exporter.yml" <<YAML
applications:
  - { id: DEMOAPP, usage_api_key: demo-usage-key, indices: { include: [products, café] } }
endpoints: { usage: "$vendor_url", search: "$vendor_url" }
polling: { requests_per_minute: 60000 }
backfill: { horizon: 4d }
proxy: { read_through: true }
YAML
start exporter serve "--config.file=$folder/exporter.yml" "--storage.path=$folder/history.db"
wait_for 60 sh -c "curl -sf '$url/api/v1/status' | jq -e '.applications[0].state == \"current\"'"
asks usage "$url"
