"""Alerts: what happened, told to people by mail, by a webhook, or in Prefect's notification blocks.

    open events -> one message (``message``) -> each channel (``mail``, ``webhook``) -> noted

Rendering is pure; a channel takes a message and raises ``AlertError`` when it could not pass it on.
``digest.steps.alert`` keeps what went where, so that each channel hears of each event once.
"""
