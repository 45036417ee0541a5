"""detente: from crisis reporting to tested policy."""

from importlib.metadata import version

__version__ = version("detente")
