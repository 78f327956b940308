"""What flow runs find imported: see ``flows.forks``, whose fork server imports this.

Nothing here may start a thread, since a fork has only the one that forked; so no model is loaded.
(numpy's arithmetic has threads, and ends them before a fork.)
"""

import prefect.flow_engine  # noqa: F401

import flows.alert
import flows.brief
import flows.chain
import flows.classify
import flows.draft
import flows.harvest
import flows.publish
import flows.rerun
import flows.review  # noqa: F401
from digest.classify import language
from flows.served import end_with_parent

language.identifier()
end_with_parent()
