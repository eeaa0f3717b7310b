"""The door of ``python -m barometri.check``."""

import sys

from barometri.commands.check import main

if __name__ == "__main__":
    sys.exit(main())
