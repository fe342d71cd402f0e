import pytest

from reftel.schema import identifiers
from reftel.schema.identifiers import iter_named, named_cable
from reftel.schema.posts import all_posts, find_post, is_post_name, nearest_post, without_kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("08BAKU123", "08BAKU123"),
        ("08 Baku 123", "08BAKU123"),
        ("08-baku-00123", "08BAKU123"),
        ("08BAKU000123", "08BAKU123"),
        ("2008BAKU00123", "08BAKU123"),
        ("2008BAKU00123_a", "08BAKU123"),
        ("1973STATE097844_b", "73STATE97844"),
        ("7575LISBON12", "75LISBON12"),
        ("08ECTION01OF02MANAMA492", "08MANAMA492"),
        ("09SECTION02OF12LAPAZ7", "09LAPAZ7"),
        ("08UNCLASMANAMA4", "08MANAMA4"),
        ("08CONFIDENTIALOSLO44", "08OSLO44"),
        ("06AMEMBASSYOSLO3", "06OSLO3"),
        ("09EFTOSANJOSE4", "09SANJOSE4"),
        ("08LA PAZ 9", "08LAPAZ9"),
        ("08SÃO PAULO 9", "08SAOPAULO9"),
        ("06TEGUCIGALA12", "06TEGUCIGALPA12"),  # one letter lost
        ("09SECSTATE12", "09STATE12"),
        ("09UNVIE5", "09UNVIEVIENNA5"),
        ("09IRAN RPO DUBAI 5", "09RPODUBAI5"),
        ("08ATLANTIS77", "08ATLANTIS77"),  # an unknown post keeps its letters
        ("  08BAKU123  ", "08BAKU123"),
        ("10BAKU1234567", "10BAKU1234567"),
    ],
)
def test_a_whole_id_in_any_spelling(text: str, expected: str) -> None:
    assert identifiers.canonical_id(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "08", "BAKU 123", "08BAKU", "08BAKU0", "123", "08 123", "3008BAKU12", "08BAKU12 BAKU 4 OSLO 5", "x" * 200, "08" + "A" * 90 + "1", "¶"],
)
def test_what_is_no_id(text: str) -> None:
    assert identifiers.canonical_id(text) is None


def test_every_post_reads_back_in_every_spelling() -> None:
    for stem in all_posts():
        assert identifiers.canonical_id(f"08{stem}12") == f"08{stem}12"
        for name in identifiers.post_names(stem):
            found = identifiers.resolve_post(name)
            assert found == stem or identifiers.post_label(found or "") == identifiers.post_label(stem), name


def test_a_banner_cut_to_ten_letters_names_the_post() -> None:
    for stem in all_posts():
        place = without_kind(all_posts()[stem].label)
        found = identifiers.resolve_post(place.upper()[:10])
        assert found is not None, stem
        assert identifiers.post_label(found) == identifiers.post_label(stem) or without_kind(all_posts()[found].label)[:10] == place[:10], stem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BAKU", "BAKU"),
        ("Embassy Baku", "BAKU"),
        ("AMEMBASSY BAKU", "BAKU"),
        ("AMCONSUL RIO DE JANEIRO", "RIODEJANEIRO"),
        ("RIO DE JAN", "RIODEJANEIRO"),
        ("BUENOS AIR", "BUENOSAIRES"),
        ("THE HAGUE", "THEHAGUE"),
        ("USUN NEW YORK", "USUNNEWYORK"),
        ("USUN", "USUNNEWYORK"),
        ("SECSTATE WASHDC", "STATE"),
        ("Secretary of State", "STATE"),
        ("USMISSION USNATO", "USNATO"),
        ("Mission USNATO", "USNATO"),
        ("USINT HAVANA", "HAVANA"),
        ("US Interests Section Havana", "HAVANA"),
        ("Embassy Kyiv", "KYIV"),
        ("AMEMBASSY KIEV", "KIEV"),
        ("PAP", "PORTAUPRINCE"),
        ("KL", "KUALALUMPUR"),
        ("Mexico City", "MEXICO"),
        ("ISLAMBAD", "ISLAMABAD"),
        ("MANAMA", "MANAMA"),
        ("PANAMA", "PANAMA"),
        ("ATLANTIS", None),
        ("AMEMBASSY", None),
        ("USMISSION", None),
        ("", None),
        ("123", None),
    ],
)
def test_post_names(text: str, expected: str | None) -> None:
    assert identifiers.resolve_post(text) == expected


@pytest.mark.parametrize(
    ("post", "serial", "year", "expected"),
    [
        ("AMEMBASSY LA PAZ", "00012", 2008, "08LAPAZ12"),
        ("SECSTATE", "12", "08", "08STATE12"),
        ("STATE", 12, "1973", "73STATE12"),
        ("Sao Paulo", "7", "'09", "09SAOPAULO7"),
        ("PORT ATLANTIS", "7", 9, "09PORTATLANTIS7"),
        ("STATE", "000", 2008, None),
        ("STATE", "12a", 2008, None),
        ("STATE", "12", "20", "20STATE12"),
        ("", "12", 2008, None),
        ("F-16", "12", 2008, None),
        ("STATE", "12", "208", None),
        ("STATE", "12", "X9", None),
    ],
)
def test_references_from_their_parts(post: str, serial: str | int, year: str | int, expected: str | None) -> None:
    assert identifiers.reference_id(post, serial, year) == expected


REPAIRED = [
    # name, the post that it names in any text, the post that it stands for where one is named, whether a post has this very name
    ("OSLOO", None, None, False),  # too short to be sure
    ("BANAMA", None, None, False),  # as near to Manama as to Panama
    ("KATHMANDUU", "KATHMANDU", "KATHMANDU", False),
    ("KATHMADNU", "KATHMANDU", "KATHMANDU", False),
    ("KATHMANDUUU", None, None, False),
    ("LONDOM", "LONDON", "LONDON", False),
    ("NEW DELHY", "NEWDELHI", "NEWDELHI", False),
    ("BEIRUTT", "BEIRUT", "BEIRUT", False),
    ("SATTE", None, "STATE", False),
    ("AMEMBASSY SATTE", None, "STATE", False),
    ("STATEE", None, "STATE", False),
    ("TATE", None, "STATE", False),
    ("PORT", None, "OPORTO", False),
    ("STATA", None, None, False),  # another letter in a short name
    ("MOSC", None, None, False),
    ("MOSCO", None, "MOSCOW", False),
    ("PORT A", None, "PORTAUPRINCE", False),
    ("TEL A", None, None, False),
    ("TEL AV", None, "TELAVIV", False),
    ("UN NEW YORC", None, "USUNNEWYORK", False),
    ("BUENOS AIR", "BUENOSAIRES", "BUENOSAIRES", True),
    ("São Paulo", "SAOPAULO", "SAOPAULO", True),
    ("Embassy Kyiv", "KYIV", None, True),
    ("REO BAKU", "BAKU", None, True),
    ("USINT", "HAVANA", "HAVANA", True),
    ("", None, None, False),
]


@pytest.mark.parametrize(("name", "found", "near", "named"), REPAIRED)
def test_a_slip_is_repaired_only_where_one_post_is_near(name: str, found: str | None, near: str | None, named: bool) -> None:
    assert (find_post(name), nearest_post(name), is_post_name(name)) == (found, near, named)


@pytest.mark.parametrize(("key", "parts"), [("08BAKU123", ("08", "BAKU", "123")), ("08HALIFAX12", ("08", "HALIFAX", "12"))])
def test_split_id_is_the_inverse(key: str, parts: tuple[str, str, str]) -> None:
    assert identifiers.split_id(key) == parts


@pytest.mark.parametrize(("two", "four"), [("66", 1966), ("99", 1999), ("00", 2000), ("10", 2010), (2008, 2008)])
def test_full_year(two: str | int, four: int) -> None:
    assert identifiers.full_year(two) == four


def test_a_post_has_its_label_and_its_names() -> None:
    assert identifiers.post_label("LAPAZ") == "Embassy La Paz"
    assert identifiers.post_names("LAPAZ")[:2] == ("LAPAZ", "Embassy La Paz")


def test_unknown_posts_have_no_names() -> None:
    assert identifiers.post_names("ATLANTIS") == ()
    assert identifiers.post_label("ATLANTIS") is None


PASTED = [
    ("08BAKU123", "08BAKU123"), ("08baku00123", "08BAKU123"), ("08 Baku 00123,", "08BAKU123"), ("“08BAKU123”", "08BAKU123"), ("(08 BAKU 123)", "08BAKU123"),
    ("REF A: 08 BAKU 123", "08BAKU123"), ("Canonical ID: 08BAKU123_a", "08BAKU123"), ("08BAKU123.html", "08BAKU123"), ("08BAKU123_a.html.gz", "08BAKU123"),
    ("/home/me/1973STATE097844_b.txt", "73STATE97844"), ("C:\\x\\08BAKU123.txt", "08BAKU123"), ("https://example.org/plusd/cables/08BAKU123_a.html", "08BAKU123"),
    ("https://example.org/cable/2008/02/08BAKU123.html#par3", "08BAKU123"), ("http://example.org/cable.php?lang=en&id=08BAKU123", "08BAKU123"),
    ("https://example.org/08%20BAKU%20123.html", "08BAKU123"), ("08\u00adBAKU\u200b123", "08BAKU123"), ("０８ＢＡＫＵ１２３", "08BAKU123"),
    ("TEXT-0123456789ABCDEF", "text-0123456789abcdef"), ("https://example.org/08BAKU123/08BAKU123.html", "08BAKU123"),
    ("08 BAKU 123.html", "08BAKU123"), ("08BAKU1 =minsk", None), ("08BAKU1 a/b", None), ("see x/08BAKU1.html", None),
    ("", None), ("kosovo", None), ("08BAKU", None), ("08BAKU123 08BAKU124", None), ("08 BAKU 123 456", None), ("https://example.org/08BAKU1/08BAKU2.html", None),
    ("https://example.org/", None), ("https://example.org/2008/02/15.html", None), ("x" * 600 + "/08BAKU123", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key"), PASTED)
def test_a_pasted_id(text, key):
    assert named_cable(text) == key


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("08 BAKU 123, 08MOSCOW4 x", [("08BAKU123", "08 BAKU 123"), ("08MOSCOW4", "08MOSCOW4"), (None, "x")]),
        ("08 PORT AU PRINCE 12 08 Baku 3", [("08PORTAUPRINCE12", "08 PORT AU PRINCE 12"), ("08BAKU3", "08 Baku 3")]),
        ("08 XYZZY 4", [("08XYZZY4", "08 XYZZY 4")]),  # a whole line
        ("on 08 XYZZY 4", [(None, "on"), (None, "08"), (None, "XYZZY"), (None, "4")]),
        ("", []),
    ],
)
def test_pasted_ids_side_by_side(text, named):
    assert list(iter_named(text)) == named
