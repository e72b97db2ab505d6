"""How many keys a document takes in the queue: a scripted reviewer clears documents one by one, from the first on.

    python -m benchmarks.desk_keys DATA [--documents 50] [--right 0.9] [--seed 1] [--today 2026-11-25]

DATA holds a published corpus.db and staff.db of which nothing else makes use: the verdicts are written to that staff.db. The
reviewer finds each suggestion right as often as the program is sure of it, or with the probability `--right` (drawn, the same for
every seed), and takes the fewest keys that the page has: Shift-Y where everything open is right, Shift-N where all areas and
positions are wrong, y or n on each in turn and Shift-Y for the rest, or the number of each that is wrong and Shift-Y. `#` counts
the numbers. Another direction, a note, or what the program missed takes more, and is not in it.
"""

from __future__ import annotations

import argparse
import datetime
import random
import statistics
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.queue import queue
from desk.queue.queue import QueueViewer
from desk.queue.queue_filters import Filters
from desk.reviews import bulk, review_items, reviews
from desk.reviews.review_items import Item
from desk.reviews.reviews import Verdict
from settings import Configuration
from store.clock import utc_now
from store.connect import open_staff

NAME = "Scripted reviewer"


#: What the number of an item can mark as wrong.
MARKS = 9


def keys_for(right: Sequence[bool], judged: Sequence[bool], alone: Sequence[bool]) -> str:
    """The fewest keys for the open items of a document, in their order.

    Args:
        right: whether each suggestion is right.
        judged: whether each is an area or a position, which Shift-N rejects.
        alone: whether each needs a key of its own, because Shift-Y leaves it open.
    """
    if any(alone):
        return "".join("y" if good else "n" for good in right)
    if not any(good for good, area in zip(right, judged, strict=True) if area) and any(judged):
        return "N"
    wrong = [place for place, good in enumerate(right) if not good]
    last = max(wrong, default=-1)
    each = "".join("y" if good else "n" for good in right[: last + 1]) + "Y" * (last + 1 < len(right))
    marks = "#" * len(wrong) + "Y"
    return min(each, marks, key=len) if last < MARKS else each


def clear(
    db: Database, me: Account, document_id: str, sampled: bool, right: float | None, luck: random.Random
) -> Counter[str]:
    """Decide all that is open on one document, and what opens because of that; returns the keys that were pressed."""
    pressed: Counter[str] = Counter()
    while waiting := _waiting(db, document_id, sampled):
        good = [luck.random() < _chance(item, right) for item in waiting]
        alone = [not item.can_confirm for item in waiting]
        keys = keys_for(good, [item.kind in ("area", "position") for item in waiting], alone)
        pressed.update(keys)
        seen = reviews.last_id(db, document_id)
        shown = {item.token for item in waiting}
        wrong = [item.subject for item, fine in zip(waiting, good, strict=True) if not fine]
        if keys == "N":
            given = bulk.verdicts_on_all(db, document_id, "reject", [], seen, shown=shown, sampled=sampled)
        elif "#" in keys or keys == "Y":
            given = bulk.verdicts_on_all(db, document_id, "confirm", wrong, seen, shown=shown, sampled=sampled)
        else:
            # One by one: what a last Shift-Y confirms is confirmed here the same way.
            given = [_verdict(document_id, item, fine, seen) for item, fine in zip(waiting, good, strict=True)]
        reviews.record(db, me, given, now=utc_now())
    return pressed


def _chance(item: Item, right: float | None) -> float:
    """How often a suggestion is right. A document drawn at random has nothing to reject: what the program missed is not in it."""
    if item.kind == "priority" and item.suggestion.value == "0":
        return 1.0
    sure = item.suggestion.sure
    return right if right is not None else 1.0 if sure is None else sure


def _waiting(db: Database, document_id: str, sampled: bool) -> list[Item]:
    found = review_items.items(db, document_id, review_items.titles(db), all_priorities=sampled)
    return [item for item in found if item.waits]


def _verdict(document_id: str, item: Item, right: bool, seen: int) -> Verdict:
    """What y or n on one item sends."""
    if item.kind == "priority":
        value = item.suggestion.value if right else "1"
        return Verdict(document_id=document_id, subject=item.subject, verdict="confirm", value=value, seen=seen)
    value = item.suggestion.value if item.kind != "area" else None
    # A position that came back without a direction has none to confirm.
    if not right or (value is None and item.kind != "area"):
        return Verdict(document_id=document_id, subject=item.subject, verdict="reject", seen=seen)
    return Verdict(document_id=document_id, subject=item.subject, verdict="confirm", value=value, seen=seen)


def measure(
    db: Database, *, documents: int, right: float | None, seed: int, today: datetime.date
) -> list[Counter[str]]:
    """Clear documents from the head of the queue; returns the keys of each."""
    found = accounts.find(db, NAME)
    me = found or accounts.add(db, NAME, role="approver", password=None, email="keys@example.org", now=utc_now())
    viewer, luck, done = QueueViewer(me.id, today, None), random.Random(seed), []
    place = 0
    while len(done) < documents:
        # As the page goes on.
        due = queue.due_from_sample(db, Filters(), viewer)
        found_next = (place, due) if due else queue.entry_at(db, Filters(), viewer, place)
        if found_next is None:
            break
        place, entry = found_next
        done.append(clear(db, me, entry.document_id, entry.sampled, right, luck))
        place = queue.place_after(place, Filters(), sampled=entry.sampled, cleared=True)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--documents", type=int, default=50)
    parser.add_argument("--right", type=float, help="the same for every suggestion")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--today", type=datetime.date.fromisoformat, default=datetime.date.today())
    told = parser.parse_args()
    config = Configuration(data=told.data)
    with closing(open_staff(config.staff, config.corpus)) as db:
        done = measure(db, documents=told.documents, right=told.right, seed=told.seed, today=told.today)
    counts = [each.total() for each in done]
    pressed = sum(done, Counter[str]())
    print(f"{len(done)} documents, {sum(counts)} keys: {statistics.mean(counts):.2f} a document, at most {max(counts)}")
    print(", ".join(f"{key}: {number}" for key, number in sorted(pressed.items())))


if __name__ == "__main__":
    main()
