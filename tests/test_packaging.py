"""What an installation promises: light imports, no Qt below the window, layers, the name of the package."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def fresh(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_import_vlab_loads_nothing_heavy():
    heavy = {"pint", "numba", "scipy", "xarray", "numpy", "PySide6", "matplotlib", "h5netcdf", "rich"}
    loaded = fresh("import sys, vlab; print(' '.join({m.partition('.')[0] for m in sys.modules}))")
    assert not heavy & set(loaded.split())


def test_the_unit_door_loads_pint_only():
    heavy = {"numba", "xarray", "PySide6", "matplotlib", "h5netcdf"}
    loaded = fresh("import sys; from vlab import Q_; print(' '.join({m.partition('.')[0] for m in sys.modules}))")
    assert not heavy & set(loaded.split())


@pytest.mark.slow
def test_vlab_and_instruments_work_without_qt():
    code = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in ('PySide6', 'shiboken6', 'pyqtgraph'):
            raise ImportError(name)
sys.meta_path.insert(0, Block())
import pkgutil, importlib, vlab, instruments
for package in (vlab, instruments):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):
        if module.name != 'vlab.__main__':
            importlib.import_module(module.name)
print('fine')
"""
    assert fresh(code) == "fine"


def test_help_loads_nothing_heavy():
    loaded = fresh("import sys\nfrom vlab.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
                   "print('MODULES', ' '.join({m.partition('.')[0] for m in sys.modules}))")
    assert not {"pint", "numba", "scipy", "xarray", "rich", "numpy"} & set(loaded.split("MODULES")[1].split())


@pytest.mark.slow
def test_another_package_named_instruments_is_named_in_a_sentence(tmp_path):
    (tmp_path / "instruments").mkdir()
    (tmp_path / "instruments" / "__init__.py").write_text("units = None\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nfrom vlab.cli import main\n" \
           "sys.exit(main(['run', 'dwell_time_scan']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "another package owns the import name 'instruments'" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("package", ["vlab", "instruments"])
def test_types_are_published(package):
    assert (ROOT / package / "py.typed").exists()
