"""What a speaker does with a statement: one of ten acts, or none where the rules abstain.

| file | what is in it |
|---|---|
| `act` | one act for a statement: cue before content, several clauses, abstention |
| `cues` | verbs that name the act |
| `clauses` | what the syntax of one clause says |
| `formulas` | set phrases: "all options are on the table" |
| `worth` | words of worth, truth and time |
| `sides` | whether the subject of a clause is the speaker's own side |
| `forms` | small questions to a clause: modals, negation, conditions |

The codebook is in docs/reference/reading.md. Lists: ``lists/acts.txt``. Not found: irony, veiled threats, acts that need the
situation to be seen ("you have been warned"), acts spread over several statements.
"""

from __future__ import annotations

from detente.news.acts.act import with_acts

__all__ = ["with_acts"]
