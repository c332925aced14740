"""The protocols between the layers: one small file each, nothing else."""
