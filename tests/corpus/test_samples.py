"""The invented cables of corpus_samples/ against facts typed in from their texts, never from the program's output."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from pathlib import Path

import pytest

import reftel
from reftel.engine.specs import Record
from reftel.record import record_of
from reftel.schema.analysis import words
from reftel.schema.inflections import related

SAMPLES = Path(__file__).parents[2] / "corpus_samples"
FOUO = "UNCLASSIFIED//FOR OFFICIAL USE ONLY"


@dataclasses.dataclass(frozen=True, slots=True)
class Fact:
    """What a sample's text says.

    ``numbers`` and ``marks`` are of the numbered paragraphs, ``unnumbered`` counts the others. ``refs`` are the ids of cited cables.
    ``marks`` is blank-separated, ``-`` for an unmarked paragraph. ``marks`` and ``caveats`` are ``None`` where the print leaves them open.
    """

    path: str
    id: str | None
    date: str | None
    classification: str | None
    numbers: tuple[int, ...]
    marks: str | None
    signers: tuple[str, ...] = ()
    place: int = 0
    container: str = "cablegate-html"
    caveats: tuple[str, ...] | None = ("SIPDIS",)
    post: str | None = None
    precision: str | None = "minute"
    sections: int | None = 1
    tags: tuple[str, ...] = ()
    refs: tuple[str | None, ...] = ()
    flags: tuple[str, ...] = ()
    declassify_on: str | None = None
    subject: str | None = None
    unnumbered: int = 0
    precedence: str | None = None
    name: str | None = None


def upto(last: int) -> tuple[int, ...]:
    return tuple(range(1, last + 1))


FACTS = (
    Fact("cablegate/1989/10/89QUITO98002.html", "89QUITO98002", "1989-10-04T21:35:00Z", "CONFIDENTIAL", upto(4), "- - - -",
         ("MACALLISTER JR",), caveats=(), post="QUITO", tags=("EFIS", "PBTS", "EC"), refs=("89QUITO97871", "89LIMA9440"),
         subject="TUNA BOATS AND THE TWO HUNDRED MILES", precedence="ROUTINE"),
    Fact("cablegate/2004/03/04TALLINN9008.html", "04TALLINN9008", "2004-03-15T12:38:00Z", "CONFIDENTIAL", upto(3), "C C C",
         ("OSTRANDER",), post="TALLINN", sections=2, tags=("PREL", "EINT", "EN"), flags=("partial",), declassify_on="2014-03-14",
         subject="estonians vote from the sofa, ministry stays up late", name="Ingeborg Ostrander"),
    Fact("cablegate/2004/05/04VALLETTA9003.html", "04VALLETTA9003", "2004-05-11T10:00:00Z", "UNCLASSIFIED", upto(3), "- - -",
         ("DUCHESNE",), post="VALLETTA", precision="hour", sections=2, tags=("EWWT", "ETRD", "MT"), flags=("partial",),
         subject="MALTESE HARBOR TO COUNT ITS CONTAINERS TWICE"),
    Fact("cablegate/2005/09/05PARIS9210.html", "05PARIS9210", "2005-09-21T16:40:00Z", FOUO, upto(4), "SBU SBU U U", ("LEFEVRE-KANE",),
         caveats=("SENSITIVE", "SIPDIS"), post="PARIS", sections=2, tags=("OVIP", "MARCHBANKS, ELEANOR", "PREL", "SCUL", "FR"),
         subject="UNDER SECRETARY MARCHBANKS OPENS AN EXHIBITION OF MAPS", precedence="PRIORITY"),
    Fact("cablegate/2006/03/06LONDON9150.html", "06LONDON9150", "2006-03-08T11:22:00Z", "UNCLASSIFIED", upto(4), "- - - -",
         ("TRELAWNEY",), post="LONDON", tags=("AMGT", "APER", "UK"), refs=("06LONDON9102",), subject="WHO FEEDS THE EMBASSY CAT",
         precedence="ROUTINE"),
    Fact("cablegate/2006/08/06REYKJAVIK9012.html", "06REYKJAVIK9012", "2006-08-30T17:03:00Z", "CONFIDENTIAL", upto(3), "C C U",
         ("NIGHTINGALE-ODUYA",), post="REYKJAVIK", tags=("SCUL", "PREL", "IC", "BO"), declassify_on="2016-08-30",
         subject="FOLK DANCERS STRANDED, MORALE HIGH", precedence="ROUTINE", name="Philippa Nightingale-Oduya"),
    Fact("cablegate/2006/11/06BAMAKO9027.html", "06BAMAKO9027", "2006-11-14T10:17:00Z", "CONFIDENTIAL", (), "", post="BAMAKO", sections=3,
         tags=("PGOV", "SENV", "ML"), refs=("06BAMAKO8990",), flags=("truncated",), declassify_on="2016-11-14",
         subject="RIVER COMMISSION MEASURES THE RIVER", precedence="ROUTINE", name="Desmond Achterberg"),
    Fact("cablegate/2007/01/07LJUBLJANA9020.html", "07LJUBLJANA9020", "2007-01-22T14:51:00Z", "CONFIDENTIAL", upto(3), "C C C",
         ("BELLWETHER",), post="LJUBLJANA", tags=("PREL", "PBTS", "SI", "HR"), refs=("06ZAGREB9013",), declassify_on="2017-01-22",
         subject="A BORDER STONE HAS MOVED AGAIN", precedence="ROUTINE", name="Theodora Bellwether"),
    Fact("cablegate/2007/06/07MONTEVIDEO9033.html", "07MONTEVIDEO9033", "2007-06-13T18:06:00Z", "CONFIDENTIAL", upto(4), "C C SBU C",
         ("KETTERING",), post="MONTEVIDEO", tags=("ETRD", "EAGR", "PREL", "UY", "AR"), refs=("07BUENOSAIRES9214",),
         declassify_on="2017-06-13", subject="BEEF, BRIDGES AND A BRASS BAND", precedence="ROUTINE", name="Linus Kettering"),
    Fact("cablegate/2007/07/07NICOSIA9055.html", "07NICOSIA9055", "2007-07-05T08:44:00Z", "CONFIDENTIAL", upto(3), "C C C",
         ("EISENLOHR",), post="NICOSIA", sections=2, tags=("PREL", "UNFICYP", "CY", "TU", "GR"),
         refs=("06NICOSIA9981", "07STATE900045", "07ATHENS9017", "06ANKARA9444", "07NICOSIA9050"), declassify_on="2017-07-05",
         subject="CYPRUS: WATCHING THE BEES", precedence="PRIORITY", name="Marguerite Eisenlohr"),
    Fact("cablegate/2008/02/08STATE900112.html", "08STATE900112", "2008-02-12T23:14:00Z", "SECRET", upto(5), "U S/NF S/NF S/NF U",
         ("CARRAWAY",), caveats=("NOFORN", "SIPDIS"), post="STATE", sections=2, tags=("PREL", "OSCE", "AJ", "AM"), refs=("08USOSCE9011",),
         declassify_on="2033-02-12", subject="GUIDANCE FOR A WALK: CO-CHAIR TRAVEL ON FOOT IN MARCH", precedence="PRIORITY",
         name="Amos Thorndike"),
    Fact("cablegate/2008/02/08YEREVAN9031.html", "08YEREVAN9031", "2008-02-15T13:27:00Z", "CONFIDENTIAL", upto(4), "C C C C",
         ("ASHGROVE",), post="YEREVAN", tags=("PREL", "OSCE", "MARR", "AM", "AJ"), refs=("08STATE900112",), declassify_on="2018-02-15",
         subject="MINISTRY SHRUGS AT A WALK", precedence="PRIORITY", name="Rupert Ashgrove"),
    Fact("cablegate/2008/02/08BAKU9014.html", "08BAKU9014", "2008-02-20T07:12:00Z", "CONFIDENTIAL", upto(4), "C C C C", ("PELLERIN",),
         post="BAKU", sections=2, tags=("PREL", "PGOV", "OSCE", "AJ", "AM"), refs=("08STATE900112", "08YEREVAN9031"),
         declassify_on="2018-02-19", subject="DEPUTY MINISTER ACCEPTS A WALK, PROVIDED THAT IT STAYS A WALK", precedence="PRIORITY",
         name="Lydia Pellerin"),
    Fact("cablegate/2008/03/08TBILISI9007.html", "08TBILISI9007", "2008-03-06T15:41:00Z", "CONFIDENTIAL", upto(4), "C/NF C SBU C",
         ("STROUD",), caveats=("NOFORN", "SIPDIS"), post="TBILISI", sections=2, tags=("PREL", "ENRG", "GG", "BO"), refs=("08BAKU9014",),
         flags=("redacted",), declassify_on="2018-03-06", subject="A GEORGIAN ENGINEER COMPARES NOTES ON TRANSIT", precedence="ROUTINE",
         name="Wilhelmina Stroud"),
    Fact("cablegate/2009/02/09HELSINKI9061.html", "09HELSINKI9061", "2009-02-10T12:11:00Z", "CONFIDENTIAL", (1, 2, 3, 1, 2, 3, 4),
         "C C C - - - C", ("HOLMQVIST",), post="HELSINKI", tags=("PREL", "SENV", "EWWT", "FI", "RS"), refs=("09STATE900604",),
         declassify_on="2019-02-10", subject="FINNISH NON-PAPER ON ICE", precedence="PRIORITY", name="Bartholomew Lindgren-Shaw"),
    Fact("cablegate/2009/04/09DUSHANBE9018.html", "09DUSHANBE9018", "2009-04-16T05:32:00Z", "SECRET", upto(4), "S S C S", (),
         post="DUSHANBE", sections=2, tags=("PGOV", "EAID", "ENRG", "TI", "AF"), refs=("09KABUL9031",), flags=("redacted",),
         subject="A QUIET WORD ABOUT THE POWER LINE", precedence="PRIORITY"),
    Fact("cablegate/2009/05/09CHISINAU9044.html", "09CHISINAU9044", "2009-05-28T09:58:00Z", "CONFIDENTIAL", upto(3), "C C C", ("QUILL",),
         post="CHISINAU", tags=("PREL", "ECON", "EAGR", "MD", "BO"), declassify_on="2019-05-28",
         subject="AN UNPRECEDENTED HARVEST OF MEMORANDA", precedence="ROUTINE", name="Horatio Quill"),
    Fact("cablegate/2009/06/09USOSCE9102.html", "09USOSCE9102", "2009-06-19T16:22:00Z", FOUO, upto(3), "SBU SBU U", ("OKONJO-HART",),
         caveats=("SENSITIVE", "SIPDIS"), post="USOSCE", tags=("OSCE", "PREL", "KPAO"), refs=("09USOSCE9088", "08YEREVAN9031"),
         flags=("corrected",), subject="PERMANENT COUNCIL SEEKS A LARGER ROOM", precedence="IMMEDIATE"),
    Fact("cablegate/2009/08/09OSLO9040.html", "09OSLO9040", "2009-08-25T13:11:00Z", "CONFIDENTIAL", upto(3), "C C SBU", ("BRANDRETH",),
         caveats=None, post="OSLO", sections=2, tags=("SENV", "EPET", "DA", "GL"), flags=("mismatch",), declassify_on="2019-08-24",
         subject="GREENLAND SURVEYORS FIND THEIR OWN TRACKS", precedence="ROUTINE", name="Ottoline Brandreth"),
    Fact("cablegate/2009/10/09ANKARA9120.html", "09ANKARA9120", "2009-10-07T14:05:00Z", "SECRET", upto(4), "SBU S/NF C U",
         ("VANTONGEREN",), caveats=("NOFORN", "SIPDIS"), post="ANKARA", sections=2, tags=("PREL", "PGOV", "OSCE", "TU", "AM", "AJ"),
         refs=("08BAKU9014", "09ANKARA9077"), declassify_on="2029-10-07", subject="FERRY TIMETABLE AS A CONFIDENCE MEASURE",
         precedence="IMMEDIATE", name="Cornelius Vantongeren"),
    Fact("cablegate/2009/11/09STATE900733.html", "09STATE900733", "2009-11-18T21:07:00Z", "SECRET", upto(5), None, ("CARRAWAY",),
         caveats=("REL TO USA, GBR, NOR", "SIPDIS"), post="STATE", tags=("MARR", "PARM", "NO", "UK"), refs=("09OSLO9040", "09LONDON9388"),
         declassify_on="2034-11-18", subject="EXERCISE WHEELBARROW: WHO BRINGS WHAT", precedence="PRIORITY"),
    Fact("cablegate/2010/01/10SINGAPORE9005.html", "10SINGAPORE9005", "2010-01-13T09:19:00Z", "CONFIDENTIAL", upto(3), "S C C",
         ("SUTCLIFFE-BAINES",), post="SINGAPORE", tags=("PREL", "EWWT", "PHSA", "SN"), refs=("09SINGAPORE9811", "10KUALALUMPUR9010"),
         declassify_on="2020-01-13", subject="PIRATES PREFER WEEKENDS", precedence="ROUTINE", name="Jerome Sutcliffe-Baines"),
    Fact("cablegate/2010/02/10SEOUL9011.html", "10SEOUL9011", "2010-02-03T08:06:00Z", "SECRET", upto(4), "S S C S", ("WHITLOCK",),
         post="SEOUL", tags=("PREL", "ELTN", "KS", "KN"), refs=("09SEOUL9980",), subject="THE LAST KILOMETER OF TRACK",
         precedence="IMMEDIATE", name="Evander Whitlock"),
    Fact("duplicates/first-mirror/08RABAT9088.html", "08RABAT9088", "2008-09-09T11:30:00Z", "CONFIDENTIAL", upto(2), "C C",
         ("MERRIWEATHER",), post="RABAT", tags=("PGOV", "SOCI", "MO"), declassify_on="2018-09-09", subject="THE MINISTER'S BICYCLE",
         precedence="ROUTINE", name="Jocasta Merriweather"),
    Fact("duplicates/second-mirror/08RABAT9088.html", "08RABAT9088", "2008-09-09T11:30:00Z", "CONFIDENTIAL", upto(3), "C C C",
         ("MERRIWEATHER",), post="RABAT", tags=("PGOV", "SOCI", "MO"), declassify_on="2018-09-09", subject="THE MINISTER'S BICYCLE",
         precedence="ROUTINE", name="Jocasta Merriweather"),
    Fact("telegrams/73KATHMANDU9041.txt", "73KATHMANDU9041", "1973-09-12T09:15:00Z", "CONFIDENTIAL", upto(4), "- - - -",
         ("GALBRAITH-WEBB",), container="telegram", caveats=(), post="KATHMANDU", tags=("PFOR", "EAID", "NP"), refs=("73STATE905522",),
         subject="YAK CHEESE AS A DOLLAR EARNER", unnumbered=1, precedence="ROUTINE"),
    Fact("telegrams/08MUSCAT9019.txt", "08MUSCAT9019", "2008-06-25T10:58:00Z", FOUO, upto(4), "SBU SBU U SBU", ("ABERNATHY",),
         container="telegram", caveats=("SENSITIVE", "SIPDIS"), post="MUSCAT", sections=2, tags=("EFIS", "ETRD", "SENV", "MU"),
         refs=("07MUSCAT9980", "08STATE900320"), subject="OMANI SARDINES LOOK FOR A MARKET", precedence="ROUTINE"),
    Fact("telegrams/starts-at-caption.txt", None, None, "SECRET", upto(4), "S C C S", ("NYSTROM",), container="telegram", precision=None,
         post="LILONGWE", tags=("PREL", "EMIN", "MI"), declassify_on="2019-06-11", subject="URANIUM CLERK LOSES KEY, FINDS KEY", name="Cuthbert Nyström"),
    Fact("telegrams/date-line-first.txt", "09LILONGWE9011", "2009-06-12T09:41:00Z", "SECRET", upto(5), "S S C C C", ("NYSTROM",),
         container="telegram", post="LILONGWE", tags=("PREL", "EMIN", "MI"), refs=("09LILONGWE9006",), declassify_on="2019-06-12",
         subject="THE HOOK HAS ARRIVED", name="Cuthbert Nystrom"),
    Fact("bodies/minsk-precedent.txt", None, None, None, upto(3), "C C C", ("PELLERIN",), container="body-only", caveats=(),
         precision=None, sections=None),
    Fact("bodies/without-pilcrows.txt", None, None, None, upto(5), "SBU SBU U SBU U", ("FARNSWORTH",), container="body-only", caveats=(),
         precision=None, sections=None),
    Fact("bodies/without-numbers.txt", None, None, None, (), "", ("HALVORSEN",), container="body-only", caveats=(), precision=None,
         sections=None, unnumbered=4),
    Fact("bodies.txt", None, None, "CONFIDENTIAL", upto(3), "C C C", ("FAIRWEATHER",), place=0, container="body-only", precision=None,
         post="ASMARA", sections=2, tags=("PGOV", "ECON", "ER"), refs=(None,), declassify_on="2019-04-02",
         subject="THE CAPITAL RUNS OUT OF BICYCLE BELLS", name="Gideon Fairweather"),
    Fact("bodies.txt", None, None, FOUO, upto(5), "SBU SBU U SBU SBU", ("BLACKWOOD",), place=1, container="body-only",
         caveats=("SENSITIVE", "SIPDIS"), precision=None, post="PORTLOUIS", tags=("EFIN", "SENV", "MP"), subject="SUGAR MILL HEATS A SWIMMING POOL"),
    Fact("bodies.txt", None, None, "SECRET", upto(3), "S/NF S/NF C", ("QUARTERMAIN",), place=2, container="body-only",
         caveats=("NOFORN", "SIPDIS"), precision=None, post="NOUAKCHOTT", tags=("PTER", "PGOV", "MR"), refs=(None, None), declassify_on="2028-12-01",
         subject="A PATROL REPORTS SAND", name="Isidore Quartermain"),
    Fact("dumps/cables.csv", "79NAIROBI98120", "1979-03-14T09:20:00Z", "CONFIDENTIAL", upto(4), None, ("LINDQUIST",), place=0,
         container="cables-csv", caveats=(), post="NAIROBI", tags=("EAIR", "PEPR", "KE", "UG"), refs=("79KAMPALA9044", "79STATE905310"),
         declassify_on="1985-03-14", subject="AIRLINE ASKS FOR ITS PROPELLER BACK", precedence="PRIORITY"),
    Fact("dumps/cables.csv", "08NEWDELHI9210", "2008-09-18T06:03:00Z", FOUO, upto(4), "SBU SBU U SBU", ("PEMBERTON-RAO",), place=1,
         container="cables-csv", caveats=("SENSITIVE", "SIPDIS"), post="NEWDELHI", sections=2, tags=("ELTN", "ECON", "IN"),
         refs=("08MUMBAI9044",), subject='THE "QUICK" IN "QUICK FREIGHT"', precedence="ROUTINE"),
    Fact("dumps/cables.csv", "10MOSCOW9015", "2010-01-29T12:48:00Z", "CONFIDENTIAL", upto(4), "C C U C", ("SOKOLOW",), place=2,
         container="cables-csv", post="MOSCOW", sections=2, tags=("PREL", "OSCE", "RS", "AJ", "AM"), refs=("09ANKARA9120", "08BAKU9014"),
         declassify_on="2020-01-29", subject="A PROFESSOR LISTS WHAT WAS NEVER DONE BEFORE", precedence="PRIORITY",
         name="Araminta Sokolow"),
    Fact("dumps/cables.csv", "10KYIV9071", "2010-02-09T14:31:00Z", "SECRET", upto(3), "S S C", ("OAKHOLLOW",), place=3,
         container="cables-csv", caveats=("NODIS",), post="KYIV", tags=("PREL", "ENRG", "UP", "BO"), refs=("10MOSCOW9015",),
         declassify_on="2020-02-09", subject="VALVES AND THEIR MINDERS", precedence="IMMEDIATE", name="Benedict Oakhollow"),
    Fact("dumps/cables.jsonl", "10WARSAW9066", "2010-02-17T15:32:00Z", "CONFIDENTIAL", upto(3), "C C C", ("RAVENSWORTH",), place=0,
         container="json-lines", post="WARSAW", sections=2, tags=("PREL", "PHUM", "PL", "BO"), refs=("10MOSCOW9015", "10KYIV9071"),
         declassify_on="2020-02-17", subject="LIBRARIANS ACROSS THE BORDER", precedence="ROUTINE", name="Quentin Ravensworth"),
    Fact("dumps/cables.jsonl", "07VILNIUS9038", "2007-10-03T12:09:00Z", "CONFIDENTIAL", upto(3), "C C C", ("GASPARYAN-WOOD",), place=1,
         container="json-lines", post="VILNIUS", tags=("PREL", "ELTN", "LH", "BO"), refs=("07WARSAW9012",), declassify_on="2017-10-03",
         subject="SEATING A RAILWAY CONFERENCE", precedence="ROUTINE", name="Clementine Gasparyan-Wood"),
    Fact("dumps/cables.jsonl", "06BRIDGETOWN9008", "2006-06-27T19:44:00Z", "UNCLASSIFIED", upto(3), "- - -", ("WETHERBY",), place=2,
         container="json-lines", post="BRIDGETOWN", tags=("ECON", "SENV", "BB"),
         subject="HURRICANE SEASON: THE LIST OF NAMES IS SHORT", precedence="ROUTINE"),
    Fact("dumps/bodies.jsonl", "09NEWDELHI9311", "2009-03-24T11:16:00Z", "CONFIDENTIAL", upto(3), "C C C", ("THISTLEWOOD",), place=0,
         container="json-lines", post="NEWDELHI", sections=2, tags=("PREL", "SCUL", "IN", "PK"),
         refs=("09ISLAMABAD9020", "09STATE900501"), declassify_on="2019-03-24", subject="CRICKET UMPIRES MAY CROSS",
         name="Evangeline Thistlewood"),
    Fact("dumps/bodies.jsonl", "10NEWDELHI9004", "2010-01-11T05:40:00Z", FOUO, upto(4), "SBU SBU U SBU", ("ROSENCRANTZ",), place=1,
         container="json-lines", caveats=("SENSITIVE", "SIPDIS"), post="NEWDELHI", tags=("SENV", "ENRG", "IN"),
         subject="THE SUN WILL BE METERED"),
    Fact("dumps/broken.jsonl", "08ISLAMABAD9307", "2008-11-19T08:25:00Z", "SECRET", upto(3), "S/NF S C", ("HOLLINGSWORTH",), place=0,
         container="json-lines", caveats=("NOFORN", "SIPDIS"), post="ISLAMABAD", tags=("PREL", "SCUL", "PK", "IN"),
         declassify_on="2018-11-19", subject="THE BOARD'S SECRETARY WON'T SAY NO", name="Perpetua Hollingsworth"),
    Fact("dumps/broken.jsonl", "09ISLAMABAD9020", "2009-03-12T10:02:00Z", "CONFIDENTIAL", upto(3), "C C C", ("HOLLINGSWORTH",), place=1,
         container="json-lines", post="ISLAMABAD", tags=("PREL", "SCUL", "PK", "IN"), refs=("08ISLAMABAD9307",),
         declassify_on="2019-03-12", subject="THE ROLLER'S DRIVER RETURNS", name="Perpetua Hollingsworth"),
    Fact("nara/1975LUSAKA09045.txt", "75LUSAKA9045", "1975-06-12T11:45:00Z", FOUO, upto(3), "- - -", ("PENDERGAST",), container="nara",
         caveats=(), post="LUSAKA", tags=("EMIN", "ETRN", "ZA"), refs=("75LUSAKA8990",), subject="COPPER BY CANOE",
         precedence="ROUTINE"),
    Fact("plusd/1974SUVA09012_b.html", "74SUVA9012", "1974-05-22T18:28:00Z", "CONFIDENTIAL", upto(3), "- - -", ("HASTINGS-MOORE",),
         container="plusd-html", caveats=(), post="SUVA", tags=("CGEN", "PFOR", "FJ"), refs=("74SUVA9001",),
         subject="THE CONSULATE OF THE OUTER ISLANDS", precedence="PRIORITY"),
    Fact("hostile/09ZAGREB9013.txt", "09ZAGREB9013", "2009-07-01T09:22:00Z", "UNCLASSIFIED", upto(5), "U U U U U", ("PENHALIGON",),
         container="telegram", post="ZAGREB", tags=("KPAO", "TINT", "HR"), refs=("09ZAGREB9002",), subject="=cmd|' /C calc'!A0",
         precedence="ROUTINE"),
    Fact("hostile/09ZAGREB9014.html", "09ZAGREB9014", "2009-07-02T10:16:00Z", "UNCLASSIFIED", upto(3), "U U U", ("PENHALIGON",),
         post="ZAGREB", tags=("KPAO", "TINT", "HR"), subject="=cmd|' /C calc'!A0 AND OTHER SUBJECT LINES", precedence="ROUTINE"),
)  # fmt: skip


@functools.cache
def cables(path: str) -> tuple[reftel.Cable, ...]:
    return tuple(reftel.read_cables(SAMPLES / path))


def named(fact: Fact) -> str:
    return fact.id or f"{fact.path}:{fact.place + 1}"


def of(cable_id: str) -> reftel.Cable:
    """The cable with this id; of two files the later in the table."""
    fact = [fact for fact in FACTS if fact.id == cable_id][-1]
    return cables(fact.path)[fact.place]


@pytest.mark.parametrize("fact", FACTS, ids=named)
def test_record(fact: Fact) -> None:
    cable = cables(fact.path)[fact.place]
    assert cable.source is not None
    seen = {
        "id": cable.id, "container": cable.source.container, "date": cable.date, "precision": cable.date_precision,
        "classification": cable.classification, "caveats": cable.caveats, "post": cable.post, "sections": cable.sections,
        "subject": cable.subject, "tags": cable.tags, "refs": tuple(ref.id for ref in cable.refs if ref.kind == "cable"),
        "signers": cable.signers, "flags": cable.flags, "declassify_on": cable.declassify_on, "precedence": cable.precedence,
        "name": cable.classified_by.name if cable.classified_by else None,
    }  # fmt: skip
    if fact.caveats is None:
        del seen["caveats"]
    assert seen == {key: getattr(fact, key) for key in seen}


@pytest.mark.parametrize("fact", FACTS, ids=named)
def test_paragraphs(fact: Fact) -> None:
    paragraphs = cables(fact.path)[fact.place].paragraphs
    numbered = [paragraph for paragraph in paragraphs if paragraph.number is not None]
    assert tuple(paragraph.number for paragraph in numbered) == fact.numbers
    assert len(paragraphs) - len(numbered) == fact.unnumbered, [paragraph.text for paragraph in paragraphs if paragraph.number is None]
    if fact.marks is not None:
        assert [paragraph.mark or "-" for paragraph in numbered] == fact.marks.split()


def test_every_sample_has_its_facts_and_its_row_in_the_readme() -> None:
    files = {str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*") if path.is_file() and path.suffix != ".md"}
    assert files == {fact.path for fact in FACTS}
    assert sorted(fact.place for fact in FACTS) == sorted(place for path in files for place in range(len(cables(path))))
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert [path for path in sorted(files) if f"`{path}`" not in readme] == []
    assert cables(MINSK_BODY)[0].key in readme


# -- what single samples are there to show ----------------------------------------------------------------------------------------


def test_a_body_of_another_cable_is_named() -> None:
    assert of("09OSLO9040").body_id == "09COPENHAGEN9077"
    assert "body-of-another-cable" in {warning.code for warning in of("09OSLO9040").warnings}


def test_a_page_class_against_the_caption_is_warned_of() -> None:
    assert "classification-disagrees" in {warning.code for warning in of("10SINGAPORE9005").warnings}


def test_references_that_are_no_cables() -> None:
    assert [(ref.label, ref.kind) for ref in of("06LONDON9150").refs] == [("A", "document"), ("B", "email"), ("C", "cable")]


def test_marks_with_release_to_others() -> None:
    paragraphs = of("09STATE900733").paragraphs
    assert [paragraph.level for paragraph in paragraphs] == ["U", "S", "S", "FOUO", "U"]
    assert paragraphs[1].mark == "S//REL TO USA, GBR, NOR"
    assert paragraphs[2].caveats == ("NOFORN",)


def test_posts_taken_out_of_a_collective() -> None:
    excluded = {name for recipient in of("09STATE900733").recipients for name in recipient.excluded}
    assert excluded == {"AMCONSUL STRASBOURG", "AMCONSUL KRAKOW"}


def test_an_event_is_no_date() -> None:
    assert of("10SEOUL9011").declassify_on is None
    assert of("10SEOUL9011").declassify_raw == "TEN YEARS AFTER OPENING OF THE RAIL LINK"


def test_a_year_and_a_cited_number_at_the_start_of_a_line_begin_no_paragraph() -> None:
    first, second, _ = of("07LJUBLJANA9020").paragraphs
    assert "2006" in first.text
    assert "The Zagreb surveyors agree" in second.text


@pytest.mark.parametrize(
    "cable_id", ["08BAKU9014", "08STATE900112", "08TBILISI9007", "09DUSHANBE9018", "05PARIS9210", "10MOSCOW9015", "10WARSAW9066"]
)
def test_page_banners_are_no_text(cable_id: str) -> None:
    assert not any(" OF 002" in paragraph.text for paragraph in of(cable_id).paragraphs)


def test_an_injected_sipdis_is_no_text() -> None:
    assert "SIPDIS" not in of("04VALLETTA9003").paragraphs[1].text


@pytest.mark.parametrize(
    ("cable_id", "part"),
    [
        ("09ZAGREB9014", "document.title='owned'"),
        ("09ZAGREB9014", "<218634>"),
        ("09ZAGREB9014", "R&D;"),
        ("09ZAGREB9013", "[bold red]is text[/bold red]"),
        ("09ZAGREB9013", "\x1b]0;owned\x07"),
        ("09ZAGREB9013", "\u009b31m"),
    ],
)
def test_hostile_text_is_kept_as_text(cable_id: str, part: str) -> None:
    assert part in of(cable_id).body


def test_quotes_and_backslashes_of_a_dump_row() -> None:
    assert '"quick\\ordinary,"' in of("08NEWDELHI9210").body


def test_two_files_hold_one_id_and_the_second_is_longer() -> None:
    first, second = (cables(f"duplicates/{mirror}-mirror/08RABAT9088.html")[0] for mirror in ("first", "second"))
    assert first.id == second.id
    assert len(second.body) > len(first.body)


# -- the queries of the README ----------------------------------------------------------------------------------------------------

MINSK_BODY = "bodies/minsk-precedent.txt"
SIDE_BY_SIDE = {"08BAKU9014", "08STATE900112", "08YEREVAN9031", "10MOSCOW9015", MINSK_BODY}
SCATTERED = {"08TBILISI9007", "09USOSCE9102", "06REYKJAVIK9012", "10WARSAW9066"}
QUERIES = {
    '"Minsk Group" AND precedent': SIDE_BY_SIDE,
    "Minsk Group AND precedent": SIDE_BY_SIDE | SCATTERED,
    "Minsk w/5 group": SIDE_BY_SIDE | {"09ANKARA9120", "08TBILISI9007", "06REYKJAVIK9012", "07VILNIUS9038", "10KYIV9071"},
    '"Minsk Group" w/p precedent': SIDE_BY_SIDE - {"08YEREVAN9031"},
    "minsk pre/3 group": SIDE_BY_SIDE | {"09ANKARA9120", "06REYKJAVIK9012", "10KYIV9071"},
}


def blocks(record: Record) -> list[list[str]]:
    return [block for field in ("subject", "body", "head") for block in record.words(field)]


def places(block: list[str], word: str) -> list[int]:
    return [place for place, token in enumerate(block) if related(token, word)]


def near(block: list[str], low: int, high: int) -> bool:
    """Whether an inflection of "group" stands ``low`` to ``high`` positions behind one of "Minsk"."""
    return any(low <= group - minsk <= high for minsk in places(block, "minsk") for group in places(block, "group"))


def phrase(block: list[str]) -> bool:
    return ("minsk", "group") in itertools.pairwise(block)


def plain_answer(query: str, record: Record) -> bool:
    """The five queries by hand, one block of text at a time."""
    found = blocks(record)
    precedent = any(places(block, "precedent") for block in found)
    answers = {
        '"Minsk Group" AND precedent': precedent and any(map(phrase, found)),
        "Minsk Group AND precedent": precedent and all(any(places(block, word) for block in found) for word in ("minsk", "group")),
        "Minsk w/5 group": any(near(block, -5, 5) for block in found),
        '"Minsk Group" w/p precedent': any(phrase(block) and places(block, "precedent") for block in found),
        "minsk pre/3 group": any(near(block, 1, 3) for block in found),
    }
    return answers[query]


@pytest.mark.parametrize("query", QUERIES)
def test_queries_find_what_the_readme_says(query: str) -> None:
    found = {fact.id or fact.path for fact in FACTS if plain_answer(query, record_of(cables(fact.path)[fact.place]))}
    assert found == QUERIES[query]


@pytest.mark.parametrize("query", QUERIES)
def test_the_readme_lists_the_hits(query: str) -> None:
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if line.startswith(f"| `{query}` |"))
    listed = {cell for cell in row.split("|")[3].replace("`", "").replace(",", " ").split() if cell[:2].isdigit() or "/" in cell}
    assert listed == QUERIES[query]


@pytest.mark.parametrize(
    ("word", "matches"),
    [("precedents", True), ("precedence", False), ("preceding", False), ("unprecedented", False), ("unprecedentedly", False)],
)
def test_which_words_count_as_precedent(word: str, matches: bool) -> None:
    assert related(*words(word), "precedent") is matches
