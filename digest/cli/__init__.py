"""The command line. It reads arguments, calls a flow or a step, and says what came of it.

Exit status: 0 all went well; 1 the digest is incomplete, a source failed; 2 the command cannot be
carried out as it stands; 130 it was stopped. Errors are one sentence on standard error; a traceback
is a defect.
"""

from __future__ import annotations

import os
import sys
import traceback

from digest.errors import DigestError, refusal

REFUSED = 2
STOPPED = 130


def main() -> None:
    """Entry point: one sentence for every error that a person can act on."""
    try:
        from digest.cli.app import app  # here, since Ctrl-C may come while it loads
        from digest.config import require_utf8

        for argument in sys.argv[1:]:
            require_utf8(argument)
        try:
            app()
        finally:
            if sys.stdout:
                sys.stdout.flush()  # here, where what cannot be printed gets its sentence
    except DigestError as error:
        _end(error, str(error), error.exit_code)
    except OSError as error:
        _end(error, refusal(error), REFUSED)
    except KeyboardInterrupt as interrupt:
        _end(interrupt, "stopped; run the same command again to go on", STOPPED)
    except SystemExit as end:
        if end.code == STOPPED:  # so the framework ends an interrupted command
            _end(end, "stopped; run the same command again to go on", STOPPED)
        raise


def _end(error: BaseException, sentence: str, status: int) -> None:
    """Say why, and let go of what the failed calls still hold, a database above all."""
    print(f"digest: {sentence}", file=sys.stderr)  # noqa: T201
    cause: BaseException | None = error
    while cause is not None:
        traceback.clear_frames(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, OSError):
        _drop_output()
    sys.exit(status)


def _drop_output() -> None:
    """Have Python not fail again, at its end, at what standard output cannot take."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
