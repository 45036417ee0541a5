"""A negative statement is not a denied one."""

from __future__ import annotations

import pytest

from detente.news import read_ledger
from detente.scenario.statement import Document

CASES = (
    ("“Nobody can win this siege,” Admiral Noor Haddad said.", "asserted"),
    ("Admiral Noor Haddad said that no treaty signed in secret would be kept.", "asserted"),
    ("Admiral Noor Haddad said the fleet would not sail.", "asserted"),
    ("Admiral Noor Haddad said those who do not sign will not be paid.", "asserted"),
    ("Admiral Noor Haddad denied that the fleet had sailed.", "denied"),
    ("Admiral Noor Haddad rejected the offer.", "denied"),
    ("Admiral Noor Haddad did not say that the fleet had sailed.", "denied"),
    ("Admiral Noor Haddad did not deny that the fleet had sailed.", "asserted"),
    ("Admiral Noor Haddad said he had not seen any sign of a landing.", "denied"),
    ("Admiral Noor Haddad said that he did not believe that the fleet had sailed.", "denied"),
    ("Admiral Noor Haddad said there was no evidence of a landing.", "denied"),
    ("Admiral Noor Haddad said it was not true that the fleet had sailed.", "denied"),
    ("Admiral Noor Haddad said the crews had not seen land for a month.", "asserted"),
    ("Admiral Noor Haddad asked whether the fleet had not sailed.", "asked"),
)


@pytest.mark.parametrize(("text", "polarity"), CASES, ids=[c[0] for c in CASES])
def test_polarity(text: str, polarity: str) -> None:
    ledger = read_ledger([Document("d", "d.txt", "0" * 64, "utf-8", text)])
    assert [s.polarity for s in ledger.statements] == [polarity]
