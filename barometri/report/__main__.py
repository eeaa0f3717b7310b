"""The door of ``python -m barometri.report``."""

import sys

from barometri.commands.report import main

if __name__ == "__main__":
    sys.exit(main())
