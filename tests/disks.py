"""Small disks of the tests' own, and what fills them."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system at ``folder``, which is a plain folder where this user may not mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    subprocess.run(mount, capture_output=True, check=False)
    yield folder
    if folder.is_mount():
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody can write in ``folder``: by its modes, or, since they do not bind root, by a mount."""
    if os.geteuid():
        modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
        for path, mode in modes.items():
            path.chmod(mode & ~0o222)
        try:
            yield
        finally:
            for path, mode in modes.items():
                path.chmod(mode)
        return
    mount = ["mount", "--bind", folder, folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("root may not mount here, and nothing else binds root")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def need_mounted(disk: Path) -> None:
    """Skip a test that would fill everybody's disk."""
    if not disk.is_mount():
        pytest.skip("this user may not mount a small disk")


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Not a byte is left on the disk, for the length of the block."""
    need_mounted(disk)
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for piece in (2**20, 2**12, 1):
            try:
                while True:
                    file.write(bytes(piece))
            except OSError as error:
                assert error.errno == errno.ENOSPC
        yield
    filler.unlink()
