"""The parts of the mutation test: what a mutant is, how its tests are found, and how it is run."""
