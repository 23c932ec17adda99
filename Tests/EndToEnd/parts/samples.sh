# Every sample of the documentation is run, and prints what the documentation shows.
source "$(dirname "$0")/../library.sh"
needs curl jq sqlite3 promtool python3
python3 -c 'import yaml' 2>/dev/null || skip "PyYAML is not installed"

echo "-- samples of README.md and docs/"
root=$(realpath "$here/../..")
# A copy, so that no sample changes the project.
work=$folder/work
mkdir -p "$work/data" "$work/bin" "$work/.build/release"
cp -r "$root/deploy" "$root/docs" "$root"/*.md "$work/"
ln -s "$binary" "$work/bin/algolia-exporter"
ln -s "$binary" "$work/.build/release/algolia-exporter"
PATH=$work/bin:$PATH
ln -s demo.db "$work/data/history.db"
cd "$work"
start vendor simulate --requests-per-minute=100000
cat >exporter.yml <<YAML
applications:
  - id: DEMOAPP
    usage_api_key: demo-usage-key
    monitoring_api_key: demo-monitoring-key
    search_api_key: demo-search-key
endpoints: { usage: "$url", monitoring: "$url", search: "$url" }
storage: { path: data/demo.db }
YAML
start demo serve --demo --storage.path=data/demo.db --web.enable-lifecycle
wait_for 120 state
# Capacity, servers and the rolled-up hours come a moment after the backfill.
wait_for 60 has_samples 'algolia_capacity_projected_ratio'
wait_for 60 has_samples 'algolia_infrastructure_cpu_idle_ratio'
python3 "$here/tools/samples.py" "$binary" "${url#http://}" README.md CONTRIBUTING.md docs/*.md deploy/grafana/README.md
