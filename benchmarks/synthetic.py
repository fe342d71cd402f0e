"""Seeded synthetic cables with the statistics of real ones: the same number and seed give the same cables on any machine.

About 950 tokens and 7.5 KB each: a Zipf vocabulary of 200,000 words, lines broken at 65 columns, curly quotes and accents (only 4 % of
real cables are pure ASCII), numbered and marked paragraphs, skewed posts, TAGS, years and classes, references to earlier cables, and planted
words: "Minsk Group" in one cable of 250, "precedent" in one of 39 (so that some have both), a rare word in one of 5,000.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from reftel.schema.cable import Cable, ClassifiedBy, Paragraph, Recipient, Reference, Source

VOCABULARY = 200_000
TOKENS = 950
_ZIPF = 1.07
_COLUMNS = 65
_PARAGRAPHS = 10
_ACCENTED = 0.01
_SYLLABLES = [onset + vowel for onset in "b c d f g h j k l m n p r s t v w z br ch dr gr kl pr sh st th tr".split() for vowel in "aeiou"]
_ACCENTS = str.maketrans("aeiou", "áéíóú")
_POSTS = [f"POST{''.join(chr(65 + (number // 26**place) % 26) for place in range(2))}" for number in range(150)]
_TAGS = ("PREL PGOV PTER PINR ECON PHUM MARR KDEM EFIN ETRD MOPS KNNP PARM EAID SNAR EPET ENRG KCRM SOCI PREF".split()
         + [first + second for first in "ACEGIKMPRSTUV" for second in "AFGIMRSZ"])  # fmt: skip
_LEVELS = (("UNCLASSIFIED", "U", 0.25), ("UNCLASSIFIED//FOR OFFICIAL USE ONLY", "SBU", 0.25), ("CONFIDENTIAL", "C", 0.42), ("SECRET", "S", 0.08))
_SURNAMES = 400


def words() -> list[str]:
    """The vocabulary, most frequent first: distinct, pronounceable, short words first."""
    generator = np.random.default_rng(7)
    seen: dict[str, None] = {}
    while len(seen) < VOCABULARY:
        lengths = generator.integers(1, 5, size=4096) + (len(seen) > 2000)
        for picks in (generator.integers(0, len(_SYLLABLES), size=length) for length in lengths):
            word = "".join(_SYLLABLES[pick] for pick in picks)
            seen.setdefault(word.translate(_ACCENTS) if generator.random() < _ACCENTED else word)
    return list(seen)[:VOCABULARY]


def _skewed(generator: np.random.Generator, size: int, number: int) -> np.ndarray:
    weights = 1 / np.arange(1, size + 1) ** 0.9
    return generator.choice(size, size=number, p=weights / weights.sum())


class _Maker:
    """Makes cables one after the other from one stream of random numbers."""

    def __init__(self, seed: int, tokens: int, paragraphs: int) -> None:
        self._count, self._cuts = tokens, paragraphs - 1
        self._random = np.random.default_rng(seed)
        self._words = np.array(words(), dtype=object)
        weights = 1 / np.arange(1, VOCABULARY + 1) ** _ZIPF
        self._cumulated = np.cumsum(weights / weights.sum())
        self._ids: list[str] = []

    def cable(self, number: int) -> Cable:
        """The next cable."""
        random = self._random
        post = _POSTS[int(_skewed(random, len(_POSTS), 1)[0])]
        moment = datetime.datetime(2003, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(minutes=int(2_600 * 1440 * random.random() ** 0.6))
        level = int(random.choice(len(_LEVELS), p=[share for *_, share in _LEVELS]))
        tokens = self._tokens(number)
        paragraphs = self._paragraphs(tokens, level)
        cable_id = f"{moment:%y}{post}{number}"
        refs = tuple(
            Reference(chr(65 + place), self._ids[pick], "cable", self._ids[pick])
            for place, pick in enumerate(random.integers(0, len(self._ids), size=random.integers(0, 4)) if self._ids else ())
        )
        self._ids.append(cable_id)
        surname = f"NAME{int(_skewed(random, _SURNAMES, 1)[0])}"
        tags = tuple(dict.fromkeys(_TAGS[pick] for pick in _skewed(random, len(_TAGS), int(random.integers(2, 7)))))
        return Cable(
            id=cable_id, printed_id=cable_id, source=Source("synthetic", "cables-csv", number + 1),
            date=f"{moment:%Y-%m-%dT%H:%M:00Z}", date_precision="minute", date_source="dtg",
            classification=_LEVELS[level][0], caveats=("SIPDIS",) if random.random() < 0.8 else (), origin=f"Embassy {post.title()}", post=post,
            subject=" ".join(tokens[:7]).upper(), tags=tags, refs=refs, signers=(surname,),
            classified_by=ClassifiedBy(surname.title(), "Ambassador", ("1.4 (b)", "1.4 (d)")), declassify_on=f"{moment.year + 10}-{moment:%m}-01",
            precedence=("ROUTINE", "PRIORITY", "IMMEDIATE")[int(random.integers(0, 3))],
            recipients=(Recipient("action", "SECSTATE WASHDC", "RUEHC", "PRIORITY", str(number)),), sections=1,
            paragraphs=paragraphs, body=body_of(paragraphs),
        )  # fmt: skip

    def _tokens(self, number: int) -> list[str]:
        count = max(60, int(self._random.normal(self._count, self._count / 4)))
        picks = np.minimum(np.searchsorted(self._cumulated, self._random.random(count)), VOCABULARY - 1)
        tokens: list[str] = self._words[picks].tolist()
        for step, planted in ((250, ["Minsk", "Group"]), (39, ["precedent"]), (5000, ["quidnunc"])):
            if number % step == step // 2:
                place = int(self._random.integers(10, count - 5))
                tokens[place : place + len(planted)] = planted
        return tokens

    def _paragraphs(self, tokens: list[str], level: int) -> tuple[Paragraph, ...]:
        cuts = np.sort(self._random.integers(1, len(tokens), size=self._cuts)).tolist()
        marks = [_LEVELS[int(pick)][1] for pick in self._random.integers(0, level + 1, size=self._cuts + 1)]
        parts = [tokens[start:end] for start, end in zip([0, *cuts], [*cuts, len(tokens)], strict=True)]
        return tuple(
            Paragraph(number, mark, "FOUO" if mark == "SBU" else mark, (), None, _lines(part))
            for number, (mark, part) in enumerate(zip(marks, parts, strict=True), 1)
            if part
        )


def _lines(tokens: list[str]) -> str:
    """Running text of ``tokens``: sentences, a quotation with curly marks, lines broken at 65 columns."""
    lines: list[str] = []
    line = ""
    for place, token in enumerate(tokens):
        word = f"“{token}”" if place % 97 == 50 else f"{token.capitalize()}" if place % 17 == 0 else f"{token}." if place % 17 == 16 else token
        if len(line) + len(word) >= _COLUMNS:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def body_of(paragraphs: tuple[Paragraph, ...]) -> str:
    """The text that paragraphs are read from."""
    return "\n\n".join(f"¶{part.number}. ({part.mark}) {part.text}" for part in paragraphs)


def iter_cables(number: int, seed: int = 1, tokens: int = TOKENS, paragraphs: int = _PARAGRAPHS) -> Iterator[Cable]:
    """``number`` synthetic cables of about so many tokens each."""
    maker = _Maker(seed, tokens, paragraphs)
    return (maker.cable(position) for position in range(number))


HEADER = "VZCZCXYZ0000\nPP RUEHC\nDE RUEHXX #{serial:04} 0010000\nZNY CCCCC ZZH\nP {dtg}\nFM AMEMBASSY {post}\nTO RUEHC/SECSTATE WASHDC PRIORITY {serial}"
BODY = (
    "{level} {post} {serial:06}\n\nSIPDIS\n\nE.O. 12958: DECL: {decl}\nTAGS: {tags}\nSUBJECT: {subject}\n\nREF: {refs}\n\n"
    "Classified By: Ambassador {signer} for reasons 1.4 (b) and (d).\n\n{body}\n{signer}\n"
)


def write_csv(path: Path, number: int, seed: int = 1) -> None:
    """The same cables as a ``cables.csv``, for the whole pipeline."""
    write_rows(path, iter_cables(number, seed))


def write_rows(path: Path, cables: Iterable[Cable]) -> None:
    """``cables`` as a ``cables.csv``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL, doublequote=False, escapechar="\\", lineterminator="\n")
        rows.writerows(map(_row, cables))


def telegram(cable: Cable) -> str:
    """A cable as a file of its own."""
    *_, header, body = _row(cable)
    return f"{header}\n\n{body}"


def _row(cable: Cable) -> tuple[object, ...]:
    moment = datetime.datetime.fromisoformat(cable.date or "")
    number = cable.source.locator if cable.source else 0
    parts = {"post": cable.post, "serial": number, "dtg": f"{moment:%d%H%MZ %b %y}".upper(), "level": cable.classification}
    body = BODY.format(
        **parts, decl=f"{moment:%m/%d}/{moment.year + 10}", tags=" ".join(cable.tags), subject=cable.subject,
        refs="  ".join(f"{ref.label}. {ref.id}" for ref in cable.refs), signer=cable.signers[0], body=cable.body.replace("¶", ""),
    )  # fmt: skip
    date = f"{moment.month}/{moment.day}/{moment.year} {moment.hour}:{moment:%M}"
    return number, date, cable.id, cable.origin, cable.classification, "|".join(ref.id or "" for ref in cable.refs), HEADER.format(**parts), body
