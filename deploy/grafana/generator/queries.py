"""PromQL as the dashboards need it, the same over scrapes and over history.

Over scrapes (`source` is `job!=""`) a gauge repeats its newest complete bucket; over remote read
and remote write (`job=""`) each bucket is one sample, stamped at its end. `…_over_time` over the
step of the panel reads both, where an instant selector would lose the samples of history five
minutes after each bucket. A mean, a maximum or the last of repeated values is that of the
buckets; a rate or a sum would not be, and is used for counters only.
"""

# How far back an instant query looks: history is late by a bucket and the time it settles.
NEWEST = {"hourly": "4h", "daily": "2d", "minutely": "20m"}


def selector(metric: str, *matchers: str) -> str:
    """The series of the chosen applications and source."""
    return metric + "{" + ", ".join(('application=~"$application"', "${source:raw}", *matchers)) + "}"


def over_step(function: str, metric: str, by: str, *matchers: str) -> str:
    """`function` over each step of the panel; one series for each value of `by`, whichever exporter collected it.

    A range of Prometheus 2 has both of its ends, and samples of history stand on full hours: a
    millisecond later, each step has exactly its own, in version 3 as well.
    """
    return f"max by ({by}) ({function}_over_time({selector(metric, *matchers)}[$__interval] offset -1ms))"


def mean(metric: str, by: str = "application", *matchers: str) -> str:
    return over_step("avg", metric, by, *matchers)


def a_week_earlier(expr: str) -> str:
    """The same a week earlier; an expression has one offset only."""
    return expr.replace("offset -1ms", "offset 6d23h59m59s999ms")


def peak(metric: str, by: str = "application", *matchers: str) -> str:
    return over_step("max", metric, by, *matchers)


def last(metric: str, by: str = "application", *matchers: str) -> str:
    return over_step("last", metric, by, *matchers)


def lowest(metric: str, by: str = "application", *matchers: str) -> str:
    return f"min by ({by}) (min_over_time({selector(metric, *matchers)}[$__interval] offset -1ms))"


def newest(metric: str, by: str = "application", *matchers: str, granularity: str = "hourly") -> str:
    """The newest bucket, for a single value."""
    return f"max by ({by}) (last_over_time({selector(metric, *matchers)}[{NEWEST[granularity]}]))"


def highest(count: int, expr: str, metric: str, by: str, *matchers: str) -> str:
    """Those series of `expr` whose `metric` is highest on average over the time range of the dashboard."""
    mean_of_range = f"avg_over_time({selector(metric, *matchers)}[$__range] @ end())"
    return f"{expr} and on ({by}) topk({count}, max by ({by}) ({mean_of_range}))"


def contract(limit: str) -> str:
    """What was bought; it is a setting, so only scrapes have it."""
    return f'max by (application) (algolia_contract_limit{{application=~"$application", limit="{limit}"}})'


def capacity(metric: str, limit: str | None = None) -> str:
    """What the exporter says of a limit, or of each: the same as on its pages. Only scrapes have it."""
    matchers = ", ".join(('application=~"$application"', *([f'limit="{limit}"'] if limit else [])))
    return f"max by (application, limit) (algolia_{metric}{{{matchers}}})"
