"""Editions: what of a quarter's labelled items is shown, frozen as a manifest."""
