"""The engine for archives that outgrow one machine: plans are put to an OpenSearch cluster. Needs ``reftel[opensearch]``.

What the cluster holds is cut by reftel's own analysis, and how a plan is asked is in `positions` and `filters`, so that a question finds the
same cables as in an archive on a disk, counts the same, and scores them alike to within the rounding of its 32-bit scores.
"""
