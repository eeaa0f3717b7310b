"""Count how often intervals cover the truth and tests reject it, against the gates the package promises.

Every interval and test is the package's own. Exit status 1 where a gate is missed.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

from benchmarks.simulations.record import Section, show

SECTIONS = {
    "finite": ("benchmarks.simulations.finite", "finite_population", 0),
    "weighted": ("benchmarks.simulations.weighted", "weights_and_clusters", 4000),
    "regions": ("benchmarks.simulations.regions", "regions_differ", 2000),
    "areas": ("benchmarks.simulations.areas", "models_named", 2000),
}
SEED = 2021
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")  # the matrices are small


def run(name: str, seed: int, scale: float) -> Section:
    """Run one section: its module is loaded here, after the number of threads is set."""
    module, function, replicates = SECTIONS[name]
    call = getattr(import_module(module), function)
    options = {"replicates": max(round(replicates * scale), 2), "seed": seed} if replicates else {}
    section = call(**options)
    if not isinstance(section, Section):
        raise TypeError(name)
    return section


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", default=[], help=f"of {', '.join(SECTIONS)}; all by default")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="replicates, as a multiple of the usual number"
    )
    parser.add_argument(
        "--workers", type=int, default=2, help="sections at once; the figures do not depend on it"
    )
    parser.add_argument("--output", type=Path, help="write the tables there too, as Markdown")
    options = parser.parse_args()
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}; choose from {', '.join(SECTIONS)}")
    options.sections = [name for name in SECTIONS if not options.sections or name in options.sections]
    return options


def main() -> int:
    """Run the sections, print them in their order and say which gates are missed."""
    options = _options()
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    command = "python -m benchmarks.coverage"
    command += f" --seed {options.seed}" if options.seed != SEED else ""
    command += f" --scale {options.scale:g}" if options.scale != 1 else ""
    pages = [
        "# Coverage and error rates\n",
        "What the package promises of its intervals and tests, counted where the truth is known.\n",
        f"Made by `{command}`.\n",
    ]
    sys.stdout.write("\n".join(pages) + "\n")
    missed = []
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(run, name, options.seed, options.scale) for name in options.sections]
        for future in waiting:
            section = future.result()
            pages.append(show(section))
            missed += [gate.name for gate in section.gates if not gate.passed]
            sys.stdout.write(pages[-1] + "\n")
            sys.stdout.flush()
    pages.append(f"Gates missed: {'; '.join(missed) if missed else 'none'}.\n")
    sys.stdout.write(pages[-1])
    if options.output:
        options.output.write_text("\n".join(pages), encoding="utf-8")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
