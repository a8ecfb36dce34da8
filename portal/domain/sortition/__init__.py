"""The verifiable draw DSR-DRAW/1 (双随机抽取): a pure function of a package that anyone can recompute."""
