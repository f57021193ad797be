"""The decorator of compiled kernels and the folder of their machine code."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import numba
import pytest

from vlab.physics import dnsp_rate, kernel, lowpass


@pytest.fixture
def unwritable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder that cannot be made, even by root: it would lie inside a file."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(blocked))
    monkeypatch.setattr(kernel, "cache_folder", kernel.cache_folder.__wrapped__)  # forget what was found before
    return blocked


def copy_of(folder: Path) -> ModuleType:
    """Return `vlab.physics.kernel` as it would be if the physics lay in ``folder``."""
    spec = importlib.util.spec_from_file_location("kernel_copy", folder / "kernel.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def physics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    return Path(shutil.copytree(Path(kernel.__file__).parent, tmp_path / "physics"))


def test_no_folder_where_nothing_can_be_written(unwritable: Path) -> None:
    assert kernel.cache_folder() is None


def test_no_folder_where_writing_is_forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("read-only file system")

    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(Path, "touch", refuse)
    assert kernel.cache_folder.__wrapped__() is None


def test_kernels_compile_without_a_folder(unwritable: Path) -> None:
    @kernel.kernel
    def double(x: float) -> float:
        return 2.0 * x

    assert double(1.5) == 3.0
    assert double.signatures == [(numba.float64,)]


def test_kernels_leave_their_machine_code_in_the_folder(physics: Path) -> None:
    module = copy_of(physics)
    source = physics / "triple.py"
    source.write_text("def triple(x):\n    return 3.0 * x\n")
    spec = importlib.util.spec_from_file_location("triple", source)
    triple = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(triple)
    usual = numba.config.CACHE_DIR
    compiled = module.kernel(triple.triple)
    assert usual == numba.config.CACHE_DIR
    assert compiled(2.0) == 6.0
    folder = module.cache_folder()
    assert folder.parent == physics.parent / "cache"
    assert len(list(folder.rglob("*.nbi"))) == 1


@pytest.mark.parametrize("compiled", [dnsp_rate.evolve_ticks, lowpass._filter_ticks], ids=["dnsp_rate", "lowpass"])
def test_kernels_release_the_interpreter_lock(compiled: numba.core.dispatcher.Dispatcher) -> None:
    assert compiled.targetoptions["nogil"] is True
    assert compiled.targetoptions["nopython"] is True


def test_products_may_be_contracted_but_not_reordered() -> None:
    """Reordering would make results depend on how a stretch of ticks is cut up."""
    assert dnsp_rate.evolve_ticks.targetoptions["fastmath"] == {"contract"}


def test_the_folder_is_named_after_the_sources(physics: Path) -> None:
    """The same sources elsewhere have the same folder; it changes with any of them, and with a new or renamed one."""
    names = [copy_of(physics).cache_folder().name]
    assert names == [kernel.cache_folder.__wrapped__().name]
    with (physics / "absorption.py").open("a") as source:
        source.write("\n# changed\n")
    names.append(copy_of(physics).cache_folder().name)
    (physics / "new.py").touch()
    names.append(copy_of(physics).cache_folder().name)
    (physics / "new.py").rename(physics / "newer.py")
    names.append(copy_of(physics).cache_folder().name)
    assert len(set(names)) == 4
    (physics / "newer.py").unlink()
    assert copy_of(physics).cache_folder().name == names[1]


def test_the_folder_changes_with_the_version_of_numba(physics: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = copy_of(physics).cache_folder()
    monkeypatch.setattr(numba, "__version__", "0.0.0")
    second = copy_of(physics).cache_folder()
    assert first != second
    assert first.is_dir()
    assert second.is_dir()
