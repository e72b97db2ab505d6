"""Scrapy's settings for every source. What differs by source stands in sources.yml and is laid over these by the spider."""

from __future__ import annotations

import os
import sys

import certifi

import settings

_config = settings.load()

BOT_NAME = "infopolicy"
SPIDER_MODULES = ["crawlers.spiders"]
NEWSPIDER_MODULE = "crawlers.spiders"

# Publishers block crawlers that do not say whom to write to. Without an address nothing is asked but a mirror
# (settings.reachable); the address is checked where a crawl begins.
_CONTACT = f"; +{_config.contact}" if _config.contact else ""
USER_AGENT = f"infopolicy/0.1 (legislation monitor of a library association{_CONTACT})"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "infopolicy"
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False
# Nobody steers a crawl from outside: no port is opened.
REMOTE_CONTROL_ENABLED = False

CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 8
DOWNLOAD_DELAY = 0
AUTOTHROTTLE_ENABLED = True
EXTENSIONS = {
    "scrapy.extensions.throttle.AutoThrottle": None,
    "crawlers.download.throttle.AutoThrottle": 0,
    "crawlers.download.progress.Progress": 0,
}
AUTOTHROTTLE_START_DELAY = 0.1
AUTOTHROTTLE_MAX_DELAY = 60
AUTOTHROTTLE_TARGET_CONCURRENCY = 8.0

# Scrapy believes any certificate unless told otherwise: whoever sits in between could take keys and write laws.
DOWNLOAD_VERIFY_CERTIFICATES = True
if sys.platform == "darwin":  # where the library that checks them finds no list of authorities by itself
    os.environ.setdefault("SSL_CERT_FILE", certifi.where())

DOWNLOAD_TIMEOUT = 60
# No single record is anywhere near this large; bulk files say so in their own requests.
DOWNLOAD_MAXSIZE = 64 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
RETRY_TIMES = 5
RETRY_PRIORITY_ADJUST = 0

INFOPOLICY_MIRROR = _config.mirror
INFOPOLICY_CLOCK = _config.clock
INFOPOLICY_BUDGET_OFF = False
INFOPOLICY_DATA = str(_config.data)
INFOPOLICY_CORPUS = str(_config.corpus)
INFOPOLICY_OPS = str(_config.ops)
INFOPOLICY_TERMS_VERSIONS = _config.terms_versions

DOWNLOAD_HANDLERS = {
    "http": "crawlers.download.mirror.MirrorHandler",
    "https": "crawlers.download.mirror.MirrorHandler",
}
DOWNLOADER_MIDDLEWARES = {
    "crawlers.download.middlewares.OwnHostMiddleware": 10,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    # Behind the retries on the way back: a page for people in the place of data is asked for again like an error.
    "crawlers.download.answers.DataOnlyMiddleware": 545,
    "crawlers.download.middlewares.RetryAfterMiddleware": 550,
    # Before Scrapy follows redirects (600): those to an error page are the error.
    "crawlers.download.answers.ErrorPagesMiddleware": 610,
    "crawlers.download.budget.BudgetMiddleware": 890,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    "crawlers.download.httpcache.HttpCacheMiddleware": 900,
    # Before the cache on the way in: what it stores holds no key either.
    "crawlers.download.middlewares.KeylessAnswersMiddleware": 905,
}
SPIDER_MIDDLEWARES = {
    "crawlers.download.middlewares.NothingIsLostMiddleware": 40,
    # What stands in no answer of ours, or nobody reads, is not asked of every record. The second drops addresses it finds
    # too long, with no more than a line in the log: nothing is lost in silence here.
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
# The address that a request was found at may hold a key; it is nobody's business but the source's.
REFERRER_POLICY = "no-referrer"
METAREFRESH_ENABLED = False
# Scrapy reads the source of every callback anew at every answer to find a `return` with a value in a generator
# (docs/benchmarks.md says what that takes). tests/test_scrapy.py looks once.
WARN_ON_GENERATOR_RETURN_VALUE = False
HTTPCACHE_ENABLED = True
HTTPCACHE_POLICY = "crawlers.download.httpcache.ValidatorsPolicy"
HTTPCACHE_STORAGE = "crawlers.download.httpcache.OpsStorage"
ITEM_PIPELINES = {"pipelines.ValidatePipeline": 100, "pipelines.RecordPipeline": 200}

# Scrapy makes so many tasks for every answer, by default a hundred; one stores its items as fast, and in their order.
CONCURRENT_ITEMS = 1

LOG_LEVEL = "WARNING"
LOG_FORMATTER = "crawlers.download.logs.QuietItems"
