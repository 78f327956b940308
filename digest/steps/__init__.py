"""The steps of the main job, in order: harvest, classify, draft, publish.

Each reads what the step before stored, decides with pure functions of the other packages, and
stores its result under ids made from its inputs, so each can be run again at any time. The flows
call these functions; nothing here knows Prefect.
"""
