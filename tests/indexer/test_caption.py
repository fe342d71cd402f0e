"""The caption: level, sections, post and serial, caveats."""

import pytest
from readers import parse_caption

from reftel.indexer.telegram.caption import split_caveats

FOUO = "UNCLASSIFIED//FOR OFFICIAL USE ONLY"

CLASS_LINES = [
    ("S E C R E T SECTION 01 OF 02 BAKU 000123", "SECRET", 2, "BAKU", 123),
    ("C O N F I D E N T I A L PORT AU PRINCE 000575", "CONFIDENTIAL", 1, "PORT AU PRINCE", 575),
    ("C O N F I D E N T I A L SECTION 1 OF 2 BAKU 000123", "CONFIDENTIAL", 2, "BAKU", 123),
    ("CONFIDENTIAL SECTION 01 of 03 BAKU 000744", "CONFIDENTIAL", 3, "BAKU", 744),
    ("UNCLAS BAKU 000012", "UNCLASSIFIED", 1, "BAKU", 12),
    ("UNCLASSIFIED SECTION 01 OF 01 TEHRAN 1164", "UNCLASSIFIED", 1, "TEHRAN", 1164),
    ("LIMITED OFFICIAL USE BAKU 0012", FOUO, 1, "BAKU", 12),
    ("T O P S E C R E T BAKU 000001", "TOP SECRET", 1, "BAKU", 1),
    # the first letter lost, doubled or another; letters fused
    ("E C R E T BAKU 000193", "SECRET", 1, "BAKU", 193),
    ("SS E C R E T BAKU 000193", "SECRET", 1, "BAKU", 193),
    ("SE C R E T BAKU 000193", "SECRET", 1, "BAKU", 193),
    ("O N F I D E N T I A L BAKU 000193", "CONFIDENTIAL", 1, "BAKU", 193),
    ("CC O N F I D E N T I A L BAKU 000193", "CONFIDENTIAL", 1, "BAKU", 193),
    ("C ONFIDENTIAL SECTION 01 of 03 BAKU 000744", "CONFIDENTIAL", 3, "BAKU", 744),
    ("CO N F I D E N T I A L SECTION 01 OF 24 BAKU 000001", "CONFIDENTIAL", 24, "BAKU", 1),
    ("UUNCLAS SECTION 01 OF 02 BAKU 000193", "UNCLASSIFIED", 2, "BAKU", 193),
    # machine-lowercased, and run on without blanks
    ("S e c r e t section 01 of 02 baku 000123", "SECRET", 2, "baku", 123),
    (
        "C O N F I D E N T I A L SECTION 01 OF 02 BAKU 000348SipdisE.o. 12958: decl: 01/31/2019",
        "CONFIDENTIAL",
        2,
        "BAKU",
        348,
    ),
    ("C O N F I D E N T I A L FINAL SECTION OF 05 BAKU 000744", "CONFIDENTIAL", 5, "BAKU", 744),
    ("S E C R E T SECT 01 OF 03 BAKU 000744", "SECRET", 3, "BAKU", 744),
    ("S E C R E T SECION O1 FO O3 BAKU 000744", "SECRET", 3, "BAKU", 744),
    ("S E C R E T (PART 1 OF 3)BAKU 000744", "SECRET", 3, "BAKU", 744),
    ("S E C R E T SECTION 01 OF 03BAKU 000744", "SECRET", 3, "BAKU", 744),
    ("SECRET\n\nBAKU 000744\n\nSIPDIS", "SECRET", 1, "BAKU", 744),
    ("S E C R E T SECTION 01 OF 03\nBAKU 000744", "SECRET", 3, "BAKU", 744),
    ("S E C R E T SEC. 1/3 BAKU 000744", "SECRET", 3, "BAKU", 744),
    ("S E C R E T SECTION ONE OF THREE BAKU 000744", "SECRET", 3, "BAKU", 744),
    ("UNCALS BAKU 000012", "UNCLASSIFIED", 1, "BAKU", 12),
    ("UNCLASS SECTION 01 OF 02 BAKU 000012", "UNCLASSIFIED", 2, "BAKU", 12),
    ("SECRETBAKU 000012", "SECRET", 1, "BAKU", 12),
    ("S-E-C-R-E-T BAKU 000012", "SECRET", 1, "BAKU", 12),
    ("S E C R T BAKU 000012", "SECRET", 1, "BAKU", 12),
    ("C O N F 1 D E N T I A L BAKU 000012", "CONFIDENTIAL", 1, "BAKU", 12),
    # caveats between class word and post
    ("SECRET NOFORN SECTION 01 OF 03 BAKU 000744", "SECRET", 3, "BAKU", 744),
    ("S E C R E T//NOFORN BAKU 000012", "SECRET", 1, "BAKU", 12),
    # a database row or a print stamp before it
    (">\n12/16/2009 14:15\nSECRET//NOFORN\n\nS e c r e t section 01 of 02 baku 002497", "SECRET", 2, "baku", 2497),
    ("Friday, 09 May 2008, 14:05\nS E C R E T BAKU 000012", "SECRET", 1, "BAKU", 12),
]


@pytest.mark.parametrize(("text", "level", "sections", "post", "serial"), CLASS_LINES)
def test_class_line(text, level, sections, post, serial):
    caption = parse_caption(text)
    assert (caption.level, caption.sections, caption.post, caption.serial) == (level, sections, post, serial)


@pytest.mark.parametrize(
    "text",
    ["SIPDIS\n\nE.O. 12958: N/A", "Secret police arrested 12 men.", "SECRETARY FOR 12 DAYS", "A B C D E F BAKU 000012", "SECRETS BAKU HELD 000012", "SECRETARIES 000012", "", "TAGS: PREL"],
)
def test_no_class_line(text):
    caption = parse_caption(text)
    assert (caption.level, caption.sections, caption.post, caption.serial) == (None, None, None, None)


CAVEATS = [
    ("S E C R E T BAKU 000012\n\nSIPDIS\n\nNOFORN\nSIPDIS\n\nE.O. 12958: N/A", ("NOFORN", "SIPDIS")),
    ("S E C R E T BAKU 000012\nSIPDIS, DEPT FOR NEA\nTAGS: PREL", ("SIPDIS",)),
    ("S E C R E T BAKU 000012\nSIPDIS E.O. 12958: N/A", ("SIPDIS",)),
    ("SECRET//NOFORN\n\nS E C R E T BAKU 000012\n\nSIPDI S\nTAGS: PREL", ("NOFORN", "SIPDIS")),
    ("UNCLAS BAKU 000012\n\n.SIPIDS\nSENSITVE\nTAGS: PREL", ("SENSITIVE", "SIPDIS")),
    ("UNCLAS BAKU 000012\n\nSBU\nSIPDIS SNESITIVE\nTAGS: PREL", ("SENSITIVE", "SIPDIS")),
    ("UNCLAS BAKU 000012\n\nSIPDIS\nSENSITIVE ITEMS DESK FOR ROE\nTAGS: PREL", ("SENSITIVE", "SIPDIS")),
    ("S E C R E T BAKU 000012\nSIPDIS\nNOT RELEASABLE TO FOREIGN NATIONALS\nTAGS: PREL", ("NOFORN", "SIPDIS")),
    ("S E C R E T (NOFORN) SECTION 01 OF 02 BAKU 000012//LIMDIS\n* SIPDIS *\nTAGS: PREL", ("LIMDIS", "NOFORN", "SIPDIS")),
    ("S E C R E T N O F O R N BAKU 000012\n(SIPDIS)\nTAGS: PREL", ("NOFORN", "SIPDIS")),
    ("S E C R E T BAKU 000012\nN O D I S\nS I P D I S\nTAGS: PREL", ("NODIS", "SIPDIS")),
    ("S E C R E T BAKU 000012\nNOFORN, NOT FOR INTERNET DISTRIBUTION\nTAGS: PREL", ("NOFORN", "NOT FOR INTERNET DISTRIBUTION")),
    ("S E C R E T BAKU 000012\nEXDIS\nDEA SENSITIVE\nTAGS: PREL", ("DEA SENSITIVE", "EXDIS")),
    ("S E C R E T BAKU 000012\nSECRET//REL TO USA, GBR AND NZL\nTAGS: PREL", ("REL TO USA, GBR, NZL",)),
    ("S E C R E T BAKU 000012\nTAGS: PREL\nSUBJECT: A\n\nSECRET//FGI//NOFORN\n\n1. (S) B", ("FGI", "NOFORN")),
    ("UNCLAS BAKU 000012\nSUBJECT: A\n\n(U) THIS CABLE IS SENSITIVE BUT UNCLASSIFIED AND NOT FOR INTERNET DISTRIBUTION.\n\n1. B",
     ("NOT FOR INTERNET DISTRIBUTION", "SENSITIVE")),
    # the reason of a correction is no caveat; neither is a note in the references, nor a word of the subject
    ("S E C R E T BAKU 000012\nC O R R E C T E D  C O P Y  - ADDED NOFORN CAPTION\nSIPDIS\nTAGS: PREL", ("SIPDIS",)),
    ("S E C R E T BAKU 000012\nREF: BAKU 1 (EXDIS)\nSUBJECT: NODIS AND NOFORN", ()),
    ("S E C R E T BAKU 000012\nSIPDIS\nC O R R E C T E D COPY CAPTION AND REMOVING CLASSIFICATION\nSENSITIVE\nTAGS: PREL", ("SIPDIS",)),
    # all lines run together
    ("S E C R E T BAKU 000012  SIPDIS  STATE FOR NEA  NOFORN  E.O. 12958: N/A", ("NOFORN", "SIPDIS")),
]  # fmt: skip


@pytest.mark.parametrize(
    "before",
    [
        '","', ".", '189949,2/2/2009 14:15,09BAKU12,Embassy Baku,SECRET,,"VZCZC\nRUEAIIA/CIA WASHDC","',
        "2009-02-02\t09BAKU12\tEmbassy Baku\tSECRET\t\tVZCZCXRO7217\nRUEHZG/NATO EU COLLECTIVE\t", "RUEHZG/NATO EU COLLECTIVE PRIORITY 0012\t",
    ],
)  # fmt: skip
def test_a_caption_behind_the_end_of_a_row(before):
    found = parse_caption(f"{before}S E C R E T SECTION 01 OF 03 BAKU 000012\n\nSIPDIS\n\nE.O. 12958: N/A")
    assert (found.level, found.sections, found.post, found.serial, found.caveats) == ("SECRET", 3, "BAKU", 12, ("SIPDIS",))


@pytest.mark.parametrize(("text", "caveats"), CAVEATS)
def test_caveats(text, caveats):
    assert parse_caption(text).caveats == caveats


@pytest.mark.parametrize(
    ("lines", "level"),
    [
        ("SENSITIVE", FOUO),
        ("SENSITIVE BUT UNCLASSIFIED", FOUO),
        ("FOR OFFICIAL USE ONLY", FOUO),
        ("SIPDIS", "UNCLASSIFIED"),
    ],
)
def test_unclassified_with_a_sensitive_line_is_for_official_use(lines, level):
    assert parse_caption(f"UNCLAS BAKU 000012\n\n{lines}\n\nE.O. 12958: N/A").level == level


def test_sensitive_does_not_lower_a_classified_caption():
    assert parse_caption("C O N F I D E N T I A L BAKU 000012\nSENSITIVE\nTAGS: PREL").level == "CONFIDENTIAL"


@pytest.mark.parametrize(
    "line",
    [
        "CORRECTED COPY",
        "C O R R E C T E D  C O P Y (SUBJECT LINE)",
        "C O R R E C T E D COPY CAPTION",
        "CORRECTED//COPY",
        "C O R R E C T E D   C O P Y - X",
    ],
)
def test_corrected_copy(line):
    caption = parse_caption(f"S E C R E T BAKU 000012\nSIPDIS\n{line}\nNSC FOR ROE\nTAGS: PREL")
    assert caption.corrected
    assert caption.caveats == ("SIPDIS",)


def test_a_subject_can_say_corrected_copy():
    assert parse_caption("S E C R E T BAKU 000012\nSUBJECT: CORRECTED COPY: GRAIN").corrected
    assert not parse_caption("S E C R E T BAKU 000012\nSUBJECT: NO CORRECTED COPY OF IT").corrected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("SIPDIS, DEPT FOR X", (["SIPDIS"], "DEPT FOR X")),
        ("SECRET//NOFORN", (["NOFORN"], "")),
        ("SECRETARY FOR X", ([], "SECRETARY FOR X")),
        ("NOFORN AND EXDIS", (["NOFORN", "EXDIS"], "")),
        ("", ([], "")),
    ],
)
def test_split_caveats(line, expected):
    assert split_caveats(line) == expected
