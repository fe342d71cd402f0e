"""Signers in every place and form; what is no name; where the text ends."""

import pytest

from reftel.indexer.telegram.signers import parse_signers

TEXT = "He agreed to go."
SIGNED = [
    # a line of its own
    (f"{TEXT}\nROE", "ROE"),
    (f"{TEXT} \n \n \nROE \n \n", "ROE"),
    (f"{TEXT}\nRoe\n", "ROE"),
    (f"{TEXT}\nroe\n", "ROE"),
    (f"{TEXT}\nLA ROUE\n", "LA ROUE"),
    (f"{TEXT}\nDE LA VEGA\n", "DE LA VEGA"),
    (f"{TEXT}\nRoe jr\n", "ROE JR"),
    (f"{TEXT}\nRoe-Jones\n", "ROE-JONES"),
    (f"{TEXT}\nLeRoe\n", "LEROE"),
    (f"{TEXT}\nMcRoe\n", "MCROE"),
    (f"{TEXT}\nO’Roe\n", "O'ROE"),
    (f"{TEXT}\nSt. Roe\n", "ST. ROE"),
    (f"{TEXT}\nSigned: ST. ROE\n", "ST. ROE"),
    (f"{TEXT}\nJ. QUINCY ROE\n", "J. QUINCY ROE"),
    (f"{TEXT}\nLU\n", "LU"),
    (f"{TEXT}\nPeña\n", "PEÑA"),
    (f"{TEXT}\nBRÄND\n", "BRÄND"),
    (f"{TEXT}\nROE!\n", "ROE"),
    ("He agreed to go\nROE\n", "ROE"),
    ("-- first\n-- second\nROE\n", "ROE"),
    # behind the last sentence
    (f"{TEXT} ROE", "ROE"),
    (f"{TEXT}  Roe", "ROE"),
    (f"{TEXT} LA ROUE", "LA ROUE"),
    ("It was so. End Summary.Roe", "ROE"),
    ("It was so. .ROE", "ROE"),
    ("It was so (ref B). ROE", "ROE"),
    ("Yea: 80 Nay: 15 ROE", "ROE"),
    ("he left END COMMENT ROE", "ROE"),
    ("End of Part One LA ROUE", "LA ROUE"),
    ("They told XXXXXXXXXXXX ROE", "ROE"),
    ("(SECRET//REL Ruritania) ROE", "ROE"),
    ("They live in the U.S. ROE", "ROE"),
    # behind it the rest of a dump's row or another row, a mail program's stamp
    (f'{TEXT} ROE ",10/5/2006,"TALKS ON GRAIN","The talks went on', "ROE"),
    (f'{TEXT} ROE" TALKS ON...', "ROE"),
    (f"{TEXT}\nROE\n\n215201\t2009-07-06 10:01:00\t09COTONOU1\tEmbassy Cotonou\tSECRET\t\tVZCZCXRO6872\nPP RUEHMA\n", "ROE"),
    (f"{TEXT}\nROE\nEnd Cable Text\nJane Q Poe 07/30/2008 04:04:14 PM From DB/Inbox: Jane Poe\n.", "ROE"),
    (f"{TEXT}\nROE\nEnd Cable Text \nJane Q Poe  07/30/2008 04:04:14 PM  From  DB/Inbox:  TRANS \n.", "ROE"),
    # doubled
    (f"{TEXT}\nROE ROE", "ROE"),
    (f"{TEXT}\nROE Roe", "ROE"),
    (f"{TEXT}\nROE\nROE", "ROE"),
    # with something behind
    (f"{TEXT}\nROE.", "ROE"),
    (f"{TEXT}\nROE\n.\n", "ROE"),
    (f"{TEXT}\nROE 2008-01-08", "ROE"),
    (f"{TEXT}\nROE\n\nNNNN\n\n\n", "ROE"),
    (f"{TEXT} ROE NNNN", "ROE"),
    (f"{TEXT}\nROE\nBT\n#1234\n", "ROE"),
    (f"{TEXT}\nROE##\n", "ROE"),
    (f"{TEXT}\nROE#NAME?\n", "ROE"),
    (f"{TEXT}\nROE\n=====CABLE ENDS=====\n", "ROE"),
    (f"{TEXT}\nROE\n CONFIDENTIAL\n>\n", "ROE"),
    (f"{TEXT}\nROE\nEnd Cable Text\n", "ROE"),
    (f"{TEXT}\nROE\nNNNN\nEnd Cable Text\nXXXXXXXXXXXX", "ROE"),
    (f"{TEXT}\nROE\nSELECT * FROM `cable` WHERE `id` = '1' ORDER BY `date` ASC", "ROE"),
    (f"{TEXT}\nROE\n\nTrack: doe @ Sat Dec 4 19:20:36 2010. Property of a paper\nID:\t187536", "ROE"),
    (f"{TEXT}\nROE\n\nDeclassified/Released US Department of State EO Systematic Review 30 JUN 2005", "ROE"),
    (f"{TEXT}\nROE\nUNCLAS LONDON 000234\n", "ROE"),
    (f"{TEXT}\nROE\nMINIMIZE CONSIDERED.\n", "ROE"),
    # rows of other dumps, statements, tags and escapes of a program
    (f'{TEXT}\nROE\n"4712","6/4/2008 13:11","08BAKU419","Embassy Baku"', "ROE"),
    (f"{TEXT}\nROE\n0\t06/04/2008\t5521\tPREL,PGOV\tTALKS ON GRAIN", "ROE"),
    (f"{TEXT}\nROE\n\nid: 156122\ndate: 6/4/2008 12:04\nrefid: 08BAKU418\norigin: Embassy Baku\n", "ROE"),
    (f"{TEXT}\nROE');\nINSERT INTO cables VALUES (4712,'2008-06-04');\n", "ROE"),
    (f'{TEXT}\nROE", "classification": "SECRET"}}', "ROE"),
    (f"{TEXT}\nROE</pre></code>\n", "ROE"),
    (f"{TEXT}\nROE\\n\\n", "ROE"),
    (f"{TEXT}\nROE\n\nXMT: AMEMBASSY ROME, AMEMBASSY MADRID\n", "ROE"),
    (f"{TEXT}\nROE\n\n          SECRET\n\n          Page 3\n", "ROE"),
    # over lines with labels, and over a title
    (f"{TEXT}\nROE\n\nPoint of contact: John Doe, Political Section,\ntel. 555-0199.\n", "ROE"),
    (f"{TEXT}\nROE\n\nPrepared by: J. Doe\nReviewed by: M. Poe\n", "ROE"),
    (f"{TEXT}\nROE\n\nCXBAKU:\n    ACTION: POL\n    INFO:   ECON DAO AMB\n", "ROE"),
    (f"{TEXT}\n[ROE]\n", "ROE"),
    (f'{TEXT}\nROE","6/4/2008","TALKS ON GRAIN","', "ROE"),
    (f'{TEXT}\nROE\n\n"08BAKU419","6/4/2008 13:10"\n', "ROE"),
    (f"{TEXT}\nROE\n\nDISTRIBUTION:\nAMB\nDCM\nPOL\n", "ROE"),
    (f"{TEXT}\nRoe\n\nPoint of contact: John Doe", "ROE"),
    (f"{TEXT}\nRoe\n\nINFO: POL ECON", "ROE"),
    ("They live in Ruritania\nROE\nCHARGE D'AFFAIRES", "ROE"),
    (f"{TEXT}\n***\nVisit Rabat's Classified Website:\nhttp://www.state.sgov.gov/p/nea/rabat/\n***\nRoe\n(Acting)", "ROE"),
    (f"{TEXT}\nROE\n\nNNNN\n\nLONDON 418\nSECRET\n", "ROE"),
    (f"{TEXT}\nROE\n[APPENDIX FOLLOWS BY POUCH]\n", "ROE"),
    (f"{TEXT}\nROE\n\nDuplicate copy\n", "ROE"),
    (f"{TEXT}\nROE\n\n(Sent on May 3.)\n", "ROE"),
    (f"{TEXT}\nROE\n\n- 3 -\n", "ROE"),
    (f"{TEXT}\nROE\n\n[End of message]\n", "ROE"),
    (f"{TEXT}\nROE\nTRANSMISSION ENDS\n", "ROE"),
    (f"{TEXT}\nROE\nLONDON\n", "ROE"),
    (f"{TEXT}\nROE - CHARGE\n", "ROE"),
    (f"{TEXT}\nROE\n\nPrinted 6/5/2008 by jdoe\n", "ROE"),
    (f"{TEXT}\nROE\nCHARGE D'AFFAIRES A.I.\n", "ROE"),
    (f"{TEXT}\nROE\nAMBASSADOR\n", "ROE"),
    (f"{TEXT}\nJane Roe\nMinister-Counselor for Political Affairs\n", "JANE ROE"),
    # behind a label, for another, with a degree
    (f"{TEXT}\nSigned by: Roe", "ROE"),
    (f"{TEXT}\nALDANE FOR MARETH", "MARETH"),
    (f"{TEXT}\nRoe, Ph.D.", "ROE"),
    (f"{TEXT}\nROE, M.D.\n\nNNNN", "ROE"),
    # adverts before and behind
    (f"{TEXT}\n\nVisit London's Classified Website:\nhttp://www.state.sgov.gov/p/eur/london/\nROE", "ROE"),
    (f"{TEXT}\nVisit London’s Classified Website: http://www.intelink.sgov.gov/wiki/Portal:Unit ed_Kingdom ROE", "ROE"),
    (f"{TEXT}\nVisit London’s Classified Website: http://www.state.sgov.gov/p/eur/london/index. cfm Roe", "ROE"),
    (f'{TEXT}\nROE\n  "Visit Ankara\'s Classified Web Site at http://www.intelink.s \ngov.gov/wiki/Portal:Turkey"\n', "ROE"),
    (f"{TEXT}\n***\nVisit Kuwait's Classified Website:\nhttp://www.state.sgov.gov/p/nea/kuwait/\n****** **\nroe\n", "ROE"),
    # behind closing words
    (f"{TEXT}\nEND COMMENT\nROE", "ROE"),
    (f"{TEXT}\nUNQUOTE\nROE", "ROE"),
    (f"{TEXT}\nGP-3\nROE", "ROE"),
    (f"{TEXT}\nEXEMPT\nROE", "ROE"),
    # all in capitals
    ("THE GOVERNMENT OF RURITANIA WILL FALL BEFORE THE WINTER. \nROE\n", "ROE"),
    ("THE GOVERNMENT OF RURITANIA WILL FALL BEFORE THE WINTER. ROE\n", "ROE"),
]
UNSIGNED = [
    "He said so. The next round will be held in BRUSSELS.",
    "He said so. Their leader is Jan ROE.",
    "He said so. The next round will be held\nin THE HAGUE",
    "", "\n", TEXT, f"{TEXT}\nEND TEXT", f"{TEXT} END COMMENT.", f"{TEXT}\nEnd comment.\n", f"{TEXT}\nUNQUOTE", f"{TEXT}\nEXEMPT", f"{TEXT}\nGP-3",
    f"{TEXT}\nMINIMIZE CONSIDERED", f"{TEXT}\nNOFORN", f"{TEXT}\nSECRET", f"{TEXT}\nSIPDIS", f"{TEXT}\nXXXXXXXXXXXX\n", "he was told by\nXXXXXXXXXXXX",
    "he went to the market and then", "It fell in 2008 and...", "He comes from\nNATO", "cleared with Embassy\nParis.", "met Ambassador Roe\n",
    f"{TEXT}\nLONDON 00000290  002 OF 002\n", "THE GOVERNMENT OF RURITANIA THANKS THE EMBASSY FOR ITS\nASSISTANCE.", "Point of contact is Poloff John Q. Roe.",
    "the list:\n- John Doe\n- Jane Roe", "the list:\n\nDOE\nDOB: 1 May 1970\n\nROE\nDOB: 2 May 1971",
    "the list:\n\nJohn Doe\nMinister of Finance\n\nJane Roe\nMinister of Justice", f"{TEXT}\nINFO: POL ECON RSO", f"{TEXT}\n\nPREL PGOV HR", f"{TEXT}\n\nPoint of contact: John Doe", f"{TEXT}\nAMBASSADOR", f"{TEXT}\n[NAME REMOVED]",
    f"{TEXT}\n\nOUTLOOK\n\nThings will go well.", f"{TEXT}\n\nLONDON\n\nMore to come", f"{TEXT}\n\n(U) Minimize considered.",
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), SIGNED)
def test_one_signer(text: str, name: str) -> None:
    assert parse_signers(text).names == (name,)


@pytest.mark.parametrize("text", UNSIGNED)
def test_unsigned_struck_out_or_cut(text: str) -> None:
    assert parse_signers(text).names == ()


@pytest.mark.parametrize("text", [f"{TEXT}\nROE\nDOE\n", f"{TEXT}\nROE/DOE\n", f"{TEXT}\nROE AND DOE\n"])
def test_two_names_are_joint_signers(text: str) -> None:
    assert parse_signers(text).names == ("ROE", "DOE")


@pytest.mark.parametrize(("text", "name"), [case for case in SIGNED if case[0].startswith(TEXT)])
def test_the_text_ends_before_signer_and_debris(text: str, name: str) -> None:
    end = parse_signers(text).text_end
    assert text[:end].startswith(TEXT)
    assert "Website" not in text[:end]
    assert name not in text[:end].upper().split()


def test_names_are_looked_for_behind_the_head_only() -> None:
    assert parse_signers("SUBJECT: GRAIN\n", 15).names == ()
