"""Policies, actor by actor: values, regret, what is dominated. Never added up over actors."""
