"""What players would do, given what they believe of one another: one answer for every way of erring, for games whose beliefs are solved for.

reply     what such an answer is, and its derivatives
"""

from detente.estimate.replies.reply import Replied, Replies, Sloped, sloped

__all__ = ["Replied", "Replies", "Sloped", "sloped"]
