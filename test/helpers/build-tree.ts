// Builds what the tree needs before anything runs: bundles that must be one file each. Grows with the rooms.
