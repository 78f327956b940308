"""How Prefect is set up for a working folder, before it is imported.

Everything that Prefect keeps lies under the working folder; it sends nothing to anybody.
``flows.server`` brings a server, so there is nothing to set up first.
"""

from __future__ import annotations

import logging
import os

from digest.config import Workplace
from digest.store.archive import storage_errors

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    # Nobody plugs anything in; to look for it takes each process a tenth of a second.
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
    # A run without a server is a defect: Prefect would start a second process for it.
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    # The terminal shows our own progress and sentences; Prefect's page keeps every log line.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
}


def prepare(place: Workplace) -> None:
    """Set Prefect's environment and make its folder; what the user has set already stays.

    Raises:
        StorageFull: the working folder cannot be written.
    """
    home = place.prefect.absolute()
    with storage_errors(home):
        home.mkdir(parents=True, exist_ok=True)
    # A log line that cannot be kept, on a full disk say, is no news beside what filled the disk.
    logging.raiseExceptions = False
    for name, value in (QUIET | {"PREFECT_HOME": str(home)}).items():
        os.environ.setdefault(name, value)
