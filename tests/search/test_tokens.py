"""Where the tokens of a text stand: those of `tokenize`, whatever stands between them."""

from __future__ import annotations

import random

from hypothesis import example, given
from hypothesis import strategies as st

from reftel.schema.analysis import tokenize
from reftel.search.tokens import token_ranges

_PIECES = st.sampled_from(
    [*"aAsStC80.,'’`´ʼ‘ &é-_¶ß\n\u0301И½", " S E C R E T ", "U.S.", "x.y", ",re", "n't", "'s", "minsk", "C!", "aC!b", "aa8", "&aa", "“", ". ", ".\n",
     " A B C D", "word", "word word", "\ud800", "ŧ"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join) | st.text(), st.randoms(use_true_random=False))
@example("U.S. A B C D. E F\nS E C R E T", random.Random(1))
@example("The country,s. U.S.\nO'Brien’s. É . x", random.Random(1))
def test_the_characters_of_some_tokens(text, pick):
    tokens = [(token.start, token.end) for token in tokenize(text)]
    assert list(token_ranges(text, list(range(len(tokens))))) == tokens
    some = sorted(pick.sample(range(len(tokens)), len(tokens) // 3))
    assert list(token_ranges(text, some)) == [tokens[number] for number in some]
