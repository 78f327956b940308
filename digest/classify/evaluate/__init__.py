"""How good the labels are: ``digest evaluate``.

``data`` reads judged texts, ``answers`` has a model label them, ``metrics`` counts
(arrays in, arrays out), ``result`` puts the numbers into one canonical JSON value and compares two
of them, ``table`` prints it, ``run`` does all of that. ``report`` gives the site what its method
page shows. Neither torch nor scikit-learn is needed.
"""
