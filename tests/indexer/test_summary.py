"""The summary's text in all its forms."""

import pytest
from readers import parse_body

SUMMARIES = [
    ("1. (C) Summary: It fell. End summary.\n\n2. (C) More.", "It fell."),
    ("1. (C) SUMMARY. It fell. END SUMMARY\n\n2. (C) More.", "It fell."),
    ("1. (C) Summary and Comment: It fell. End summary and comment.\n\n2. (C) More.", "It fell."),
    ("1. (C) Summary and Action Request. It fell. End Summary.\n\n2. (C) More.", "It fell."),
    ("1. (C) Begin Summary: It fell. End Summary.\n\n2. (C) More.", "It fell."),
    ("1. (C) Introduction and summary: It fell. End introduction and summary.\n\n2. (C) More.", "It fell."),
    ("1. (C) Summary: It fell.  (End summary.)\n\n2. (C) More.", "It fell."),
    ("1. (C) Summary: It fell. End \nSummary.\n\n2. (C) More.", "It fell."),
    ("1. (C) Summary: It fell.\n\n2. (C) It rose. End summary.\n\n3. (C) More.", "It fell. It rose."),
    ("1. (C) Summary: It fell.\n\n2. (C) Summary continued: It rose. End summary.\n\n3. (C) More.", "It fell. It rose."),
    ("1. (C) Summary: It\nfell.\n\n2. (C) More.", "It fell."),
    ("1. (U) This is an action request.\n\n2. (C) Summary: It fell. End summary.\n\n3. (C) More.", "It fell."),
    ("-------\nSummary\n-------\n\n1. (C) It fell. End Summary.\n\n2. (C) More.", "It fell."),
    ("-------\nSummary\n-------\n\n1. (C) It fell.\n\n2. (C) It rose.\n\nMore\n----\n3. (C) More.", "It fell. It rose."),
    ("Summary\n-------\n\n1. (C) It fell.\n\n2. (C) More.", "It fell."),
    ("Summary\n\n1. (C) It fell. End Summary.\n\n2. (C) More.", "It fell."),
    ("Summary\n-------\n1. (U) This is an action request.\n\n2. (C) Summary: It fell. End summary.\n\n3. (C) More.", "It fell."),
    ("SUMMARY: IT FELL. END SUMMARY\n\n1. MORE.\n\n2. MORE STILL.", "IT FELL."),
    ("1. (C) It fell. End summary.\n\n2. (C) More.", "It fell."),
    ("1. (C) It fell.\n\n2. (C) More.", None),
    ("1. (C) Summary trials were held.\n\n2. (C) More.", None),
    ("1. (C) In summary, it fell.\n\n2. (C) More.", None),
    ("SUBJECT: SUMMARY OF EVENTS\n\n1. (C) It fell.", None),
]


@pytest.mark.parametrize(("text", "expected"), SUMMARIES)
def test_summary(text: str, expected: str | None) -> None:
    assert parse_body(text).summary == expected
