"""Ceremonial resolutions are told by their titles, on titles of real documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.status.ceremonial import is_ceremonial, load_rules

CEREMONIAL = [
    ("resolution", "Celebrating the life of Sandra Jean Caldwell Davis."),
    ("joint resolution", "Memorials, Recognition - Greeneville, Greene County -"),
    ("joint resolution", "Memorials, Death - Joe Jaynes -"),
    ("resolution", "MEMORIAL-RAY E. BEBOUT"),
    ("resolution", "CONGRATS-BANTERRA BANK"),
    ("resolution", "SURGICAL TECHNOLOGY WEEK"),
    ("resolution", "Cathy Waller McGowin, commended"),
    ("resolution", "Cheryl Smiley Williams, death mourned"),
    ("resolution", "Coffee, Craig; commend"),
    ("resolution", "Martie Brothers, retirement"),
    ("resolution", "Jack Plating sympathy"),
    ("resolution", "Christian Covenant Fellowship of Ministries, 25th anniversary"),
    ("resolution", "In memory of Patricia Ann Burks of Longview."),
    ("resolution", "Honoring the Rotary Club of Loudonville on its Centennial."),
    ("resolution", "HOUSE RESOLUTION EXPRESSING CONDOLENCES"),
    ("concurrent resolution", "Relative to Italian American Heritage Month."),
    ("resolution", 'A Resolution designating the month of May 2025 as "Nurses Month" in Pennsylvania.'),
    ("resolution", 'HOUSE RESOLUTION RECOGNIZING MARCH 31, 2026 AS "401GIVES DAY" IN THE STATE OF RHODE ISLAND'),
    ("joint resolution", "A JOINT RESOLUTION designating the PFC Denver Wells Memorial Highway in Leslie County."),
    ("commemoration", "honoring the life and legacy of Elizabeth Cook-Lynn."),
    ("sres", "A resolution congratulating the University of Oklahoma Sooners softball team."),
    ("Resolution", "Declaring June 13 as New York Knicks Day."),
    ("Resolution", "Recognizing the first Saturday after Thanksgiving as Small Business Saturday in New York City."),
    (
        "Resolution",
        "Resolution celebrating the New York Knicks in a spectacular win of the 2025 Emirates NBA Cup Championship.",
    ),
]

SUBSTANTIVE = [
    ("resolution", "A resolution to amend the Standing Rules of the House of Representatives."),
    ("resolution", "Memorials, Congress - Urges the United States Department of Justice to comply with the law"),
    ("joint resolution", "A joint resolution proposing an amendment to the Constitution of the State of Iowa."),
    (
        "concurrent resolution",
        "URGING THE DEPARTMENT OF EDUCATION TO STRENGTHEN MENSTRUAL HEALTH EDUCATION INITIATIVES",
    ),
    ("resolution", "REQUESTING THE DEPARTMENT OF HEALTH TO DEVELOP, PUBLISH, AND UPDATE PUBLIC HEALTH GUIDANCE"),
    ("resolution", "Confirm governor's appointees for public employees' retirement board"),
    ("resolution", "RECOGNIZING THE PUBLIC HEALTH IMPACTS OF AIR POLLUTION AND THE RISKS OF TRAFFIC"),
    ("joint resolution", "Motor fuel user fee suspension"),
    ("joint resolution", "Request interim study of DUI"),
    ("resolution", "Condemns actions of Russian Federation leading up to death of Alexei Navalny."),
    ("joint resolution", "JOINT RESOLUTION MAKING AN APPROPRIATION OF $500,000 TO SOJOURNER HOUSE IN RHODE ISLAND"),
    ("resolution", "Chuck Bryant"),
    ("Resolution", "DOE to observe Veterans Day the Friday before November 11th if it falls on a Saturday."),
    ("Resolution", "Require all schools to close and mark the day as a civic holiday, honoring voters."),
    ("Resolution", "Recognizing postpartum mental illness as a mitigating factor in criminal sentencing."),
    ("Resolution", "Restore the 20-year service retirement for certain New York city corrections officers."),
    (
        "Resolution",
        "Designating May annually as Maternal Mental Health Awareness Month in the City of New York. (S.156/A.6603)",
    ),
    ("Introduction", "Suspension of alternate side parking regulations on Patriot Day."),
]


@pytest.mark.parametrize(("document_type", "title"), CEREMONIAL)
def test_honours_and_condolences_are_ceremonial(document_type: str, title: str) -> None:
    assert is_ceremonial(title, document_type)


@pytest.mark.parametrize(("document_type", "title"), SUBSTANTIVE)
def test_what_asks_or_changes_something_is_not(document_type: str, title: str) -> None:
    assert not is_ceremonial(title, document_type)


def test_a_bill_is_never_ceremonial() -> None:
    assert not is_ceremonial("Honoring librarians; license plates", "bill")
    assert not is_ceremonial("Honoring librarians", None)


def test_a_file_without_its_lists_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ceremonial.yml"
    file.write_text("types: [resolution]\n", encoding="utf-8")
    with pytest.raises(ValueError, match="needs the lists"):
        load_rules(file)
