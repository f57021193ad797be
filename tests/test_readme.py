"""The README's scripts work as printed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize("script", [pytest.param(script, id=str(n), marks=[pytest.mark.slow] if n > 1 else [])
                                    for n, script in enumerate(SCRIPTS)])  # a process of its own for each
def test_script(script, tmp_path):
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False,
                          encoding="utf-8", env={**__import__("os").environ, "PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stderr
    promised = re.findall(r"^It prints `(.*?)`", README, flags=re.MULTILINE)
    if "dragging_width" in script:
        assert done.stdout.strip() == promised[0]
        assert len(list((tmp_path / "runs").glob("*.nc"))) == 1


def test_the_first_script_has_ten_lines():
    assert len(SCRIPTS[0].strip().splitlines()) == 10
