"""The delay between requests grows with a slow server and shrinks again, whatever the usual answer is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawlers.download.throttle import AutoThrottle

SETTINGS = {"AUTOTHROTTLE_ENABLED": True, "AUTOTHROTTLE_TARGET_CONCURRENCY": 4.0, "AUTOTHROTTLE_MAX_DELAY": 60}


def delay_after(status: int, latency: float, before: float) -> float:
    throttle = AutoThrottle(get_crawler(settings_dict=SETTINGS))
    throttle.mindelay, throttle.maxdelay = 0.0, 60.0
    slot = SimpleNamespace(delay=before)
    throttle._adjust_delay(slot, latency, Response("https://www.govinfo.gov/x", status=status))  # type: ignore[arg-type]
    return slot.delay


@pytest.mark.parametrize("status", [200, 304, 404, 410])
def test_a_quick_answer_shortens_the_delay(status: int) -> None:
    assert delay_after(status, 0.04, 1.0) == pytest.approx(0.505)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_quick_refusal_does_not(status: int) -> None:
    assert delay_after(status, 0.04, 1.0) == 1.0


@pytest.mark.parametrize("status", [200, 404, 503])
def test_a_slow_answer_lengthens_it(status: int) -> None:
    assert delay_after(status, 8.0, 1.0) == 2.0
