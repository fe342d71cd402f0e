"""The engines that evaluate plans: one over the arrays of an index, one over a cluster, and a small in-memory oracle for tests."""
