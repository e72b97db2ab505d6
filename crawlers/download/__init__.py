"""How Scrapy sends requests: limits, retries, conditional requests, mirrors, logs."""
