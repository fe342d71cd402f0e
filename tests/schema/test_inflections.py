"""Which words belong together: plurals and verb forms, and nothing else."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

from reftel.schema.inflections import bases, bases_of_each, irregular, possible_bases, related, uninflected
from reftel.schema.tables import read_table

# A word, forms of it, and words that look like forms of it.
TABLE = [
    ("precedent", "precedents", "precede precedes preceded preceding precedence unprecedented"),
    ("negotiate", "negotiates negotiated negotiating", "negotiation negotiations negotiator negotiable"),
    ("negotiation", "negotiations", "negotiate negotiated negotiator"),
    ("execute", "executes executed executing", "execution executions executive executives"),
    ("import", "imports imported importing", "important importance importer"),
    ("relative", "relatives", "relation relations relate"),
    ("meet", "meets met meeting", "meetings meter"),
    ("meeting", "met meet meets meetings", "meeter"),
    ("crisis", "crises", "critical"),
    ("embassy", "embassies", "embassador ambassador"),
    ("policy", "policies", "police policed policing politics"),
    ("party", "parties partied", "part parts partial"),
    ("analysis", "analyses", "analyst analysts analytic"),
    ("develop", "develops developed developing", "development developer envelop"),
    ("grow", "grows grew grown growing", "growth grower"),
    ("plan", "plans planned planning", "plane planes plant"),
    ("hope", "hopes hoped hoping", "hop hops hopped hopping hopeful"),
    ("travel", "travels traveled travelled traveling travelling", "traveler travail"),
    ("prefer", "prefers preferred preferring", "preference preferable"),
    ("fix", "fixes fixed fixing", "fixture"),
    ("quiz", "quizzes quizzed", "quit quits"),
    ("church", "churches", "churl"),
    ("picnic", "picnics picnicked picnicking", "pick picked"),
    ("princess", "princesses", "prince princes"),
    ("tax", "taxes taxed taxing", "taxi taxis taxation"),
    ("taxi", "taxis", "tax taxes"),
    ("build", "builds built building", "builder rebuilt"),
    ("buildings", "building", "built builder"),
    ("trade", "trades traded trading", "trader traders tradition"),
    ("write", "writes wrote written writing", "writer writ"),
    ("find", "finds found finding", "founded founder"),
    ("found", "find finds founded founding founds", "founder foundation"),
    ("leave", "leaves left leaving", "leaf leafs"),
    ("leaves", "leaf leave left leaving", "leaver"),
    ("see", "sees saw seen seeing", "sawed seed seeds"),
    ("seed", "seeds seeded", "see saw seen"),
    ("lie", "lies lay lain lying lied", "laid liar"),
    ("die", "dies died dying", "dye dyed"),
    ("tie", "ties tied tying", "tier tidy ti"),
    ("eye", "eyes eyed eying", "ey"),
    ("envy", "envies envied envying", "envious"),
    ("exemplify", "exemplifies exemplified exemplifying", "exemplary"),
    ("dizzy", "dizzies dizzied dizzying", "dizziness"),
    ("mass", "masses massed massing", "massive"),
    ("bias", "biases biasses biased", "biaxial"),
    ("discus", "", "discuss discusses"),
    ("clad", "", "cladding"),
    ("vital", "vitals", "vitally"),
    ("woman", "women", "womanly"),
    ("spokesman", "spokesmen", "spoke speak"),
    ("criterion", "criteria", "critic"),
    ("memorandum", "memoranda memorandums", "memo memory"),
    ("life", "lives", "lived living lifelong"),
    ("live", "lives lived living", "life lively"),
    ("base", "bases based basing", "basis basic"),
    ("basis", "bases", "base based basic"),
    ("bureau", "bureaus", "bureaucrat bureaucratic"),
    ("saving", "savings save saves saved", "savior"),
    ("business", "businesses", "busy"),
    ("bus", "buses", "busy busier"),
    ("process", "processes processed processing", "procession processor"),
    ("sky", "skies", "ski skiing"),
    ("go", "goes went gone going", "goer gan"),
    ("win", "wins won winning", "wine winner"),
    ("overthrow", "overthrows overthrew overthrown overthrowing", "throw thrown"),
    ("withhold", "withholds withheld withholding", "hold held"),
    ("demarche", "demarches demarched demarching", "march marches"),
    ("large", "", "larger largest largely"),
    ("good", "goods", "better best well"),
    ("new", "", "news newer newly"),
    ("economic", "", "economics economy economical"),
    ("politic", "", "politics political"),
    ("organise", "organises organised organising", "organize organized organisation"),
    ("iraqi", "iraqis", "iraq"),
    ("american", "americans", "america"),
    ("kurd", "kurds", "kurdish kurdistan"),
    ("germany", "germanies", "german germanic"),
    ("hindu", "hindus", "hinduism"),
    ("houthi", "houthis", "hout"),
    ("ngo", "ngos", "ng"),
    ("poloff", "poloffs", "pol"),
    ("reftel", "reftels", "ref refs"),
    ("16", "16s", "1 6s 160"),
    ("1990", "", "1990s"),
    ("bank", "banks banked", "banking banker bankrupt"),
    ("power", "powers powered", "powerful empower"),
    ("state", "states stated stating", "statement statute united"),
    ("even", "", "evening evens event"),
]

ALONE = [
    ("us", "we our use uses"), ("is", "be was are"), ("was", "were be"), ("who", "whom whose"), ("it", "its"), ("will", "wills willing would"),
    ("may", "might mayed"), ("has", "have ha"), ("this", "these"), ("hamas", "hama"), ("reuters", "reuter"), ("brussels", "brussel"),
    ("athens", "athen"), ("paris", "pari"), ("davies", "davy davie"), ("gates", "gate gated"), ("bush", "bushes"), ("rice", "rices"),
    ("burns", "burn burned"), ("united", "unite unites unit"), ("adams", "adam"), ("williams", "william"), ("carlos", "carlo"), ("honduras", "hondura"),
    ("netherlands", "netherland"), ("james", "jame"), ("chad", "chads"), ("turkey", "turkeys"), ("abbas", "abba"), ("lagos", "lago"),
    ("moratinos", "moratino"), ("cyprus", "cypru"), ("sipdis", "sipdi"), ("series", "sery serie"), ("species", "specie"), ("unclassified", "classify unclassify"),
    ("unrelated", "relate unrelate"), ("islamics", "islamic"), ("status", "statu"), ("consensus", "consensu"), ("virus", "viru"), ("cyrus", "cyru"),
    ("need", "nee"), ("hundred", "hundr"), ("during", "dure"), ("nothing", "noth"), ("gas", "ga"), ("chaos", "chao"), ("кошки", "кошка"), ("s", ""), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("word", "forms", "others"), TABLE, ids=[word for word, _forms, _others in TABLE])
def test_forms_belong_together_and_other_words_do_not(word, forms, others):
    assert [form for form in forms.split() if not related(word, form)] == []
    assert [other for other in others.split() if related(word, other)] == []


@pytest.mark.parametrize(("word", "others"), ALONE, ids=[word for word, _others in ALONE])
def test_function_words_names_and_what_only_looks_like_a_form_stand_alone(word, others):
    assert bases(word) == ()
    assert [other for other in others.split() if related(word, other)] == []


WORDS = sorted({each for word, forms, others in TABLE for each in (word, *forms.split(), *others.split())} | {word for word, _ in ALONE})


def test_the_relation_holds_both_ways():
    assert all(related(word, word) for word in WORDS)
    assert all(related(first, second) is related(second, first) for first, second in itertools.combinations(WORDS, 2))


def test_bases_are_among_the_possible_ones():
    assert bases_of_each(WORDS) == [bases(word) for word in WORDS]
    for word in (*WORDS, *irregular(), *uninflected()):
        assert set(bases(word)) <= set(possible_bases(word)), word
        assert word not in bases(word)


def test_the_dictionary_is_read_when_it_is_needed():
    code = """
import sys
from reftel.schema.inflections import bases, possible_bases
assert bases("minsk") == () and bases("met") == ("meet",) and bases("hamas") == () and "trade" in possible_bases("trades")
assert "simplemma" not in sys.modules
assert bases("trades") == ("trade",)
assert "simplemma" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("name", "column"), [("inflections", "form"), ("uninflected", "word")])
def test_tables_are_folded_sorted_and_unique(name, column):
    words = [row[column] for row in read_table(name)]
    assert words == sorted(set(words))
    assert all(word.isascii() and word.islower() and word.isalnum() for word in words)


def test_no_word_stands_in_both_tables():
    assert not uninflected() & {*irregular(), *itertools.chain.from_iterable(irregular().values())}
