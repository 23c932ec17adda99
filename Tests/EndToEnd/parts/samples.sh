# Every sample of the documentation is run, and prints what the documentation shows.
source "$(dirname "$0")/../library.sh"
needs curl jq nginx openssl promtool python3 sqlite3 systemd-analyze
python3 -c 'import yaml' 2>/dev/null || skip "PyYAML is not installed"

echo "-- samples of README.md and docs/"
root=$(realpath "$here/../..")
# A copy, so that no sample changes the project.
work=$folder/work
mkdir -p "$work/data" "$work/bin" "$work/first" "$work/.build/release"
cp -r "$root/deploy" "$root/docs" "$root/Sources" "$root"/*.md "$work/"
ln -s "$binary" "$work/bin/algolia-exporter"
ln -s "$binary" "$work/.build/release/algolia-exporter"
PATH=$work/bin:$PATH
ln -s demo.db "$work/data/history.db"
cd "$work"
# The certificates that samples name.
for name in cert client; do
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$name" -keyout "$name.key" -out "$name.pem" 2>/dev/null
done
cp cert.key key.pem
cp cert.pem ca.pem
cp cert.pem clients.pem
start vendor simulate --requests-per-minute=100000 --applications=2
endpoints="endpoints: { usage: \"$url\", monitoring: \"$url\", search: \"$url\" }"
cat >exporter.yml <<YAML
applications:
  - id: DEMOAPP
    usage_api_key: demo-usage-key
    monitoring_api_key: demo-monitoring-key
    search_api_key: demo-search-key
$endpoints
storage: { path: data/demo.db }
YAML
# A new user's, who has two of the three keys.
cat >first/exporter.yml <<YAML
applications: [{ id: DEMOAPP2, usage_api_key: demo-usage-key, search_api_key: demo-search-key }]
$endpoints
YAML
start demo serve --demo --storage.path=data/demo.db --web.enable-lifecycle --log.access
wait_for 120 state
# Capacity, servers and the rolled-up hours come a moment after the backfill.
wait_for 60 has_samples 'algolia_capacity_projected_ratio'
wait_for 60 has_samples 'algolia_infrastructure_cpu_idle_ratio'
python3 "$here/tools/samples.py" "$binary" "${url#http://}" "$folder/demo.log" \
    README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md docs/*.md deploy/grafana/README.md
