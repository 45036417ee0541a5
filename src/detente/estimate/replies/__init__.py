"""What players would do, given what they believe of one another, for every way of erring.

reply     what such an answer is, and its derivatives
agent     fresh errors at every move: any finite game
"""

from detente.estimate.replies.agent import AgentReplies
from detente.estimate.replies.reply import Replied, Replies, Sloped, sloped

__all__ = ["AgentReplies", "Replied", "Replies", "Sloped", "sloped"]
