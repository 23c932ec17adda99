"""Asks the APIs at a URL with Algolia's own Python clients, whose generated models judge the answers.

python3 algolia_clients.py monitoring URL    algoliasearch 4.48: the Monitoring API, and the list of indices
python3 algolia_clients.py usage URL         algoliasearch 4.1.0: the Usage API, of the simulator or of the exporter

Prints a line for each group of questions that is answered as the client expects.
"""

import asyncio
import json
import sys
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from algoliasearch.http.exceptions import RequestException
from algoliasearch.http.hosts import Host, HostsCollection
from pydantic import BaseModel

APPLICATION = "DEMOAPP"
REGIONS = set("au br ca de eu hk in jp sg uae uk usc use usw za".split())


def hosts(url):
    parts = urlsplit(url)
    return HostsCollection([Host(parts.hostname, scheme=parts.scheme, port=parts.port)])


def known(value, path="answer"):
    """Fails where a model met an attribute that it does not know."""
    if isinstance(value, BaseModel):
        assert not value.model_extra, f"{path}: unknown {sorted(value.model_extra)}"
        for name in type(value).model_fields:
            known(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, dict):
        for name, one in value.items():
            known(one, f"{path}[{name!r}]")
    elif isinstance(value, list):
        for one in value:
            known(one, path)


def same(model, text):
    """Fails unless the model, written again, is the answer: no value was bent into another type, and nothing lost."""
    known(model)
    written = model.to_dict() if isinstance(model, BaseModel) else model
    metrics = written.get("metrics")
    if metrics:  # The client adds the metrics that were not asked for.
        written["metrics"] = {name: value for name, value in metrics.items() if value}
    wanted, got = (json.dumps(one, sort_keys=True) for one in (json.loads(text), written))
    assert wanted == got, f"answer {wanted[:300]}\nclient {got[:300]}"


def refused(status, message, ask):
    try:
        ask()
    except RequestException as error:
        assert error.status_code == status, f"{error.status_code} {error}"
        assert message in str(error), f"{error}"
        return
    raise AssertionError(f"{message}: accepted")


def monitoring(url):
    from algoliasearch.http.api_response import ApiResponse
    from algoliasearch.monitoring.client import MonitoringClientSync
    from algoliasearch.monitoring.config import MonitoringConfig
    from algoliasearch.monitoring.models import (
        IncidentsResponse, IndexingTimeResponse, InfrastructureResponse, InventoryResponse, LatencyResponse, Metric,
        Period, StatusResponse,
    )

    def client(key):
        config = MonitoringConfig(APPLICATION, key)
        config.hosts = hosts(url)
        return MonitoringClientSync.create_with_config(config)

    good, bad = client("demo-monitoring-key"), client("wrong")

    def accept(response, kind):
        model = ApiResponse.deserialize(kind, response.raw_data)
        same(model, response.raw_data)
        return model

    inventory = accept(good.get_servers_with_http_info(), InventoryResponse).inventory
    assert {server.region for server in inventory} <= REGIONS
    clusters = sorted({server.cluster for server in inventory})
    print(f"inventory: {len(inventory)} servers of {len(clusters)} clusters")

    everything = accept(good.get_status_with_http_info(), StatusResponse).status
    own = accept(good.get_cluster_status_with_http_info(",".join(clusters)), StatusResponse).status
    assert sorted(own) == clusters and set(own) <= set(everything), f"{own} {everything}"
    print(f"status: of {len(everything)} clusters, and of {len(own)}")

    incidents = accept(good.get_incidents_with_http_info(), IncidentsResponse).incidents
    assert any(incidents.values())
    for entries in incidents.values():
        times = [entry.t for entry in entries]
        assert times == sorted(times, reverse=True), "incidents come newest first"
    assert sorted(accept(good.get_cluster_incidents_with_http_info(clusters[0]), IncidentsResponse).incidents) == [clusters[0]]
    print(f"incidents: {sum(map(len, incidents.values()))} entries, newest first")

    latency = accept(good.get_latency_with_http_info(",".join(clusters)), LatencyResponse).metrics.latency
    indexing = accept(good.get_indexing_time_with_http_info(",".join(clusters)), IndexingTimeResponse).metrics.indexing
    assert sorted(latency) == sorted(indexing) == clusters
    reachability = good.get_reachability_with_http_info(",".join(clusters))
    probes = ApiResponse.deserialize(dict[str, dict[str, bool]], reachability.raw_data)
    same(probes, reachability.raw_data)
    assert sorted(probes) == clusters
    print(f"latency, indexing, reachability: {sum(map(len, latency.values()))} points each, {len(probes)} clusters")

    points = 0
    for metric in Metric:
        for period in Period:
            answer = accept(good.get_metrics_with_http_info(metric.value, period.value), InfrastructureResponse).metrics
            series = [one for name in type(answer).model_fields for one in (getattr(answer, name) or {}).values()]
            assert series and all(series), f"{metric} {period}"
            points += sum(map(len, series))
    print(f"infrastructure: {points} points of {len(Metric)} metrics in {len(Period)} periods")

    refused(401, "", bad.get_status)
    refused(401, "", bad.get_incidents)
    refused(404, "", lambda: good.get_cluster_status("test"))
    refused(404, "", lambda: good.get_cluster_incidents("test"))
    for ask in (good.get_latency, good.get_indexing_time, good.get_reachability):
        refused(400, "", lambda: ask("test"))
    refused(401, "", lambda: bad.get_metrics("cpu_usage", "hour"))
    refused(403, "", bad.get_servers)
    print("refusals of the Monitoring API: each with its status")


def search(url):
    from algoliasearch.http.api_response import ApiResponse
    from algoliasearch.search.client import SearchClientSync
    from algoliasearch.search.config import SearchConfig
    from algoliasearch.search.models import ListIndicesResponse

    def client(key):
        config = SearchConfig(APPLICATION, key)
        config.hosts = hosts(url)
        return SearchClientSync.create_with_config(config)

    good = client("demo-search-key")

    def page(**arguments):
        response = good.list_indices_with_http_info(**arguments)
        model = ApiResponse.deserialize(ListIndicesResponse, response.raw_data)
        same(model, response.raw_data)
        return model

    everything = page()
    assert everything.nb_pages == 1
    paged = []
    number, pages = 0, 1
    while number < pages:
        answer = page(page=number, hits_per_page=10)
        paged += [item.name for item in answer.items]
        pages, number = answer.nb_pages, number + 1
    assert paged == [item.name for item in everything.items] and len(set(paged)) == len(paged), paged
    assert page(page=pages, hits_per_page=10).items == []
    primaries = {item.name: item.replicas for item in everything.items if item.replicas}
    replicas = {item.name: item.primary for item in everything.items if item.primary}
    assert replicas and all(name in primaries[primary] for name, primary in replicas.items())
    refused(403, "Invalid Application-ID or API key", client("wrong").list_indices)
    print(f"list_indices: {len(paged)} indices on {pages} pages and on one, {len(replicas)} of them replicas")


async def usage(url):
    from algoliasearch.usage.client import UsageClient
    from algoliasearch.usage.config import UsageConfig
    from algoliasearch.usage.models.index_usage import IndexUsage
    from algoliasearch.usage.models.statistic import Statistic

    def client(key):
        config = UsageConfig(APPLICATION, key)
        config.hosts = hosts(url)
        return UsageClient.create_with_config(config)

    hour = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0) - timedelta(hours=4)

    def text(time):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ")

    async def answer(statistics, index=None, hours=12, granularity="hourly", key="demo-usage-key"):
        arguments = [statistics] + ([index] if index else []) + [text(hour - timedelta(hours=hours)), text(hour)]
        one = client(key)
        try:
            method = one.get_index_usage_with_http_info if index else one.get_usage_with_http_info
            return (await method(*arguments, granularity)).raw_data
        finally:
            await one.close()

    async def accept(statistics, index=None, **arguments):
        """The series of an answer, each read by the client's model, whose numbers are strict integers."""
        series = json.loads(await answer(statistics, index, **arguments))
        for name, points in series.items():
            if name == "billed_search_requests":  # The exporter's own.
                continue
            model = IndexUsage.from_dict({"statistics": points})
            assert [entry.to_dict() for entry in model.statistics] == points, name
        return series

    names = [one.value for one in Statistic if one.value != "*"]
    groups = [name for name in names if name in (
        "search_operations", "acl_operations", "indexing_operations", "record_operations", "synonym_operations",
        "rule_operations")]
    everything = await accept("*")
    assert len(everything) > 40, sorted(everything)
    single = await accept("records")
    assert list(single) == ["records"] and len(single["records"]) == 12
    assert single["records"] == everything["records"]
    several = await accept("records,max_qps,avg_processing_time")
    assert set(several) == {"records", "max_qps", "avg_processing_time"}
    assert isinstance(several["max_qps"][0]["v"], dict)
    listed = await accept(",".join(names))
    assert set(listed) <= set(everything), set(listed) - set(everything)
    for group in groups:
        members = await accept(group)
        assert members and group not in members and set(members) <= set(everything), group
    days = await accept("*", hours=24 * 3, granularity="daily")
    assert len(days["records"]) >= 2
    print(f"usage: {sum(map(len, everything.values()))} points of {len(everything)} statistics by *, name and group")

    indexed = await accept("*", "products")
    assert "records" in indexed and "max_qps" not in indexed
    for index in ("products", "café"):
        assert list(await accept("records", index)) == ["records"]
    print(f"usage of an index: {sum(map(len, indexed.values()))} points of {len(indexed)} statistics")

    async def rejects(status, message, *asked, **arguments):
        try:
            await answer(*asked, **arguments)
        except RequestException as error:
            assert error.status_code == status and message in str(error), f"{error.status_code} {error}"
            return
        raise AssertionError(f"{asked}: accepted")

    await rejects(401, "Invalid credentials", "records", key="wrong")
    await rejects(422, 'Metric "nope" not found', "records,nope")
    await rejects(422, 'Metric "max_qps" not found', "max_qps", "products")
    await rejects(404, "Index nowhere does not exist", "records", "nowhere")
    print("refusals of the Usage API: each with its status and message")


if __name__ == "__main__":
    kind, url = sys.argv[1:]
    if kind == "monitoring":
        monitoring(url)
        search(url)
    else:
        asyncio.run(usage(url))
