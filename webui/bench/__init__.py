"""Measures on the operator's own machine how fast the product is, beside its database's bare driver.

Everything goes through the public verbs with all checks on, in scratch databases that are removed afterwards; an
installation's own data is neither read nor written.
"""
