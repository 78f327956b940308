"""A Prefect server that does not do its part is named, with what to do."""

from __future__ import annotations

import orjson
import pytest

from digest.errors import DigestError
from tests.servers import FaultyServer, body

pytestmark = pytest.mark.usefixtures("prefect_server")


def test_a_server_that_fails_is_named() -> None:
    import prefect
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.server import serving

    @prefect.flow
    def nothing() -> None:
        pass

    well = {
        "/api/health": body(b"true", "application/json"),
        "/api/admin/version": body(orjson.dumps(prefect.__version__), "application/json"),
    }
    with FaultyServer(well) as server, temporary_settings({PREFECT_API_URL: server.url("/api")}):
        with pytest.raises(DigestError, match="failed in what") as failed, serving():
            nothing()
        assert f"at {server.url('/api')} failed" in str(failed.value)
        assert "(HTTP 501 for " in str(failed.value)
        assert "see that its disk has space" in str(failed.value)
        with pytest.raises(DigestError, match="does not answer any more") as lost, serving():
            server.__exit__()
            nothing()
        assert server.url("/api") in str(lost.value)
        with pytest.raises(DigestError, match="start it there, or unset PREFECT_API_URL") as gone:
            serving().__enter__()
        assert f"no Prefect server answers at {server.url('/api')}" in str(gone.value)
