"""Metrics for Prometheus: responses, stored documents, state of each source, what waits. Numbers only, no names."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from operations.retention import made_at, newest_backup
from store.clock import utc_now
from store.connect import read_only
from store.data_folder import FILES
from store.errors import OperationError

#: Seconds. The site's pages take 2 to 20 ms; a query of a visitor is stopped after one second.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

#: Metric, what it says, file, its label, query.
_COUNTED = (
    (
        "infopolicy_documents",
        "Documents stored, by source",
        "corpus.db",
        "source",
        "select source, sum(documents) from coverage group by source",
    ),
    (
        "infopolicy_must_see",
        "Documents that must be seen",
        "corpus.db",
        "",
        "select '', count(*) from listing where area_id = 'any' and must_see = 1",
    ),
    (
        "infopolicy_rejects",
        "Answers kept because they could not be read",
        "ops.db",
        "source",
        "select source, count(*) from rejects group by source",
    ),
    (
        "infopolicy_desk_waiting",
        "Documents in the queue of the desk",
        "staff.db",
        "",
        "select '', count(*) from waiting",
    ),
    ("infopolicy_desk_reviews", "Verdicts that staff have given", "staff.db", "", "select '', count(*) from reviews"),
    (
        "infopolicy_partner_statements",
        "Statements of partners that stand on the site",
        "partners.db",
        "",
        "select '', count(*) from current_statements where stance is not null and not hidden and not closed",
    ),
    (
        "infopolicy_subscribers",
        "Subscribers by state",
        "mail.db",
        "state",
        "select state, count(*) from subscribers group by state",
    ),
    ("infopolicy_mails", "Mails by state", "mail.db", "state", "select state, count(*) from deliveries group by state"),
)
_LAST_RUN = """
    select source, finished_at, state = 'finished' and note is null, added, changed, rejected, coalesce(waiting, 0)
    from runs where id in (select max(id) from runs where finished_at is not null group by source)"""
_OF_RUN = (
    ("infopolicy_last_run_timestamp_seconds", "When the last run of a source ended"),
    ("infopolicy_last_run_success", "1 when it ended well and whole"),
    ("infopolicy_last_run_added", "New documents of the last run"),
    ("infopolicy_last_run_changed", "Changed documents of the last run"),
    ("infopolicy_last_run_rejected", "Records of the last run that could not be read"),
    ("infopolicy_last_run_waiting", "Requests that the day's budget held back"),
)


class Metrics:
    """Those of one site: counted while it answers, and read from its data folder when asked."""

    def __init__(self, data: Path, names: Sequence[str] = FILES):
        """`names` are the databases that may be looked into."""
        self.registry = CollectorRegistry()
        labels = ("page", "method", "status")
        self.answers = Counter("infopolicy_requests", "Answers by kind of page", labels, registry=self.registry)
        self.seconds = Histogram(
            "infopolicy_request_seconds",
            "Time until an answer was sent",
            ("page",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.under_way = Gauge("infopolicy_requests_under_way", "Requests being answered", registry=self.registry)
        self.damage = Counter("infopolicy_damage_met", "Answers that met damage in a database", registry=self.registry)
        self.registry.register(_Stored(data, names))

    def text(self) -> bytes:
        """All of them as Prometheus reads them."""
        return generate_latest(self.registry)


class _Stored(Collector):
    def __init__(self, data: Path, names: Sequence[str]):
        self.data, self.names = data, names

    def describe(self) -> list[Metric]:
        return []  # so that registering reads nothing

    def collect(self) -> Iterator[Metric]:
        for metric, words, file, label, query in _COUNTED:
            family = GaugeMetricFamily(metric, words, labels=[label] if label else [])
            for name, value in self._rows(file, query):
                family.add_metric([name] if label else [], value)
            yield family
        yield from self._runs()
        yield from self._files()

    def _rows(self, file: str, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query; none where the file is not there yet, or of an older version."""
        path = self.data / file
        if file not in self.names or not path.exists():
            return []
        try:
            with closing(read_only(path)) as db:
                return db.execute(query).fetchall()
        except (OperationError, sqlite3.Error):
            return []

    def _runs(self) -> Iterator[Metric]:
        families = [GaugeMetricFamily(name, words, labels=["source"]) for name, words in _OF_RUN]
        for source, ended, *values in self._rows("corpus.db", _LAST_RUN):
            for family, value in zip(families, [datetime.fromisoformat(ended).timestamp(), *values], strict=True):
                family.add_metric([source], value or 0)
        yield from families

    def _files(self) -> Iterator[Metric]:
        sizes = GaugeMetricFamily("infopolicy_file_bytes", "Size of a database with its log", labels=["file"])
        readable = GaugeMetricFamily("infopolicy_file_readable", "1 when a database can be read", labels=["file"])
        for name in self.names:
            path = self.data / name
            if path.exists():
                log = path.with_name(name + "-wal")
                sizes.add_metric([name], path.stat().st_size + (log.stat().st_size if log.exists() else 0))
                readable.add_metric([name], len(self._rows(name, "select 1 from sqlite_master limit 1")))
        yield sizes
        yield readable
        free = shutil.disk_usage(self.data).free
        yield GaugeMetricFamily("infopolicy_disk_free_bytes", "Room left where the data are", value=free)
        backup = newest_backup(self.data / "backups", now=utc_now())
        newest = made_at(backup).timestamp() if backup else 0
        yield GaugeMetricFamily(
            "infopolicy_last_backup_timestamp_seconds", "When the last backup was made", value=newest
        )
