"""``python -m vlab`` is the command ``vlab``."""

import sys

from vlab.cli import main

if __name__ == "__main__":
    sys.exit(main())
