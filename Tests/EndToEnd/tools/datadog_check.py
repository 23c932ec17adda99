"""Runs Datadog's OpenMetrics check with a configuration of deploy/, on the exporter at a URL.

python3 datadog_check.py CONFIGURATION URL
"""

import sys

import yaml
from datadog_checks.base.checks.openmetrics.v2.base import OpenMetricsBaseCheckV2
from datadog_checks.base.stubs import aggregator

configuration = yaml.safe_load(open(sys.argv[1]))
for number, instance in enumerate(configuration["instances"]):
    instance["openmetrics_endpoint"] = sys.argv[2]
    aggregator.reset()
    check = OpenMetricsBaseCheckV2("algolia", configuration.get("init_config") or {}, [instance])
    check.__NAMESPACE__ = instance["namespace"]
    # Counters are sent as what they gained since the check before.
    for _ in range(2):
        error = check.run()
        assert not error, error
    names = sorted(aggregator.metric_names)
    assert names, "no metric at all"
    values = sum(len(aggregator.metrics(name)) for name in names)
    health = [one for one in aggregator.service_checks(f"{instance['namespace']}.openmetrics.health")]
    assert health and all(one.status == 0 for one in health), f"health: {health}"
    tags = {tag.split(":")[0] for name in names for metric in aggregator.metrics(name) for tag in metric.tags}
    assert "application" in tags, f"tags: {tags}"
    for name in instance.get("metrics", []):
        wanted = list(name.items()) if isinstance(name, dict) else []
        for ours, theirs in wanted:
            theirs = theirs["name"] if isinstance(theirs, dict) else theirs
            full = f"{instance['namespace']}.{theirs}"
            if not any(found == full or found.startswith(full + ".") for found in names):
                print(f"missing {ours} as {full}", file=sys.stderr)
                sys.exit(1)
    print(f"instance {number}: {len(names)} metrics, {values} values, tags {', '.join(sorted(tags))}")
