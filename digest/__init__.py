"""Quarterly digests of AI science for the Sustainable Development Goals.

Sources are fetched and kept raw; raw becomes items; items get labels; a quarter's labelled items
become an edition; an edition is reviewed, frozen and rendered. One package a step, in that order:
``sources``, ``items``, ``classify``, ``edition``, ``publish``; ``store`` beneath them all.
Nothing here knows Prefect: the flows in ``flows/`` call these functions and decide when.
"""

__version__ = "0.1.0"
