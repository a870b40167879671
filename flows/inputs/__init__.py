"""What may be typed on a screen beyond its digits: each kind of input, how it is read, what is refused.

A kind returns the input in one normal form (ASCII digits, ISO dates), or raises InputError with the
key of the word that tells the person what to press.
"""
