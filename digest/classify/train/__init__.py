"""Training and export of the model (extra ``train``): what is shipped is made here, and only here.

Nothing in the running pipeline imports this package; it needs neither torch nor NNCF.
"""
