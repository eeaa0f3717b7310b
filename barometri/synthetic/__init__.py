"""Made-up waves of a study from a stated population truth, for the demonstration and for tests.

The truth is data, ``truth.toml`` in the study's folder, and its variants under ``scenarios``; nothing here
knows a question, a group or a district.
"""

from barometri.synthetic.population import population
from barometri.synthetic.sampling import simulate
from barometri.synthetic.scenarios import scenarios
from barometri.synthetic.writing import write_demonstration

__all__ = ["population", "scenarios", "simulate", "write_demonstration"]
