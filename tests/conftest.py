"""What holds for every test: no window opens, and examples are the same on every run."""

import os

from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"

# A slow machine is no fault of the code, and a failure must come back when it is looked for.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
