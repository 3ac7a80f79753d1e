"""Commands: one file each, named like the subcommand of ``penchant`` that it is."""
