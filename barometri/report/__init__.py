"""The publication: blocks, formats, manifest, and the exchange of folders."""
