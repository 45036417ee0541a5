"""Published models: small games with their source, the claims they speak to, and what is known of them in closed form."""

from detente.models.catalogue import catalogue, find, slugs
from detente.models.model import Model, Threshold

__all__ = ["Model", "Threshold", "catalogue", "find", "slugs"]
