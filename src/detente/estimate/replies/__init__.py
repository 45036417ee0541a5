"""What players would do, given what they believe of one another, for every way of erring.

reply     what such an answer is, and its derivatives
"""

from detente.estimate.replies.reply import Replied, Replies, Sloped, sloped

__all__ = ["Replied", "Replies", "Sloped", "sloped"]
