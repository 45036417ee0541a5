"""Ranges that come from a fit: ``range: {fit: FILE}``.

record      the file that `detente fit --save` writes, read strictly
profile     one row of a fit's design at values of columns
ranges      the ranges of a scenario's parameters that name a fit, written out as normal distributions that go together
agreement   whether the scenario plays the game that was fitted, at the precision at which it was
structure   what of a game a fit depends on, as a digest
"""
