"""What players would do, given what they believe of one another, for every way of erring.

reply     what such an answer is, and its derivatives
agent     fresh errors at every move: any finite game
private   errors on payoffs, known to their owner from the start (families: what is one plan; plans: which plan is best)
"""

from detente.estimate.replies.agent import AgentReplies
from detente.estimate.replies.private import PrivateReplies
from detente.estimate.replies.reply import Replied, Replies, Sloped, sloped

__all__ = ["AgentReplies", "PrivateReplies", "Replied", "Replies", "Sloped", "sloped"]
