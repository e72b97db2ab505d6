"""Names that tables and pages share."""

#: The area under which every document is listed, whatever it was tagged with.
ANY_AREA = "any"
#: The area under which every document that carries at least one is listed: those on information policy.
TAGGED = "tagged"
#: SQL: neither of the two.
ONE_AREA = f"area_id not in ('{ANY_AREA}', '{TAGGED}')"
#: In lists, the status of an undecided bill of which nothing was heard since its session was to end; and of one that a chamber
#: had passed by then.
UNHEARD, UNHEARD_PASSED = "unheard", "unheard_passed"
#: SQL: the status in lists, for counts, where the two are one.
COUNTED_STATUS = f"case status when '{UNHEARD_PASSED}' then '{UNHEARD}' else status end"
#: Such a session was to end so many days ago, and the bill has not moved for as long: it is over as far as we know.
QUIET = 45
#: The columns of `listing` that are counted in `facet_counts`.
FACETS = ("kind", "jurisdiction", "status", "year", "must_see", "ceremonial")
#: The columns of `listing` that can be filtered: those, and the agencies of rules and notices, which `agency_counts` counts
#: apart. With them, the lists of all documents would have to add up four times as many numbers.
FILTERED = (*FACETS, "agency")
#: An area that the software finds less likely than this needs a person, and is on no public page, unless a position or priority
#: speaks for it. `classify/evaluation/promise.py` says how it was chosen.
SHOWN_TAG = 0.9
#: In three areas readers doubt many tags just above that, so they are shown from a surer one on: two whose edges are wide, and
#: one whose words (carrier, line, communication) other trades use too. Accessibility is found by rules alone, and one title that
#: names captions or braille weighs 0.85: nearly all of those were right when they were read.
SHOWN_TAG_OF = {
    "civil-liberties": 0.93,
    "education-research-funding": 0.93,
    "telecommunications": 0.95,
    "accessibility": 0.85,
}
#: SQL: from which probability on the area of a row of `tags t` is shown.
SHOWN_FROM = "case t.area_id {} else {} end".format(
    " ".join(f"when '{area}' then {cut}" for area, cut in SHOWN_TAG_OF.items()), SHOWN_TAG
)
#: The kinds of links, in lower case, by which a source calls two bills the same; and as a list for SQL.
SAME_BILL_KINDS = ("identical bill", "identical", "companion")
SAME_BILL = ", ".join(f"'{kind}'" for kind in SAME_BILL_KINDS)
