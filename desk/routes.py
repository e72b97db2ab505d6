"""Every address of the desk: its pattern below /desk, the function that answers, and the least role it asks for.

A role of None is for everybody; `post` is the role for sending the page's form, where it is another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from desk import adding, asking, bulk, doors, judging, lists, reporting
from desk.room import Answer, Room


@dataclass(frozen=True)
class Route:
    pattern: re.Pattern[str]
    page: Callable[[Room], Answer]
    role: str | None
    post: str | None
    methods: frozenset[str]
    most: int = asking.LARGEST_FORM  # bytes of a form

    @property
    def takes_files(self) -> bool:
        return self.most == asking.LARGEST_FILE


def _route(
    pattern: str, page: Callable[[Room], Answer], role: str | None = "viewer", post: str | None = None,
    methods: str = "GET POST", most: int = asking.LARGEST_FORM,
) -> Route:  # fmt: skip
    return Route(re.compile(pattern), page, role, post or role, frozenset(methods.split()), most)


_ID = r"(?P<id>[a-z0-9-]{1,200})"
ROUTES = (
    _route(r"", lists.the_queue, methods="GET"),
    _route(r"/login", doors.login, None),
    _route(r"/logout", doors.logout, None, methods="POST"),
    _route(r"/account", doors.account),
    _route(r"/next", judging.following, methods="GET"),
    _route(rf"/documents/{_ID}", judging.paper, post="reviewer"),
    _route(rf"/documents/{_ID}/keep", lists.keep, "reviewer", methods="POST"),
    _route(rf"/documents/{_ID}/follow", lists.follow, methods="POST"),
    _route(r"/bulk", bulk.bulk, "reviewer", methods="POST"),
    _route(r"/undo", judging.undo, "reviewer", methods="POST"),
    _route(r"/filters", lists.save_filter, methods="POST"),
    _route(r"/following", lists.following, methods="GET"),
    _route(r"/areas", lists.areas),
    _route(r"/reports", reporting.listed, post="reviewer"),
    _route(r"/added", adding.listed, methods="GET"),
    _route(r"/added/form", adding.form, "reviewer", most=asking.LARGEST_TEXT),
    _route(r"/people", lists.people, methods="GET"),
    _route(r"/trail", lists.trail, methods="GET"),
)


def find(path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of an address such as /desk/next, with the parts its pattern names."""
    below = path.removeprefix("/desk")
    for route in ROUTES:
        if found := route.pattern.fullmatch(below):
            return route, found.groupdict()
    return None
